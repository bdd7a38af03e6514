/** What a sweep's process and its workers say to each other. */
import type { RunConfig } from "../run/config.ts";

/** A cell to be run. */
export interface Job {
	readonly directory: string;
	readonly config: RunConfig;
	/** The cell in words, for its page. */
	readonly title: string;
	readonly keepCheckpoints: boolean;
}

export type ToWorker =
	| { readonly type: "run"; readonly job: Job }
	/** Save what is being done, and end it. */
	| { readonly type: "stop" };

export type FromWorker =
	| { readonly type: "progress"; readonly fraction: number }
	| { readonly type: "ended"; readonly state: string }
	| { readonly type: "failed"; readonly message: string };

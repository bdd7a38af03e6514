/** What a sweep's process and its workers say to each other. */
import type { CellConfig } from "./kinds.ts";

/** A run to be brought to its end: a cell of a sweep. */
export interface Job {
	readonly directory: string;
	readonly config: CellConfig;
	/** The cell in words, for its page; without them it gets none. */
	readonly title?: string;
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

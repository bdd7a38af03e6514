/**
 * What the playground's page and its worker say to each other. One worker computes one lab at a time; it is a gradient
 * flow, or a training with whatever the page wants to see of it (heads, kernels by depth).
 *
 *     page    open ─────────────────────────────────────────────▶ worker
 *             ◀── opened (device, model, data) ── rows, signals, pictures of step 0 ── paused at step 0
 *     page    play | pause | step | look | close ───────────────▶
 *             ◀── rows, signals, pictures, speed, state …
 *
 * Every message of the worker names the lab that it is of: what is left over of an earlier one can be told and dropped.
 * Numbers are those of native runs: rows have the keys of `metrics.jsonl` (docs/architecture.md, docs/flows.md).
 */
import type { ModelConfig } from "../../../model/config.ts";
import type { HeadStatistics } from "../../../probe/heads.ts";
import type { SignalRow } from "../../../probe/signal-rows.ts";
import type { RunOptions } from "../../../run/config.ts";
import type { FlowOptions } from "../../../run/flow/config.ts";

/** What computes in a page. */
export type PageDevice = "webgpu" | "wasm";

export interface TrainingLab {
	readonly kind: "training";
	/** auto: WebGPU on a real GPU, else WebAssembly. webgpu: on software too; WebAssembly where the browser has none. */
	readonly device: "auto" | PageDevice;
	/**
	 * As for `orrery train`, with the characters of `text` as data. `probes.schedule` says which steps are measured, and
	 * `training.logEvery` which others become rows. What is left out is as in `defaults.ts`, or as on the command line.
	 */
	readonly config: Omit<RunOptions, "data" | "engine" | "checkpoints">;
	/** What is trained on: the text that comes with the page, or one of the visitor's own. */
	readonly text: "wikitext-2" | { readonly name: string; readonly own: string };
	/**
	 * What is seen besides rows of metrics: at step 0, where it pauses after `step` or is told to look, at the last step,
	 * and at measured steps as often as a third of the time allows. Default: nothing.
	 */
	readonly watch?: {
		/** Pictures of attention and statistics of every head. */
		readonly heads?: boolean;
		/** Kernels of the states by depth, measured and predicted from the start. */
		readonly signals?: boolean;
	};
}

export interface FlowLab {
	readonly kind: "flow";
	/** As for `orrery flow`. */
	readonly config: FlowOptions;
}

export type Lab = TrainingLab | FlowLab;

export type ToWorker =
	/** Ends what is there and opens a lab: paused at step 0, which is measured. `lab` is a number that never comes twice. */
	| { readonly type: "open"; readonly lab: number; readonly of: Lab }
	/** Trains on until paused, or to the last step. A flow has nothing to play: it is computed whole when opened. */
	| { readonly type: "play" }
	| { readonly type: "pause" }
	/** Makes `count` updates, after those that other such messages still wait for, and pauses. */
	| { readonly type: "step"; readonly count: number }
	/** Measures where training stands and sends what is watched, unless that was done there. For a pause, say. */
	| { readonly type: "look" }
	/** Ends the lab and frees its memory. */
	| { readonly type: "close" };

/** One recorded moment; the page adds the name of the run that figures want. */
export interface LabRow {
	readonly step: number;
	readonly [key: string]: number;
}

/** Row-major square matrices. */
export interface HeadPictures {
	/** Positions shown, from the first: each picture is [size, size], query by key. */
	readonly size: number;
	/** [layers, heads, size, size]: mean attention over the probe's sequences, 0 to 1. */
	readonly weights: Float32Array;
	/** In the order of `weights`; layer and head from 0. */
	readonly statistics: readonly HeadStatistics[];
}

export interface KernelPicture {
	/** Blocks passed so far; .5 more after an attention sublayer. */
	readonly depth: number;
	/** Tokens: the pictures are [size, size]. */
	readonly size: number;
	/** Cosines of the states of every two tokens, mean over sequences. */
	readonly measured: Float32Array;
	/** The same as predicted from the start, after whole blocks; absent where there is no prediction. */
	readonly predicted?: Float32Array;
}

export interface Opened {
	readonly device: PageDevice | "float64";
	/** For people: `WebGPU, NVIDIA ampere`, `WebAssembly, one thread`, and why where it is not the device asked for. */
	readonly deviceName: string;
	readonly fallback?: string;
	/** Numbers that are trained. */
	readonly parameters: number;
	/** The data in one line. */
	readonly data: string;
	/** Whose text it is, and its licence: to be shown. */
	readonly attribution?: string;
	/** Tokens of one update; 0 of a flow. */
	readonly tokensPerStep: number;
	/** The last step; of a flow undefined until it has ended. */
	readonly steps?: number;
	/** Every option resolved; of a training. */
	readonly model?: ModelConfig;
	/** Of a training: validation loss of the training text's frequencies, what a network without positions can learn; nats a token. */
	readonly plateau?: number;
	/** Of a training: characters by token id, to write under pictures. */
	readonly vocabulary?: readonly string[];
}

/** A moment that divides a flow: T0.5, T1, the margin's threshold. */
export interface Phase {
	readonly name: string;
	/** t, and κ₀t: `flow/time` and `flow/clock` of its row. */
	readonly time: number;
	readonly clock: number;
}

export type FromWorker =
	| { readonly type: "opened"; readonly lab: number; readonly of: Opened }
	/**
	 * New rows in order of step (of a flow: of time), never one twice. Between measured rows there is one every
	 * `training.logEvery` steps with `train/loss` alone. Of a flow they come all at once; the last has the summary.
	 */
	| { readonly type: "rows"; readonly lab: number; readonly rows: readonly LabRow[] }
	| { readonly type: "heads"; readonly lab: number; readonly step: number; readonly pictures: HeadPictures }
	| {
			readonly type: "signals";
			readonly lab: number;
			readonly step: number;
			/** A row a depth, as `figure/signals.ts` draws them; `predicted/…` in all of them is of the start. */
			readonly rows: readonly SignalRow[];
			/** After the embeddings and after whole blocks, at most 9 of them spread evenly. */
			readonly kernels: readonly KernelPicture[];
			/** Why there is no prediction, and where the signal broke down: sentences. */
			readonly notes: readonly string[];
	  }
	| { readonly type: "phases"; readonly lab: number; readonly phases: readonly Phase[] }
	/** Where training stands, at least four times a second while it plays. Of a flow: `fraction` of the logarithm of time. */
	| {
			readonly type: "state";
			readonly lab: number;
			readonly state: LabState;
			readonly step: number;
			/** Tokens a second of training alone, without measuring, over the last second or so. */
			readonly tokensPerSecond?: number;
			readonly fraction?: number;
			/** Why it diverged. */
			readonly message?: string;
	  }
	/** The lab cannot be opened or has broken: nothing more comes of it. `user`: the sentence is for the visitor to act on. */
	| { readonly type: "failed"; readonly lab: number; readonly message: string; readonly user: boolean };

/** A message before it is told which lab it is of. */
export type Said = FromWorker extends infer M ? (M extends FromWorker ? Omit<M, "lab"> : never) : never;

/** `opening` compiles or computes; `diverged` cannot go on. */
export type LabState = "opening" | "paused" | "playing" | "finished" | "diverged";

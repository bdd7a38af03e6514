/** How much is trained at each size. */
import type { TrainingBase } from "../../../sweep/config.ts";
import { type MethodName, methods } from "../methods.ts";

export type Size = "smoke" | "laptop" | "paper";

/** What all runs of a size have in common, and how many there are. */
export interface Scale {
	readonly model: TrainingBase["model"];
	readonly data: TrainingBase["data"];
	readonly batch: number;
	/** Of the seeds and of the grid; the long runs have `longer` times as many as the seeds. */
	readonly steps: number;
	readonly gridSteps: number;
	/** Steps between measurements. */
	readonly every: number;
	readonly evaluationBatches: number;
	/** Of the grid. */
	readonly rates: readonly number[];
	readonly seeds: number;
	readonly methods: readonly MethodName[];
	readonly long: readonly MethodName[];
	/** γ_L of every E-SPA. Default: that of the method. */
	readonly gamma?: number;
}

const skipless: readonly MethodName[] = ["value-skip-init", "u-spa", "e-spa"];

export const scales: Readonly<Record<Size, Scale>> = {
	smoke: {
		model: { layers: 6, heads: 2, width: 16, feedForward: 32, context: 16 },
		data: { tokenizer: "characters" },
		batch: 4,
		steps: 16,
		gridSteps: 8,
		every: 4,
		evaluationBatches: 1,
		rates: [1e-3, 3e-3],
		seeds: 1,
		methods: ["pre-norm", "vanilla", "e-spa", "plain, skips", "e-spa, skips"],
		long: ["vanilla", "e-spa"],
	},
	laptop: {
		model: { layers: 36, heads: 4, width: 64, feedForward: 128, context: 64 },
		// Of 2,048 words a few hundred steps teach a network without skips no more than how often each occurs.
		data: { tokenizer: "characters" },
		batch: 8,
		steps: 250,
		gridSteps: 100,
		every: 25,
		evaluationBatches: 4,
		rates: [3e-4, 1e-3, 3e-3, 1e-2],
		seeds: 3,
		methods: ["pre-norm", "vanilla", ...skipless, "e-spa, norms", "plain, skips", "e-spa, skips", "sas"],
		long: ["vanilla", ...skipless],
	},
	paper: {
		model: { layers: 36, heads: 8, width: 512, feedForward: 2048, context: 512 },
		data: { vocabularySize: 32_000 },
		batch: 32,
		steps: 50_000,
		gridSteps: 5000,
		every: 1000,
		evaluationBatches: 16,
		rates: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
		seeds: 3,
		methods: Object.keys(methods) as MethodName[],
		long: ["vanilla", ...skipless],
		// That of both public implementations, for sequences as long as the paper's.
		gamma: 0.005,
	},
};

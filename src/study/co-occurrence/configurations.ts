/**
 * The configurations of the study, by the letters of its specification. A flow's name is its letter and seed: `S-0`.
 *
 *     S    the smallest at which every lemma holds: 24 samples of 3 words
 *     R    the theory's regime (Condition 1): wide, many samples, small initial values
 *     P    the paper's experiment (App. A), which violates two of the theory's hypotheses
 *     A, A2  large initial W_K, W_Q: attention visibly moves
 *     X    larger still: violates Condition 1
 *     C    12 samples of 5 words: too few for their length, Lemma 4.5 fails
 */
import type { FlowOptions } from "../../run/flow/config.ts";

export type Letter = "S" | "R" | "P" | "A" | "A2" | "X" | "C";

type Configuration = Pick<FlowOptions, "data" | "model" | "initialisation" | "dynamics">;

const sigma0 = 0.3 / Math.sqrt(5 * 256);

export const configurations: Readonly<Record<Letter, Configuration>> = {
	S: {
		data: { samples: 24, length: 3 },
		model: { width: 64, neurons: 8 },
		initialisation: { name: "gaussian", mlp: 0.1, value: 0.03, attention: 0.1 },
		dynamics: { name: "flow", clock: 1000 },
	},
	R: {
		data: { samples: 60, length: 5 },
		model: { width: 256, neurons: 16 },
		initialisation: { name: "gaussian", mlp: 0.05, value: sigma0, attention: sigma0 },
		dynamics: { name: "flow", clock: 1000, relativeTolerance: 1e-5 },
	},
	P: {
		data: { samples: 60, length: 5, words: 64, irrelevant: "repeated" },
		model: { width: 128, neurons: 256 },
		initialisation: { name: "torch-linear" },
		dynamics: { name: "flow", time: 300, relativeTolerance: 1e-5 },
	},
	A: {
		data: { samples: 24, length: 5 },
		model: { width: 64, neurons: 4 },
		initialisation: { name: "gaussian", mlp: 0.05, value: 0.05, attention: 0.3 },
		dynamics: { name: "flow", clock: 1000, relativeTolerance: 1e-5 },
	},
	A2: {
		data: { samples: 24, length: 4 },
		model: { width: 64, neurons: 1 },
		initialisation: { name: "gaussian", mlp: 0.05, value: 0.05, attention: 0.3 },
		dynamics: { name: "flow", clock: 3000, relativeTolerance: 1e-5 },
	},
	X: {
		data: { samples: 24, length: 5 },
		model: { width: 64, neurons: 4 },
		initialisation: { name: "gaussian", mlp: 0.05, value: 0.05, attention: 1 },
		dynamics: { name: "flow", clock: 1000, relativeTolerance: 1e-5 },
	},
	C: {
		data: { samples: 12, length: 5 },
		model: { width: 128, neurons: 8 },
		initialisation: { name: "gaussian", mlp: 0.1, value: 0.03, attention: 0.03 },
		dynamics: { name: "flow", clock: 1000, relativeTolerance: 1e-5 },
	},
};

/** The literal gradient descent of the paper's experiment: 30,000 steps over the whole set at a rate of 0.01. */
export const paperDescent = { name: "descent", rate: 0.01, steps: 30_000 } as const;

/**
 * The sweeps of the phase diagram, one a size: AdamW at a constant rate, learning rate against weight decay.
 *
 * The published grid is 20 × 20 values from 1e-5 to 1e-1, an epoch of batches of 16 (Merrill et al. 2021, §5.6). Ours
 * has half decades, among which PyTorch's default, 1e-3 and 1e-2, is a cell of its own, and goes on to a decay of 1:
 * there the boundary crosses the higher rates.
 */
import type { RunOptions } from "../../../run/config.ts";
import type { SweepPlan, TrainingBase } from "../../../sweep/config.ts";
import type { Sweep } from "../../study.ts";
import type { Size } from "../presets.ts";
import { phaseDiagramName, rowsOf } from "./grid.ts";

type Axis = SweepPlan["axes"][string];

const learningRate = "optimizer.learningRate";
const weightDecay = "optimizer.weightDecay";

/** The placement is the paper's "pre-norm". */
const small: Omit<RunOptions, "name" | "seed"> = {
	model: { layers: 2, heads: 4, width: 64, feedForward: 256, context: 32, placement: "res-post" },
	data: { vocabularySize: 1024 },
	optimizer: { name: "adamw" },
	training: { steps: 500, batch: 8 },
	probes: { evaluationBatches: 2, saturationTokens: 64 },
};

const decades = (count: number, from = 1e-5, to = 1e-1): Axis => ({ from, to, count, scale: "log" });

const plans: Readonly<Record<Size, Omit<SweepPlan<TrainingBase>, "name">>> = {
	smoke: {
		base: {
			...small,
			model: { ...small.model, layers: 1, width: 16, feedForward: 32, context: 16 },
			data: { vocabularySize: 256 },
			training: { steps: 40, batch: 4 },
		},
		// On both sides of the boundary at the two higher rates.
		axes: { [learningRate]: [1e-4, 1e-3, 1e-2], [weightDecay]: [1e-2, 0.5] },
	},
	quick: {
		base: { ...small, training: { steps: 200, batch: 8 } },
		axes: { [learningRate]: decades(5), [weightDecay]: decades(5, 1e-4, 1) },
	},
	laptop: {
		base: small,
		axes: { [learningRate]: decades(9), [weightDecay]: decades(11, 1e-5, 1) },
		seeds: [0, 1],
	},
	paper: {
		base: {
			model: {
				layers: 12,
				heads: 12,
				width: 768,
				feedForward: 512,
				context: 699,
				placement: "res-post",
			},
			data: { layout: "lines", lossWeighting: "sentence" },
			optimizer: { name: "adamw" },
			// An epoch: 17,556 lines in batches of 16, the last dropped.
			training: { steps: 1097, batch: 16 },
		},
		axes: { [learningRate]: decades(20), [weightDecay]: decades(20) },
	},
};

export function phaseDiagramExperiments(size: Size): Sweep[] {
	const plan = { name: phaseDiagramName, ...plans[size] };
	return [{ kind: "sweep", name: phaseDiagramName, plan, rows: (cells) => rowsOf(plan, cells) }];
}

/** What the two studies of trainings have in common: figures of rows, and controls. */
import { drawNormHeatMap, drawSaturationHeatMap } from "../../../figure/heat-map.ts";
import { drawLoss } from "../../../figure/loss.ts";
import { drawNorm } from "../../../figure/norm.ts";
import { drawPrediction } from "../../../figure/prediction.ts";
import { drawSaturationByLayer } from "../../../figure/profile.ts";
import { optimizerConfig, scheduleConfig } from "../../../optimizer/config.ts";
import { sqrtFits } from "../../../report/growth.ts";
import { normLaws, type PredictedNorms, predictNorms } from "../../../report/predicted-norms.ts";
import type { MetricsRow } from "../../../run/metrics-row.ts";
import type { LabRecord } from "../lab-record.ts";
import type { Control } from "../options.ts";
import { drawHeads } from "../pictures.ts";
import type { PlayFigure } from "./study.ts";

const rows = ({ rows }: LabRecord) => rows;

/** From the steps measured so far; undefined before there are three at equal distances. */
export function predictedOf({ rows, config }: LabRecord): PredictedNorms | undefined {
	if (rows.length < 3) return undefined;
	// The worker has checked the configuration; here its defaults are filled in.
	const optimizer = optimizerConfig.parse({ name: "adamw", ...(config["optimizer"] as object) });
	const schedule = scheduleConfig.parse({ name: "constant", ...(config["schedule"] as object | undefined) });
	return predictNorms(rows as readonly unknown[] as readonly MetricsRow[], {
		optimizer,
		schedule,
		training: config["training"] as { steps: number },
	});
}

export const lossFigure: PlayFigure = {
	id: "loss",
	of: rows,
	draw: ({ rows, opened }, options) =>
		drawLoss(
			// Perplexity says nothing that the loss does not.
			rows.map(({ "val/perplexity": _, ...row }) => row as (typeof rows)[number]),
			{
				...options,
				plateau: opened?.plateau,
				title: "Loss",
				caption:
					"Loss of the batches and of validation text, nats a character. The thin line is the plateau: the loss of a network that knows how " +
					"often each character occurs, and no more.",
			},
		),
};

export const normFigure: PlayFigure = {
	id: "norm",
	of: rows,
	draw: ({ rows }, options) => drawNorm(rows, { ...options, fits: sqrtFits(rows) }),
};

export const predictionFigure: PlayFigure = {
	id: "predictions",
	of: rows,
	draw: (record, options) => {
		const predicted = predictedOf(record);
		if (!predicted) return undefined;
		return drawPrediction(
			predicted.norms.map((row) => ({ run: record.name, ...row })),
			{
				...options,
				id: "predictions",
				title: "The norm predicted from the steps",
				caption:
					"Norm of the encoder, and what theory makes of the sizes of its steps so far; nothing is fitted to the norm. Aligned: every step " +
					"straight outwards. Misaligned: at right angles. With momentum successive steps point partly the same way and reach further.",
				laws: normLaws,
			},
		);
	},
};

export const saturationFigure: PlayFigure = {
	id: "saturation",
	of: rows,
	draw: ({ rows }, options) => drawSaturationByLayer(rows, options),
};

export const saturationMapFigure: PlayFigure = {
	id: "saturation-map",
	of: rows,
	draw: ({ rows }, options) => drawSaturationHeatMap(rows, options),
};

export const normMapFigure: PlayFigure = {
	id: "norm-map",
	of: rows,
	draw: ({ rows }, options) => drawNormHeatMap(rows, options),
};

export const headsFigure: PlayFigure = { id: "heads", of: ({ heads }) => heads, draw: drawHeads };

export const rates = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1];
export const decays = [0, 1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3, 1];

export const optimizerControls: readonly Control[] = [
	{ id: "optimizer", label: "Optimizer", path: "optimizer", group: "Optimizer" },
	{
		id: "learningRate",
		label: "Learning rate",
		path: "optimizer.learningRate",
		group: "Optimizer",
		stops: rates,
	},
	{
		id: "weightDecay",
		label: "Weight decay",
		path: "optimizer.weightDecay",
		group: "Optimizer",
		stops: decays,
	},
	{
		id: "momentum",
		label: "Momentum",
		path: "optimizer.momentum",
		group: "Optimizer",
		stops: [0, 0.5, 0.9, 0.95, 0.99],
	},
	{ id: "schedule", label: "Schedule of the rate", path: "schedule", group: "Optimizer" },
	{
		id: "warmup",
		label: "Warm-up steps",
		path: "schedule.warmup",
		group: "Optimizer",
		stops: [0, 10, 20, 50, 100, 200],
	},
];

export const residualControl: Control = {
	id: "residual",
	label: "Skips",
	path: "model.residual",
	group: "Architecture",
	extra: { normalised: { normalised: 0.98 } },
};

export const trainingControls: readonly Control[] = [
	{
		id: "steps",
		label: "Steps",
		path: "training.steps",
		group: "Training",
		stops: [50, 100, 200, 500, 1000, 2000, 5000],
	},
	{
		id: "batch",
		label: "Sequences a batch",
		path: "training.batch",
		group: "Training",
		stops: [1, 2, 4, 8, 16, 32],
	},
	{ id: "seed", label: "Seed", path: "seed", group: "Training" },
];

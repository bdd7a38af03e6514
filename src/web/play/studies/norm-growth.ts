/** Merrill et al. 2021 at toy size: does the norm grow like √t, and does the network saturate? */

import { normSeries } from "../../../report/growth.ts";
import { fixedStepEquilibrium } from "../../../theory/equilibrium.ts";
import { describeFit, rankGrowthLaws } from "../../../theory/growth-law.ts";
import { momentumFactor } from "../../../theory/phase-boundary.ts";
import type { LabRecord } from "../lab-record.ts";
import { get } from "../options.ts";
import { type Fact, type PlayStudy, short } from "./study.ts";
import {
	headsFigure,
	lossFigure,
	normFigure,
	optimizerControls,
	predictedOf,
	predictionFigure,
	residualControl,
	saturationFigure,
	saturationMapFigure,
	trainingControls,
} from "./training.ts";

export const normGrowth: PlayStudy = {
	name: "norm-growth",
	title: "Norm growth",
	about:
		"While a transformer trains, the norm of its parameters grows, about like √t, and as it grows attention saturates: heads " +
		"come to look at one position, or at many alike (Merrill et al. 2021).",
	tryThis:
		"Compare placement pre with post. Raise the weight decay until the norm stops growing. Train with sgd: does the norm grow as before?",
	toy: "2 blocks of width 32 on 140,000 characters, for some hundred steps; the paper has T5 with 220 million parameters over half a million steps.",
	kind: "training",
	base: {
		model: { layers: 2, heads: 2, width: 32, context: 32, placement: "pre" },
		optimizer: { name: "adamw", learningRate: 1e-3, weightDecay: 1e-2 },
		training: { steps: 1000, batch: 8 },
		seed: 0,
	},
	presets: [],
	controls: [
		{ id: "placement", label: "Norm placement", path: "model.placement", group: "Architecture" },
		{ id: "norm", label: "Norm", path: "model.norm", group: "Architecture" },
		{ id: "mixing", label: "Attention (mixing)", path: "model.mixing", group: "Architecture" },
		{ id: "mask", label: "Mask", path: "model.mask", group: "Architecture" },
		{ id: "positions", label: "Positions", path: "model.positions", group: "Architecture" },
		residualControl,
		{ id: "activation", label: "Activation", path: "model.activation", group: "Architecture" },
		...optimizerControls,
		{ id: "layers", label: "Layers", path: "model.layers", group: "Sizes", stops: [1, 2, 3, 4, 6, 8] },
		{ id: "heads", label: "Heads", path: "model.heads", group: "Sizes", stops: [1, 2, 4, 8] },
		{ id: "width", label: "Width", path: "model.width", group: "Sizes", stops: [16, 32, 64, 128] },
		{ id: "context", label: "Context", path: "model.context", group: "Sizes", stops: [16, 32, 64] },
		...trainingControls,
	],
	watch: { heads: true },
	figures: [lossFigure, normFigure, predictionFigure, saturationFigure, headsFigure, saturationMapFigure],
	runName: (config) =>
		`${get(config, "model.placement") ?? "pre"}, ${get(config, "optimizer.name") ?? "adamw"}`,
	facts,
};

function facts(record: LabRecord): Fact[] {
	const series = normSeries(record.rows);
	const ranked = series ? rankGrowthLaws(series.steps, series.norms) : [];
	const sqrt = ranked.find(({ law }) => law === "sqrt");
	const best = ranked[0];
	const norm = record.rows.findLast((row) => row["dyn/norm.encoder"] !== undefined)?.["dyn/norm.encoder"];
	const predicted = predictedOf(record);
	const at = predicted?.norms.at(-1);
	const rate = Number(get(record.config, "optimizer.learningRate") ?? 0);
	const decay = Number(get(record.config, "optimizer.weightDecay") ?? 0);
	const isAdamW = (get(record.config, "optimizer.name") ?? "adamw") === "adamw";
	// A rate that goes on falling holds the norm nowhere.
	const isConstant = (get(record.config, "schedule.name") ?? "constant") === "constant";
	const { s = 0, beta = 0 } = predicted?.constants ?? {};
	return [
		...(typeof norm === "number"
			? [
					{
						name: "‖θ‖ of the encoder",
						measured: short(norm),
						...(at && { predicted: `${short(at.momentum)} from the steps, with momentum` }),
					},
				]
			: []),
		...(sqrt && best
			? [
					{
						name: "Growth law",
						measured: `${describeFit(best, 3)} fits best`,
						predicted: `${describeFit(sqrt, 3)} (√t), r² = ${sqrt.r2.toFixed(3)}`,
					},
				]
			: []),
		...(isAdamW && isConstant && rate * decay > 0 && s > 0
			? [
					{
						name: "Where weight decay ends growth",
						predicted: `‖θ‖ = ${short(fixedStepEquilibrium(rate * s * momentumFactor(beta), rate, decay).norm)}, after some ${short(1 / (2 * rate * decay))} steps`,
					},
				]
			: []),
	];
}

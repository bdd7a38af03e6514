/** T5-base: Figures 1 and 5 of the paper rebuilt from its series, with what Assumption 1 predicts and the budget. */
import { drawBudget, drawBudgetByLayer } from "../../figure/budget.ts";
import type { Figure, FigureOptions, Row } from "../../figure/figure.ts";
import { drawNormHeatMap } from "../../figure/heat-map.ts";
import { drawNorm } from "../../figure/norm.ts";
import { drawPanels } from "../../figure/panels.ts";
import { drawPrediction } from "../../figure/prediction.ts";
import { sqrtFits } from "../../report/growth.ts";
import { contributions } from "../../theory/series.ts";
import type { Part } from "../study.ts";
import { t5Claims } from "./t5-claims.ts";
import { type NormSeries, stepsOf } from "./t5-norms.ts";
import { scopeNames, t5Predicted, t5 as t5Series } from "./t5-prediction.ts";

export const t5: Part = {
	name: "t5",
	title: "T5-base, the paper's own series",
	introduction:
		"The paper's evidence is one pretraining run of T5-base, whose checkpoints are not public. Its norms and cosines are: " +
		"read off the figures that the authors committed, they give Figures 1 and 5 again, and the size and direction of " +
		"the differences between checkpoints by the law of cosines.",
	claims: t5Claims,
	figures: (_, options) => figures(options),
};

/** What each interval between checkpoints adds to the squared norm, under `<key>.<scope>`. */
const budgetOf = ({ norms, cosines }: NormSeries, scope: string, i: number) => {
	const { radial, squared } = contributions(norms[i - 1]!, norms[i]!, cosines[i - 1]!);
	return { [`dyn/radial.${scope}`]: radial, [`dyn/squared_step.${scope}`]: squared };
};

function rowsOf(run: string, series: NormSeries): Row[] {
	const steps = stepsOf(series);
	return series.steps.map((step, i) => ({
		run,
		step,
		"dyn/norm.encoder": series.norms[i]!,
		...(i === 0
			? {}
			: {
					"dyn/direction.previous": series.cosines[i - 1]!,
					"dyn/step": steps[i - 1]!.size,
					"dyn/alignment.step": steps[i - 1]!.alignment!,
					...budgetOf(series, "encoder", i),
				}),
	}));
}

function figures(options: FigureOptions): Figure[] {
	const rows = [
		...rowsOf(scopeNames.encoder, t5Series.encoder),
		...rowsOf(scopeNames.encoderAndDecoder, t5Series.encoderAndDecoder),
	];
	const blocks = t5Series.encoder.steps.map(
		(step, i): Row => ({
			run: "T5 encoder",
			step,
			...Object.fromEntries(t5Series.blocks.map((block, j) => [`dyn/norm.layer.${j}`, block.norms[i]!])),
			...(i > 0 && Object.assign({}, ...t5Series.blocks.map((block, j) => budgetOf(block, `layer.${j}`, i)))),
		}),
	);
	const predicted = (["encoder", "encoderAndDecoder"] as const).flatMap((scope) => {
		const [fitted, whole] = [t5Predicted(scope), t5Predicted(scope, "misaligned", 1)];
		const aligned = t5Predicted(scope, "aligned");
		return t5Series[scope].steps.map(
			(step, i): Row => ({
				run: scopeNames[scope],
				step,
				norm: t5Series[scope].norms[i]!,
				fitted: fitted[i]!,
				whole: whole[i]!,
				...(Number.isFinite(aligned[i]) && { aligned: aligned[i]! }),
			}),
		);
	});
	return [
		drawNorm(rows, {
			...options,
			id: "t5-norm",
			title: "T5-base: norm against √t",
			caption:
				"Figure 1 of the paper, rebuilt: norm over 104 checkpoints of T5-base's pretraining with the fit a·√t + b " +
				"(dashed), of the encoder, as published, and of encoder and decoder.",
			fits: sqrtFits(rows),
		}),
		drawPrediction(predicted, {
			...options,
			id: "t5-prediction",
			title: "T5-base: the norm that Assumption 1 predicts",
			caption:
				"Steps of length a·η‖θ‖ at T5's own schedule, from the first norm: at right angles with the a that the last " +
				"norm needs, and with a = 1; and straight outwards, where the norm would leave the panel at once. The schedule " +
				"is constant for 10,000 steps and 1/√t after, so √t is only a part of the prediction.",
			laws: [
				{ key: "fitted", label: "misaligned, a fitted" },
				{ key: "whole", label: "misaligned, a = 1" },
				{ key: "aligned", label: "aligned" },
			],
		}),
		drawPanels(
			rows,
			[
				{ key: "dyn/direction.previous", label: "↑ cosine to the checkpoint before", rule: 1 },
				{ key: "dyn/step", label: "↑ ‖δ‖ between checkpoints" },
				{ key: "dyn/alignment.step", label: "↑ alignment cos(θ, δ)", rule: 0 },
			],
			{
				...options,
				id: "t5-step",
				title: "T5-base: direction, step size and alignment",
				caption:
					"Figures 1 and 5 of the paper, rebuilt from norms and cosines by the law of cosines. δ is the difference " +
					"between checkpoints 5,100 steps apart; the last interval is shorter (4,088), hence the drop at the end.",
			},
		),
		drawBudget(rows, {
			...options,
			id: "t5-budget",
			title: "T5-base: what makes the norm grow",
			caption:
				"What each interval between checkpoints adds to ‖θ‖²: 2θᵀδ and ‖δ‖², δ the difference of two checkpoints. At " +
				"right angles the first would be zero.",
		}),
		drawNormHeatMap(blocks, {
			...options,
			id: "t5-norm-heat-map",
			title: "T5-base: norm, encoder block by step",
			caption: "Norm of each encoder block. Block 1 grows slowest, blocks 10 to 12 fastest.",
		}),
		drawBudgetByLayer(blocks, {
			...options,
			id: "t5-budget-by-layer",
			title: "T5-base: share of ‖δ‖² in the growth, encoder block by step",
			caption:
				"‖δ‖² / (|2θᵀδ| + ‖δ‖²) of each encoder block between checkpoints: 1 where the difference is at right angles to " +
				"the block's parameters.",
		}),
	].filter((figure) => figure !== undefined);
}

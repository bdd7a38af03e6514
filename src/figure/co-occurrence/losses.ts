/** The loss and its four parts, one a class of samples. Yang et al. 2024, Fig. 1b. */
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { drawFlowCurves, type FlowCurve } from "./flow-curves.ts";

export interface LossesOptions extends FigureOptions {
	/** The flow. */
	readonly run: string;
	/** Another run, drawn as crosses: by default the gradient descent from the same initial values. */
	readonly descent?: string;
	/** What the crosses are. */
	readonly marked?: string;
}

const series = [
	["train/loss", "all samples"],
	["class/loss.1", "1: both words"],
	["class/loss.2", "2: only μ₁"],
	["class/loss.3", "3: only μ₂"],
	["class/loss.4", "4: neither"],
] as const;

/** On a linear axis, which shows the early rise, and on a logarithmic one, which shows the late decay. */
export function drawLosses(rows: readonly Row[], options: LossesOptions): Figure | undefined {
	const {
		run,
		descent,
		marked = "gradient descent",
		id = `losses-${run}`,
		title = `Loss by class, ${run}`,
		caption = "Mean loss of each class of samples. Class 1, with both target words, falls at once. Classes 2 and 3, with one of " +
			"them, first rise (top): their word is taken for a sign of the label, until at T0.5 the word in every sample, μ₃, is " +
			"learned against it faster. From T1 on every sample is right, and all losses fall (bottom), class 4's fastest. Where " +
			"the initial output is far from 0 it hides the early rise.",
	} = options;
	const of = (name: string): FlowCurve[] =>
		["linear", "logarithmic"].flatMap((panel) =>
			series.map(([value, label]) => ({ run: name, panel, series: label, value })),
		);
	return drawFlowCurves(rows, of(run), {
		...options,
		id,
		title,
		caption,
		crosses: descent ? of(descent) : [],
		marked,
		axes: {
			linear: { label: "↑ loss" },
			logarithmic: { label: "↑ loss, on a logarithmic scale", scale: "log" },
		},
	});
}

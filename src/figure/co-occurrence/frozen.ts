/** What attention is good for: the same flow with W_K and W_Q trained and held fixed. Ours, not the paper's. */
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { drawFlowCurves, type FlowCurve } from "./flow-curves.ts";

export interface FrozenOptions extends FigureOptions {
	/** The flow with all four matrices trained. */
	readonly run: string;
	/** The flow of the same initial values with attention held fixed. */
	readonly frozen: string;
}

export function drawFrozen(rows: readonly Row[], options: FrozenOptions): Figure | undefined {
	const {
		run,
		frozen,
		id = `frozen-${run}`,
		title = `Attention trained and held fixed, ${run}`,
		caption = "The same initial values, once with all four matrices trained, once with W_K and W_Q held fixed. Top: the loss. " +
			"Bottom: the effective margin γ, ‖c‖ over the mean loss slope, whose square is the rate at which 1/L̂ grows. Trained " +
			"attention should enlarge it.",
	} = options;
	const curves = (["train/loss", "margin/gamma"] as const).flatMap((value) =>
		[
			{ run, series: "trained" },
			{ run: frozen, series: "held fixed" },
		].map((curve): FlowCurve => ({ ...curve, panel: value, value })),
	);
	return drawFlowCurves(rows, curves, {
		...options,
		id,
		title,
		caption,
		axes: {
			"train/loss": { label: "↑ loss", scale: "log" },
			"margin/gamma": { label: "↑ effective margin γ" },
		},
	});
}

/** Saturation during training, beside what it must be read with. Merrill et al. 2021, §4.1. */
import type { Figure, FigureOptions, Row } from "./figure.ts";
import { drawPanels } from "./panels.ts";

export function drawSaturation(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	if (!rows.some((row) => Number.isFinite(row["dyn/saturation"]))) return undefined;
	return drawPanels(
		rows,
		[
			{ key: "dyn/saturation", label: "↑ saturation: cosine of final states at θ and 1000·θ", rule: 1 },
			{ key: "dyn/similarity", label: "↑ likeness: mean cosine between tokens", rule: 1 },
			{ key: "val/loss", label: "↑ validation loss (nats a token)" },
		],
		{
			id: "saturation",
			title: "Saturation beside loss",
			caption:
				"Saturation of the final states (top) says something about attention only where tokens still differ " +
				"(middle) and the model has learned (bottom).",
			...options,
		},
	);
}

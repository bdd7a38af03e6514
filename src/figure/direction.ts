/** Does the direction of the parameters settle? Merrill et al. 2021, §3, Fig. 1 (right). */
import type { Figure, FigureOptions, Row } from "./figure.ts";
import { drawPanels } from "./panels.ts";

export function drawDirection(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawPanels(
		rows,
		[
			{ key: "dyn/direction.encoder.previous", label: "↑ cosine to the previous measured step", rule: 1 },
			{ key: "dyn/direction.encoder.initial", label: "↑ cosine to the initial parameters", rule: 1 },
		],
		{
			id: "direction",
			title: "Direction of the parameters",
			caption:
				"Cosine between the encoder's parameters and themselves at the previous measured step (top) and at step 0 " +
				"(bottom). Towards 1 on top: the direction settles. Measured steps lie at growing distances early in " +
				"training, so compare points at equal distances only.",
			...options,
		},
	);
}

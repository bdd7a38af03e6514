/** How long the steps are and where they point. Merrill et al. 2021, §5, Fig. 5. */
import type { Figure, FigureOptions, Row } from "./figure.ts";
import { drawPanels } from "./panels.ts";

export function drawStep(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawPanels(
		rows,
		[
			{ key: "dyn/step", label: "↑ step size ‖δ‖" },
			{ key: "dyn/alignment.step", label: "↑ cos(θ, δ)", rule: 0 },
			{ key: "dyn/alignment", label: "↑ cos(θ, ∇L)", rule: 0 },
		],
		{
			id: "step",
			title: "Step size and alignment",
			caption:
				"Norm of one optimizer step δ, its cosine to the parameters θ (1 would be growth straight outwards, 0 is " +
				"a step at right angles), and the cosine of the loss's gradient to the parameters.",
			...options,
		},
	);
}

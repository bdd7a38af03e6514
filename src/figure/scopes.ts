/** The same growth under the three meanings that "parameter norm" has in Merrill et al. 2021 and its code. */
import type { Figure, FigureOptions, Row } from "./figure.ts";
import { drawPanels } from "./panels.ts";

export function drawScopes(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawPanels(
		rows,
		[
			{ key: "dyn/norm.encoder", label: "↑ encoder: blocks and final norm" },
			{ key: "dyn/norm.all", label: "↑ all: with embeddings and classifier" },
			{ key: "dyn/norm.linear_columns", label: "↑ mean column norm of linear weights" },
		],
		{
			id: "norm-scopes",
			title: "Norm in three scopes",
			caption:
				"The paper's text takes the norm of the encoder (top); plots made with its code took all parameters " +
				"(middle) or the mean column norm of the linear maps (bottom). They need not agree even in sign.",
			...options,
		},
	);
}

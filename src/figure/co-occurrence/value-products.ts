/** How value vectors align: entries of W_VᵀW_V between the three words. Yang et al. 2024, Thm 3.2 (ii). */
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { drawFlowCurves } from "./flow-curves.ts";

export interface ValueProductsOptions extends FigureOptions {
	/** The flow. */
	readonly run: string;
}

const entries = [
	["gram/value.12", "μ₁, μ₂"],
	["gram/value.13", "μ₁, μ₃"],
	["gram/value.23", "μ₂, μ₃"],
] as const;

export function drawValueProducts(rows: readonly Row[], options: ValueProductsOptions): Figure | undefined {
	const {
		run,
		id = `value-products-${run}`,
		title = `Products of value vectors, ${run}`,
		caption = "Inner products (W_V μ)·(W_V μ′) of the words' value vectors. From T1 on those of the two target words turn towards each " +
			"other (up), and away from that of the word in every sample (down).",
	} = options;
	const curves = entries.map(([value, series]) => ({ run, panel: "products", series, value }));
	return drawFlowCurves(rows, curves, {
		...options,
		id,
		title,
		caption,
		height: 280,
		axes: { products: { label: "↑ (W_V μ)·(W_V μ′)" } },
	});
}

/** The figures of a series of checkpoints, from its rows (`seriesRows`). */
import { drawBudget } from "../figure/budget.ts";
import { byScope, type LayerRows } from "../figure/by-part.ts";
import type { Figure, FigureOptions, Row } from "../figure/figure.ts";
import { drawGrowthByLayer } from "../figure/growth-by-layer.ts";
import { drawHeatMap } from "../figure/heat-map.ts";
import { drawNorm } from "../figure/norm.ts";
import { drawPanels } from "../figure/panels.ts";
import { sqrtFits } from "./growth.ts";
import { layerEstimates, type PartGrowth } from "./series-growth.ts";

const isFigure = (figure: Figure | undefined): figure is Figure => figure !== undefined;

/** The stacks, or all parameters of a model whose blocks were not recognised. */
export const mainScopes = (rows: readonly Row[]): string[] => {
	const stacks = ["encoder", "decoder"].filter((scope) => rows.some((row) => `dyn/norm.${scope}` in row));
	return stacks.length > 0 ? stacks : ["all"];
};

/** The norm against √t with its fits, the other scopes, and growth by layer. */
export function growthFigures(
	rows: readonly Row[],
	layers: readonly PartGrowth[],
	options: FigureOptions,
): Figure[] {
	const stacks = byScope(rows, mainScopes(rows));
	return [
		drawNorm(stacks, {
			...options,
			key: "norm",
			fits: sqrtFits(stacks, "norm"),
			caption:
				"Norm of the parameters of each stack: its blocks and final normalisation, without embeddings and head. On " +
				"this axis growth like √t is a straight line; dashed: the least-squares fit a·√t + b through the " +
				"checkpoints at equal distances.",
		}),
		drawPanels(
			rows,
			[
				{ key: "dyn/norm.all", label: "↑ all parameters" },
				{ key: "dyn/norm.embedding", label: "↑ embeddings" },
				{ key: "dyn/norm.head", label: "↑ head" },
				{ key: "dyn/norm.stored_columns", label: "↑ mean column norm of linear weights" },
			],
			{
				...options,
				id: "norm-scopes",
				title: "Norm in other scopes",
				caption:
					"A parameter that is stored twice, such as a tied head, counts once. Scopes need not agree, even in sign. Columns " +
					"are those of whole matrices; a training of Orrery's own splits queries, keys and values by head, which files do not tell.",
			},
		),
		drawGrowthByLayer(layerEstimates(layers), options),
	].filter(isFigure);
}

/** Directions, steps and budget between checkpoints, one line a scope; none of a single checkpoint. */
export function stepFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	if (rows.length < 2) return [];
	const scoped = byScope(rows);
	return [
		drawPanels(
			scoped,
			[
				{ key: "previous", label: "↑ cosine to the checkpoint before", rule: 1 },
				{ key: "initial", label: "↑ cosine to the first checkpoint", rule: 1 },
			],
			{
				...options,
				id: "direction",
				title: "Direction of the parameters",
				caption:
					"Towards 1 above: the direction settles. Where the distance between checkpoints changes, so does the cosine: " +
					"compare points at equal distances only.",
			},
		),
		drawPanels(
			scoped,
			[
				{ key: "stepNorm", label: "↑ ‖δ‖ between checkpoints" },
				{ key: "stepRate", label: "↑ ‖δ‖ / √(steps between them)" },
				{ key: "alignment", label: "↑ cos(θ′, δ)", rule: 0 },
			],
			{
				...options,
				id: "step",
				title: "Steps between checkpoints",
				caption:
					"The difference δ = θ − θ′ to the checkpoint before: its length; the same over the root of the number of training " +
					"steps, which makes intervals comparable if steps are at right angles to each other; and its cosine " +
					"to θ′ (1 would be growth straight outwards).",
			},
		),
		drawBudget(byScope(rows, mainScopes(rows)), {
			...options,
			radialKey: "radial",
			squaredKey: "squared",
			caption:
				"What each interval between checkpoints adds to ‖θ‖²: ‖θ‖² − ‖θ′‖² = 2θ′ᵀδ + ‖δ‖². Steps at right angles to " +
				"the parameters would show the second alone. Intervals are drawn at equal widths, whatever their length.",
		}),
	].filter(isFigure);
}

const quantities = [
	{ prefix: "norm", title: "Norm", quantity: "‖θ‖", caption: "Norm of the parameters." },
	{
		prefix: "previous",
		title: "Turn since the checkpoint before",
		quantity: "degrees",
		caption: "Angle between the parameters and those of the checkpoint before; 90° would be at right angles.",
	},
	{
		prefix: "initial",
		title: "Turn since the first checkpoint",
		quantity: "degrees",
		caption: "Angle between the parameters and those of the first checkpoint; 90° would be at right angles.",
	},
	{
		prefix: "step",
		title: "Step",
		quantity: "‖δ‖",
		caption:
			"Length of the difference to the checkpoint before, whatever the number of training steps between them.",
	},
	{
		prefix: "share",
		title: "Share of the steps' length in the norm's growth",
		quantity: "share of ‖δ‖²",
		domain: [0, 1],
		caption:
			"‖δ‖² / (|2θ′ᵀδ| + ‖δ‖²): 1 where the step is at right angles to the parameters, near 0 where its part along " +
			"them decides.",
	},
	{
		prefix: "stable_rank",
		title: "Stable rank",
		quantity: "‖W‖_F² / ‖W‖₂²",
		caption: "Mean over the linear weights: how many directions a matrix effectively has.",
	},
	{
		prefix: "spectral_norm",
		title: "Spectral norm",
		quantity: "‖W‖₂",
		caption: "The largest singular value among the linear weights.",
	},
] as const;

/** A layer × step heat map for each quantity, of blocks and of their sublayers. */
export function layerFigures({ stacks, modules }: LayerRows, options: FigureOptions): Figure[] {
	const isNorms = ({ run }: Row) => run.endsWith("norms");
	const blocks = { rows: stacks, suffix: "layer", of: "of each block" };
	const all = { rows: modules, suffix: "module", of: "of each block's sublayers" };
	// Gains are few and small: in the colours of the matrices they would be one dark field.
	const matrices = { ...all, rows: modules.filter((row) => !isNorms(row)) };
	const gains = { rows: modules.filter(isNorms), suffix: "norms", of: "of each block's normalisations" };
	const partsOf = (prefix: string) =>
		prefix === "norm" || prefix === "step" ? [blocks, matrices, gains] : [blocks, all];
	// One checkpoint has turned by nothing.
	const single = new Set(stacks.map(({ step }) => step)).size < 2;
	const shown = quantities.filter(({ prefix }) => !single || prefix !== "initial");
	const figures = shown.flatMap(({ prefix, title, caption, ...rest }) =>
		partsOf(prefix).map(({ rows, suffix, of }) =>
			drawHeatMap(rows, {
				...options,
				...rest,
				prefix,
				id: `${prefix.replace("_", "-")}-by-${suffix}`,
				title: `${title} ${of}`,
				caption: `${caption} Lowest layer at the bottom; checkpoints at equal widths.`,
				layerName: (layer) => String(layer + 1),
			}),
		),
	);
	return figures.filter(isFigure);
}

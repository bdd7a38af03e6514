/** What the linear MLP says of each word, G(μ), beside the idealised equations. Yang et al. 2024, Thm 3.1, §4. */
import type { CurvePoint } from "../curves.ts";
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { drawFlowCurves } from "./flow-curves.ts";
import { atItsPace, travelled } from "./travelled.ts";

/** The idealised equations at one moment: u = G(μ₁) = G(μ₂) and v = G(μ₃). */
export interface MeanFieldPoint {
	/** τ. */
	readonly time: number;
	readonly u: number;
	readonly v: number;
}

export interface WordsOptions extends FigureOptions {
	/** One a panel, by growing size of the data: the flow, and its name in the panel, such as `n = 60`. */
	readonly flows: readonly { readonly run: string; readonly label: string }[];
	/** The solution of the idealised equations, in order of time. */
	readonly meanField?: readonly MeanFieldPoint[];
}

const series = [
	["word/G.1", "G(μ₁)"],
	["word/G.2", "G(μ₂)"],
	["word/G.3", "G(μ₃)"],
	["word/G.irrelevant", "largest |G| of irrelevant words"],
] as const;

export function drawWords(rows: readonly Row[], options: WordsOptions): Figure | undefined {
	const {
		flows,
		meanField = [],
		id = ["words", ...flows.map(({ run }) => run)].join("-"),
		title = "What the MLP says of each word",
		caption = "G(μ), the output of the MLP for each word. The two target words speak for the label, the word in every sample " +
			"against it. Thin lines: the idealised equations of infinitely many samples, even attention and G = 0 at the start, at " +
			"the pace of each flow (τ = ∫κdt). With more samples irrelevant words matter less, and curves and lines meet.",
	} = options;
	const curves = flows.flatMap(({ run, label }) =>
		series.map(([value, name]) => ({ run, panel: label, series: name, value })),
	);
	const guides = flows.flatMap(({ run, label }) =>
		atItsPace(meanField, travelled(rows, run)).flatMap(({ clock, u, v }): CurvePoint[] => [
			{ panel: label, series: "u", x: clock, y: u },
			{ panel: label, series: "v", x: clock, y: v },
		]),
	);
	return drawFlowCurves(rows, curves, {
		...options,
		id,
		title,
		caption,
		guides,
		axes: Object.fromEntries(flows.map(({ label }) => [label, { label: `↑ G(μ), ${label}` }])),
	});
}

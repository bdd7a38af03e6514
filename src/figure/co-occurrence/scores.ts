/** How attention scores between the three words that matter move. Yang et al. 2024, Fig. 1a, Thm 3.2 (i). */
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { drawFlowCurves, type FlowCurve } from "./flow-curves.ts";
import { flowRows, numberAt } from "./flow-rows.ts";

export interface ScoresOptions extends FigureOptions {
	/** The flow. */
	readonly run: string;
	/** The gradient descent from the same initial values, drawn as crosses. */
	readonly descent?: string;
}

/** Key and query, as in `score/raw.21`. */
const pairs = ["12", "21", "31", "32"];

/** μ_kᵀ W_Kᵀ W_Q μ_q less its initial value, of the four pairs whose sign the theorem gives. */
export function drawScores(rows: readonly Row[], options: ScoresOptions): Figure | undefined {
	const {
		run,
		descent,
		id = `scores-${run}`,
		title = `Attention scores, ${run}`,
		caption = "How far the attention score (W_K μ)·(W_Q μ′) of a key word μ for a query word μ′ has moved from its initial value. " +
			"Up to T1, from which on every sample is right, the curves should be nearly flat. Afterwards the two target words, μ₁ " +
			"and μ₂, come to attend more to each other (up) and less to the word μ₃ that is in every sample (down).",
	} = options;
	const of = (name: string): FlowCurve[] => {
		const first = flowRows(rows, name)[0];
		return pairs.map((pair) => ({
			run: name,
			panel: "scores",
			series: `key ${word(pair[0]!)}, query ${word(pair[1]!)}`,
			value: (row) =>
				difference(numberAt(row, `score/raw.${pair}`), first && numberAt(first, `score/raw.${pair}`)),
		}));
	};
	return drawFlowCurves(rows, of(run), {
		...options,
		id,
		title,
		caption,
		crosses: descent ? of(descent) : [],
		marked: "gradient descent",
		height: 280,
		axes: { scores: { label: "↑ change of the score", rules: [{ y: 0 }] } },
	});
}

const difference = (a: number | undefined, b: number | undefined) =>
	a === undefined || b === undefined ? undefined : a - b;

/** `μ₂` of `2`. */
const word = (index: string) => `μ${"₀₁₂₃"[Number(index)]}`;

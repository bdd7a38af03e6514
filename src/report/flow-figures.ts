/** The figures of single gradient flows, as far as a flow's own rows can draw them. */
import { drawAttentionMaps } from "../figure/co-occurrence/attention-maps.ts";
import { drawBalance } from "../figure/co-occurrence/balance.ts";
import { drawLossRate } from "../figure/co-occurrence/loss-rate.ts";
import { drawLosses } from "../figure/co-occurrence/losses.ts";
import { drawScores } from "../figure/co-occurrence/scores.ts";
import { drawValueProducts } from "../figure/co-occurrence/value-products.ts";
import { drawWords } from "../figure/co-occurrence/words.ts";
import { type Figure, type FigureOptions, isFlowRow, type Row, runsOf } from "../figure/figure.ts";

/** Figures of each flow among the rows, in the order of a report; none of rows of trainings. */
export function flowFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	return runsOf(rows.filter(isFlowRow)).flatMap((run) =>
		[
			drawLosses(rows, { ...options, run }),
			drawWords(rows, { ...options, flows: [{ run, label: run }] }),
			drawScores(rows, { ...options, run }),
			drawAttentionMaps(rows, { ...options, run }),
			drawBalance(rows, { ...options, run }),
			drawLossRate(rows, { ...options, run }),
			drawValueProducts(rows, { ...options, run }),
		].filter((figure) => figure !== undefined),
	);
}

/** The figures of single gradient flows, as far as a flow's own rows can draw them. */
import { drawAttentionMaps } from "../figure/co-occurrence/attention-maps.ts";
import { drawBalance } from "../figure/co-occurrence/balance.ts";
import { drawLossRate } from "../figure/co-occurrence/loss-rate.ts";
import { drawLosses } from "../figure/co-occurrence/losses.ts";
import { drawScores } from "../figure/co-occurrence/scores.ts";
import { drawValueProducts } from "../figure/co-occurrence/value-products.ts";
import { drawWords } from "../figure/co-occurrence/words.ts";
import { type Figure, type FigureOptions, isFlowRow, type Row, runsOf } from "../figure/figure.ts";

type FlowOptions = FigureOptions & { readonly run: string };

/** Every figure of one flow, in the order of a report: each may be drawn by itself. */
export const flowDrawings: Readonly<
	Record<string, (rows: readonly Row[], options: FlowOptions) => Figure | undefined>
> = {
	losses: drawLosses,
	words: (rows, { run, ...options }) => drawWords(rows, { ...options, flows: [{ run, label: run }] }),
	scores: drawScores,
	"attention-maps": drawAttentionMaps,
	balance: drawBalance,
	"loss-rate": drawLossRate,
	"value-products": drawValueProducts,
};

/** Figures of each flow among the rows, in the order of a report; none of rows of trainings. */
export function flowFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	return runsOf(rows.filter(isFlowRow)).flatMap((run) =>
		Object.values(flowDrawings)
			.map((draw) => draw(rows, { ...options, run }))
			.filter((figure) => figure !== undefined),
	);
}

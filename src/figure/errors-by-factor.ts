/** Wrong answers of a construction with softmax attention, against the factor on its parameters: the limit is reached. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import { type Figure, type FigureOptions, runsOf } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

export interface FactorErrors {
	/** The language. */
	readonly run: string;
	/** c: all parameters are c times those written down. */
	readonly factor: number;
	readonly strings: number;
	readonly errors: number;
}

export function drawErrorsByFactor(
	points: readonly FactorErrors[],
	options: FigureOptions = {},
): Figure | undefined {
	if (points.length === 0) return undefined;
	const {
		id = "constructions-errors",
		title = "A recogniser with softmax attention is exact from a finite norm on",
		caption = "Strings judged wrongly, of those that one change makes of a right one. With hard attention " +
			"there is no error at any c. With softmax the argmax head is blurred at small norms; scores grow as c⁴, and " +
			"a little growth makes the network its own limit.",
	} = options;
	const runs = runsOf(points);
	const marks = { x: "factor", y: "errors", stroke: "run" } as const;
	const plot: Plot.PlotOptions = {
		height: 220,
		x: { label: "factor c on all parameters →", ticks: 6 },
		y: { label: "↑ strings judged wrongly", grid: true, nice: true, ticks: 5 },
		...seriesScales(runs),
		marks: [
			Plot.ruleY([0]),
			Plot.line(points, { ...marks, z: "run", strokeWidth: 1.6 }),
			Plot.dot(points, {
				x: "factor",
				y: "errors",
				fill: "run",
				symbol: "run",
				r: 3.2,
				stroke: "none",
				title: ({ run, factor, strings, errors }) => `${run}, c = ${factor}: ${errors} of ${strings}`,
			}),
		],
	};
	const svg = compose({ id, title, caption, plots: [plot], legend: seriesLegend(runs) }, options);
	const rows = points.map(({ run, factor, strings, errors }) => ({ run, factor, strings, errors }));
	return { id, title, caption, svg, rows };
}

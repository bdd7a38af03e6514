/** Any quantities against the step, chosen by their keys: a panel each, or of many all in one panel a run. */
import * as Plot from "@observablehq/plot";
import { stepAxis } from "./axis.ts";
import { type ComposedPlot, compose } from "./compose.ts";
import { type Figure, type FigureOptions, type Row, runsOf, valuesOf } from "./figure.ts";
import { drawPanels, lastStep, seriesLegend, seriesScales, table } from "./panels.ts";

export interface QuantitiesOptions extends FigureOptions {
	/** Keys of the rows. */
	readonly keys: readonly string[];
}

/** More keys than this share a panel: runs are told apart by panels then, and keys by colours. */
const mostPanels = 4;
/** A legend of more entries says nothing that a cursor does not say better. */
const mostNames = 12;

export function drawQuantities(rows: readonly Row[], options: QuantitiesOptions): Figure | undefined {
	const { keys, id = "quantities", title = "Quantities by step" } = options;
	const found = keys.filter((key) => valuesOf(rows, key).length > 0);
	const caption =
		options.caption ?? `${found.length} ${found.length === 1 ? "quantity" : "quantities"}, as measured.`;
	if (found.length <= mostPanels)
		return drawPanels(
			rows,
			found.map((key) => ({ key, label: `↑ ${key}` })),
			{ ...options, id, title, caption },
		);
	const points = found.flatMap((key) => valuesOf(rows, key).map((point) => ({ ...point, key })));
	const runs = runsOf(points);
	const last = lastStep(points);
	const plots = runs.map((run, i): ComposedPlot => {
		const isLast = i === runs.length - 1;
		return {
			shows: { where: { run } },
			...(isLast ? { height: 250 } : { height: 238, marginBottom: 24 }),
			x: { ...stepAxis(last, options.axis), ...(isLast ? {} : { label: null }) },
			y: { label: `↑ ${run}`, nice: true, grid: true, ticks: 5 },
			color: seriesScales(found).color,
			marks: [
				Plot.line(
					points.filter((point) => point.run === run),
					{ x: "step", y: "value", z: "key", stroke: "key", strokeWidth: 1.2 },
				),
			],
		};
	});
	const across = { column: "step", time: "step", runs: found };
	const legend = found.length <= mostNames ? seriesLegend(found) : [];
	const svg = compose({ id, title, caption, plots, across, legend }, options);
	return { id, title, caption, svg, rows: table(rows, found) };
}

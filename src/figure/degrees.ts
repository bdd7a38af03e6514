/** Stated degrees of homogeneity as rings, measured ones as dots in them, a line each. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { DataRow, Figure, FigureOptions } from "./figure.ts";
import { seriesColours } from "./palette.ts";

export interface DegreeRow {
	/** Such as `linear, input 2`. */
	readonly name: string;
	/** Undefined: stated to have no degree. */
	readonly stated?: number | undefined;
	/** At several factors c. */
	readonly measured: readonly number[];
}

export interface DegreesFigure extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
}

/** Undefined where there is nothing to draw. */
export function drawDegrees(rows: readonly DegreeRow[], options: DegreesFigure): Figure | undefined {
	if (rows.length === 0) return undefined;
	const { id, title, caption } = options;
	const dots = rows.flatMap(({ name, measured }) => measured.map((degree) => ({ name, degree })));
	const rings = rows.flatMap(({ name, stated }) => (stated === undefined ? [] : [{ name, degree: stated }]));
	const longest = Math.max(...rows.map(({ name }) => name.length));
	const plot: Plot.PlotOptions = {
		height: 62 + rows.length * 18,
		marginLeft: Math.min(250, 12 + longest * 6.3),
		x: {
			label: "degree k →",
			labelAnchor: "right",
			ticks: 6,
			tickFormat: "d",
			nice: true,
			grid: true,
			zero: true,
		},
		y: { type: "point", domain: rows.map(({ name }) => name), label: null, padding: 0.6 },
		marks: [
			Plot.dot(rings, { x: "degree", y: "name", r: 6, stroke: "currentColor", strokeWidth: 1.4 }),
			Plot.dot(dots, {
				x: "degree",
				y: "name",
				r: 3,
				fill: seriesColours[0]!,
				stroke: "none",
				title: ({ name, degree }) => `${name}: ${degree}`,
			}),
		],
	};
	const svg = compose(
		{ id, title, caption, plots: [plot], legend: [{ label: "measured (ring: stated)", series: 0 }] },
		options,
	);
	const data = rows.flatMap(({ name, stated, measured }) =>
		measured.map((degree): DataRow => ({ name, ...(stated === undefined ? {} : { stated }), degree })),
	);
	return { id, title, caption, svg, rows: data };
}

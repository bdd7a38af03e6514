/** Quantities against the step, one panel each, one line a run: the common form of most figures. */
import * as Plot from "@observablehq/plot";
import { logTicks, stepAxis } from "./axis.ts";
import { compose } from "./compose.ts";
import { powerName } from "./curve-axis.ts";
import { type Figure, type FigureOptions, type Row, runsOf, valuesOf } from "./figure.ts";
import { seriesColours, symbolOf } from "./palette.ts";

export interface Panel {
	/** The key of the rows. */
	readonly key: string;
	/** What it is, with its unit. */
	readonly label: string;
	/** Default `linear`. */
	readonly scale?: "linear" | "log";
	/** A value to draw a thin line at, such as 0 or 1. */
	readonly rule?: number;
	/** Default 150. */
	readonly height?: number;
}

export interface PanelsFigure extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
}

/** The options of marks and scales by which a run keeps its colour and symbol in every figure. */
export const seriesScales = (runs: readonly string[]) => ({
	color: { domain: runs, range: runs.map((_, i) => seriesColours[i % seriesColours.length]!) },
	symbol: { domain: runs, range: runs.map((_, i) => symbolOf(i)) },
});

/** One legend entry a run. */
export const seriesLegend = (runs: readonly string[]) => runs.map((label, series) => ({ label, series }));

/** Draws the panels that have data, stacked, against the step. Undefined if none has. */
export function drawPanels(
	rows: readonly Row[],
	panels: readonly Panel[],
	options: PanelsFigure,
): Figure | undefined {
	const measured = panels
		.map((panel) => ({ ...panel, points: valuesOf(rows, panel.key) }))
		.map((panel) => ({
			...panel,
			points: panel.scale === "log" ? panel.points.filter((point) => point.value > 0) : panel.points,
		}))
		.filter(({ points }) => points.length > 0);
	if (measured.length === 0) return undefined;
	const runs = runsOf(rows);
	const last = lastStep(measured.flatMap(({ points }) => points));
	const plots = measured.map(({ key, label, points, scale = "linear", rule, height = 150 }, i) => ({
		shows: { values: [key] },
		// The last panel alone names the steps' axis.
		...(i === measured.length - 1 ? { height } : { height: height - 12, marginBottom: 24 }),
		x: { ...stepAxis(last, options.axis), ...(i === measured.length - 1 ? {} : { label: null }) },
		y: {
			label,
			type: scale,
			nice: true,
			grid: true,
			ticks: ticksOf(scale, points),
			// Zeros after the point would not fit beside the axis.
			...(points.every(({ value }) => Math.abs(value) < 1e-3) ? { tickFormat: powerName } : {}),
		},
		...seriesScales(runs),
		marks: [
			...(rule === undefined ? [] : [Plot.ruleY([rule], { stroke: "currentColor", strokeOpacity: 0.5 })]),
			Plot.line(points, { x: "step", y: "value", z: "run", stroke: "run", strokeWidth: 1.6 }),
			seriesDots(points),
		],
	}));
	const { id, title, caption } = options;
	const across = { column: "step", time: "step", runs };
	const svg = compose({ id, title, caption, plots, across, legend: seriesLegend(runs) }, options);
	return {
		id,
		title,
		caption,
		svg,
		rows: table(
			rows,
			measured.map(({ key }) => key),
		),
	};
}

/** The last step of points, of which there may be more than a call can have arguments. */
export const lastStep = (points: readonly { readonly step: number }[]): number =>
	points.reduce((last, { step }) => Math.max(last, step), 0);

function ticksOf(scale: "linear" | "log", points: readonly { value: number }[]): number | number[] {
	if (scale === "linear") return 4;
	const values = points.map(({ value }) => value);
	return logTicks(Math.min(...values), Math.max(...values));
}

interface SeriesPoint {
	readonly run: string;
	readonly step: number;
	readonly value: number;
}

/** A symbol at each point, or at every so many of a long series, that names its value under the pointer. */
export function seriesDots(points: readonly SeriesPoint[], r = 2.6): Plot.Markish {
	const shown = runsOf(points).flatMap((run) => {
		const ofRun = points.filter((point) => point.run === run);
		const every = Math.ceil(ofRun.length / 60);
		return ofRun.filter((_, i) => i % every === 0);
	});
	return Plot.dot(shown, {
		x: "step",
		y: "value",
		fill: "run",
		symbol: "run",
		r,
		stroke: "none",
		title: ({ run, step, value }) => `${run}, step ${step}: ${value}`,
	});
}

/** The rows that hold any of the keys, with these keys only. */
export function table(rows: readonly Row[], keys: readonly string[]) {
	return rows.flatMap((row) => {
		const values = keys.flatMap((key) => {
			const value = row[key];
			return typeof value === "number" ? [[key, value] as const] : [];
		});
		return values.length ? [{ run: row.run, step: row.step, ...Object.fromEntries(values) }] : [];
	});
}

/** Curves of one quantity against another, small multiples stacked: a colour a series, solid or dashed. */
import * as Plot from "@observablehq/plot";
import { logTicks } from "./axis.ts";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

export interface CurvePoint {
	/** Which of the small multiples. */
	readonly panel: string;
	/** Gives the colour. */
	readonly series: string;
	/** Dashed, or solid: one of `styles`. Default: solid. */
	readonly style?: string;
	/** Tells apart the curves of one series and style: a seed, say. */
	readonly curve?: string | number;
	readonly x: number;
	readonly y: number;
}

export interface CurveAxis {
	readonly label: string;
	/** Default `linear`. */
	readonly scale?: "linear" | "log";
	/** What lies outside is not drawn. Default: all of it. */
	readonly domain?: readonly [number, number];
}

export interface CurvesFigure extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** The label of the x axis, under the last panel. */
	readonly x: CurveAxis;
	/** The label of the y axis is followed by the panel's name. */
	readonly y: CurveAxis;
	/** Names of the solid and of the dashed curves, if both are drawn. */
	readonly styles?: readonly [solid: string, dashed: string];
	/** Published values, as crosses in the colour of their series. */
	readonly marks?: readonly CurvePoint[];
	/** Curves in the text's colour behind the others: a bound, a slope. */
	readonly guides?: readonly CurvePoint[];
	/** Dots and no lines. */
	readonly scattered?: boolean;
	/** Height of each panel. Default 200. */
	readonly height?: number;
}

/** Undefined where there is nothing to draw. */
export function drawCurves(points: readonly CurvePoint[], options: CurvesFigure): Figure | undefined {
	const {
		id,
		title,
		caption,
		x,
		y,
		styles,
		marks = [],
		guides = [],
		scattered = false,
		height = 200,
	} = options;
	const inside = (point: CurvePoint) => within(point.x, x) && within(point.y, y);
	const shown = points.filter(inside);
	if (shown.length === 0) return undefined;
	const panels = unique(points.map(({ panel }) => panel));
	const series = unique(points.map((point) => point.series));
	const xs = shown.map((point) => point.x);
	const ys = shown.map((point) => point.y);
	const plots = panels.map((panel, i): Plot.PlotOptions => {
		const of = (list: readonly CurvePoint[]) =>
			list.filter((point) => point.panel === panel && inside(point));
		const ofStyle = (dashed: boolean) =>
			of(points).filter(({ style }) => (styles !== undefined && style === styles[1]) === dashed);
		const isLast = i === panels.length - 1;
		const line = (data: readonly CurvePoint[], dash: Plot.LineOptions): Plot.Markish =>
			Plot.line(data, {
				x: "x",
				y: "y",
				z: ({ series, curve }) => `${series} ${curve}`,
				stroke: "series",
				...dash,
			});
		return {
			...(isLast ? { height } : { height: height - 12, marginBottom: 24 }),
			x: { ...scaleOf(x, xs), label: isLast ? x.label : null, labelAnchor: "right" },
			y: { ...scaleOf(y, ys), label: `${y.label}${panel ? `, ${panel}` : ""}`, grid: true },
			...seriesScales(series),
			marks: [
				Plot.line(of(guides), {
					x: "x",
					y: "y",
					z: "series",
					stroke: "currentColor",
					strokeOpacity: 0.6,
					strokeWidth: 1,
				}),
				scattered
					? Plot.dot(of(points), { x: "x", y: "y", fill: "series", symbol: "series", r: 2, fillOpacity: 0.6 })
					: [
							line(ofStyle(false), { strokeWidth: 1.5 }),
							line(ofStyle(true), { strokeWidth: 1.5, strokeDasharray: "4,3" }),
						],
				Plot.dot(of(marks), { x: "x", y: "y", symbol: "times", r: 4, stroke: "series", strokeWidth: 2 }),
			],
		};
	});
	const legend = [
		...seriesLegend(series),
		...(styles
			? [
					{ label: styles[0], dash: "none" },
					{ label: styles[1], dash: "4,3" },
				]
			: []),
	];
	const svg = compose({ id, title, caption, plots, legend }, options);
	return { id, title, caption, svg, rows: points.map((point) => ({ ...point })) };
}

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];

const within = (value: number, { domain, scale }: CurveAxis): boolean =>
	Number.isFinite(value) &&
	(scale !== "log" || value > 0) &&
	(domain === undefined || (value >= domain[0] && value <= domain[1]));

function scaleOf({ scale = "linear", domain }: CurveAxis, values: readonly number[]): Plot.ScaleOptions {
	const [low, high] = domain ?? [Math.min(...values), Math.max(...values)];
	if (scale === "linear")
		return { type: "linear", domain: [low, high], nice: domain === undefined, ticks: 5 };
	const ticks = logTicks(low, high);
	const every = Math.ceil(ticks.length / 7);
	return {
		type: "log",
		domain: [low, high],
		nice: domain === undefined,
		ticks: ticks.filter((_, i) => i % every === 0),
		tickFormat: powerName,
	};
}

/** `0.01`, `1`, `300`, `10⁻⁸`, `2·10⁵`. */
function powerName(value: number): string {
	if (value >= 1e-3 && value < 1e5) return String(Number(value.toPrecision(3)));
	const exponent = Math.floor(Math.log10(value) + 1e-9);
	const leading = Number((value / 10 ** exponent).toPrecision(2));
	const digits = [...String(exponent)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]));
	return `${leading === 1 ? "" : `${leading}·`}10${digits.join("")}`;
}

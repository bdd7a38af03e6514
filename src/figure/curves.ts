/** Curves of one quantity against another, small multiples stacked: a colour a series, solid or dashed. */
import * as Plot from "@observablehq/plot";
import { namesHeight, rulesOf, type Vertical, verticalsOf } from "./annotations.ts";
import type { Clock } from "./clock.ts";
import { type ComposedPlot, compose, type LegendEntry } from "./compose.ts";
import { type CurveAxis, type CurveAxisWithRules, scaleOf, within } from "./curve-axis.ts";
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

export interface CurvesFigure extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** The label of the x axis, under the last panel. */
	readonly x: CurveAxis;
	/** The label of the y axis is followed by the panel's name. */
	readonly y: CurveAxis;
	/** Axes of the panels that have one of their own, with its whole label, in place of `y`. */
	readonly axes?: { readonly [panel: string]: CurveAxisWithRules };
	/** Names of the solid and of the dashed curves, if both are drawn. */
	readonly styles?: readonly [solid: string, dashed: string];
	/** Published values, as crosses in the colour of their series. */
	readonly marks?: readonly CurvePoint[];
	/** What the crosses are, for the legend. Named ones are the points of a curve, and drawn finer. */
	readonly marked?: string;
	/** Curves in the text's colour behind the others: a bound, a slope. */
	readonly guides?: readonly CurvePoint[];
	/** Dots and no lines. */
	readonly scattered?: boolean;
	/** Height of each panel. Default 200. */
	readonly height?: number;
	/** Lines down through the panels, named at their upper end. */
	readonly verticals?: readonly Vertical[];
	/** Where the horizontal axis is training time: what the play-head of a report moves. */
	readonly clock?: Clock | undefined;
}

/** Undefined where there is nothing to draw. */
export function drawCurves(points: readonly CurvePoint[], options: CurvesFigure): Figure | undefined {
	const {
		id,
		title,
		caption,
		x,
		y,
		axes = {},
		styles,
		marks = [],
		marked,
		guides = [],
		scattered = false,
		height = 200,
		verticals = [],
		clock,
	} = options;
	// A panel's own axis cuts a curve at its edges; the common one leaves out what lies beyond.
	const inside = ({ panel, x: at, y: value }: CurvePoint) =>
		within(at, x) && within(value, axes[panel] ? { ...axes[panel], domain: undefined } : y);
	const shown = points.filter(inside);
	if (shown.length === 0) return undefined;
	const panels = unique(points.map(({ panel }) => panel));
	const series = unique(points.map((point) => point.series));
	const xs = shown.map((point) => point.x);
	const [first, last] = x.domain ?? [Math.min(...xs), Math.max(...xs)];
	const plots = panels.map((panel, i): ComposedPlot => {
		const own = axes[panel];
		const drawn = own ? [...shown, ...marks.filter(inside), ...guides.filter(inside)] : shown;
		const ys = drawn.filter((point) => !own || point.panel === panel).map((point) => point.y);
		const rules = own?.rules ?? [];
		const cut = own?.domain ? { clip: true } : {};
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
				...cut,
				...dash,
			});
		return {
			shows: clock ? { values: unique(of(points).map((point) => point.series)) } : { where: { panel } },
			...(isLast ? { height } : { height: height - 12, marginBottom: 24 }),
			// Axes of their own may need longer numbers.
			...(Object.keys(axes).length > 0 ? { marginLeft: 60 } : {}),
			...(verticals.length > 0 ? { marginTop: 26 + namesHeight } : {}),
			x: { ...scaleOf(x, xs), label: isLast ? x.label : null, labelAnchor: "right" },
			y: {
				...scaleOf(own ?? y, [...ys, ...rules.map((rule) => rule.y)]),
				label: own ? own.label : `${y.label}${panel ? `, ${panel}` : ""}`,
				grid: true,
			},
			...seriesScales(series),
			marks: [
				Plot.line(of(guides), {
					x: "x",
					y: "y",
					z: "series",
					stroke: "currentColor",
					strokeOpacity: 0.6,
					strokeWidth: 1,
					...cut,
				}),
				scattered
					? Plot.dot(of(points), { x: "x", y: "y", fill: "series", symbol: "series", r: 2, fillOpacity: 0.6 })
					: [
							line(ofStyle(false), { strokeWidth: 1.5 }),
							line(ofStyle(true), { strokeWidth: 1.5, strokeDasharray: "4,3" }),
						],
				Plot.dot(of(marks), {
					x: "x",
					y: "y",
					symbol: "times",
					r: marked ? 2.6 : 4,
					stroke: "series",
					strokeWidth: marked ? 1.2 : 2,
					...cut,
				}),
				...rulesOf(rules),
				...verticalsOf(
					verticals.filter(
						(vertical) => (vertical.panel ?? panel) === panel && vertical.x >= first && vertical.x <= last,
					),
				),
			],
		};
	});
	const legend: LegendEntry[] = [
		...seriesLegend(series),
		...(styles
			? [
					{ label: styles[0], dash: "none" },
					{ label: styles[1], dash: "4,3" },
				]
			: []),
		...(marked && marks.length > 0 ? [{ label: marked, symbol: "times" } as const] : []),
	];
	// Of curves over training time the table has a column a series (`flow-curves.ts`).
	const across = clock ? { column: clock.name, time: clock.name } : { column: "x", values: ["y"] };
	const svg = compose({ id, title, caption, plots, across, legend, clock }, options);
	return { id, title, caption, svg, rows: points.map((point) => ({ ...point })) };
}

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];

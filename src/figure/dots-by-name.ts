/**
 * Values by name: a row a name, a dot a value, a panel a quantity, with values that deserve a line down through them.
 *
 * What has no value, but is known to lie beyond one, is an arrow that begins there.
 */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import { scaleOf } from "./curve-axis.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { withLinks } from "./links.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

export interface NamedValue {
	readonly panel: string;
	/** The row. */
	readonly name: string;
	/** Gives colour and symbol. */
	readonly series: string;
	readonly value: number;
	/** The value itself is unknown and larger than `value`. */
	readonly beyond?: boolean;
	/** A page about it. */
	readonly href?: string;
}

export interface DotsFigure extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** Of each panel, by its name; panels are drawn in this order. */
	readonly axes: Readonly<
		Record<
			string,
			{
				readonly label: string;
				readonly scale?: "linear" | "log";
				/** Where lines are drawn, each with a name. */
				readonly guides?: Readonly<Record<string, number>>;
			}
		>
	>;
}

/** Undefined where there is nothing to draw. */
export function drawDotsByName(values: readonly NamedValue[], options: DotsFigure): Figure | undefined {
	const { id, title, caption, axes } = options;
	const drawable = values.filter(
		({ panel, value }) => Number.isFinite(value) && (axes[panel]?.scale !== "log" || value > 0),
	);
	if (drawable.length === 0) return undefined;
	const names = unique(drawable.map(({ name }) => name));
	const series = unique(drawable.map((value) => value.series));
	const panels = Object.keys(axes).filter((name) => drawable.some(({ panel }) => panel === name));
	// In the font of figures, where a name may be long.
	const marginLeft = Math.min(170, 16 + 6.6 * Math.max(...names.map(({ length }) => length)));
	const plots = panels.map((panel): Plot.PlotOptions => {
		const { label, scale = "linear", guides = {} } = axes[panel]!;
		const here = drawable.filter((value) => value.panel === panel);
		const lines = Object.entries(guides).map(([text, x]) => ({ text, x }));
		const inside = [...here.map(({ value }) => value), ...lines.map(({ x }) => x)];
		const titleOf = ({ name, series, value, beyond }: NamedValue) =>
			`${name}, ${series}: ${beyond ? "more than " : ""}${Number(value.toPrecision(4))}`;
		return {
			height: 74 + 18 * names.length,
			marginLeft,
			marginTop: lines.length > 0 ? 30 : 14,
			marginRight: 26,
			x: {
				...scaleOf({ label, scale, domain: scale === "log" ? widened(inside) : undefined }, inside),
				label,
				labelAnchor: "right",
				grid: true,
			},
			y: { type: "point", domain: names, label: null, padding: 0.6 },
			...seriesScales(series),
			marks: [
				Plot.ruleX(lines, { x: "x", stroke: "currentColor", strokeOpacity: 0.6, strokeDasharray: "4,3" }),
				Plot.text(lines, { x: "x", text: "text", frameAnchor: "top", dy: -10 }),
				Plot.dot(
					here.filter(({ beyond }) => !beyond),
					{
						x: "value",
						y: "name",
						fill: "series",
						symbol: "series",
						r: 3.4,
						stroke: "none",
						title: titleOf,
						href: "href",
					},
				),
				Plot.text(
					here.filter(({ beyond }) => beyond),
					{
						x: "value",
						y: "name",
						text: () => "→",
						fill: "series",
						fontSize: 15,
						title: titleOf,
						href: "href",
					},
				),
			],
		};
	});
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(series) }, options);
	if (drawable.some(({ href }) => href)) withLinks(svg);
	return {
		id,
		title,
		caption,
		svg,
		rows: drawable.map((value) => ({ ...value, beyond: String(value.beyond ?? false) })),
	};
}

/** A little more than the values: "nice" ends of a logarithmic scale may be a decade away. */
const widened = (values: readonly number[]): [number, number] => [
	Math.min(...values) / 1.2,
	Math.max(...values) * 1.2,
];

const unique = (list: readonly string[]): string[] => [...new Set(list)];

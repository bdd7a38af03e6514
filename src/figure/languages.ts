/** How well each formal language is recognised by a network and by its saturated forms, and how saturated it is. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { seriesColours, seriesSymbols } from "./palette.ts";
import { seriesLegend } from "./panels.ts";

/** One value of one language: a symbol in the drawing. */
export interface LanguagePoint {
	readonly language: string;
	readonly family: string;
	/** The column that it stands in. */
	readonly column: string;
	/** Which network or state of it: symbol and colour. */
	readonly series: string;
	/** A share or a cosine; what is below 0 is drawn at 0. */
	readonly value: number;
}

export interface LanguagesOptions extends FigureOptions {
	/** In their order. */
	readonly columns: readonly string[];
	readonly series: readonly string[];
	/** Names of the families in their order, and how each is headed. */
	readonly families: Readonly<Record<string, string>>;
}

const rowHeight = 19;
const nameWidth = 118;

/** Languages as rows, headed by family. Undefined without points. */
export function drawLanguages(
	points: readonly LanguagePoint[],
	options: LanguagesOptions,
): Figure | undefined {
	const { columns, series, families } = options;
	const shown = Object.keys(families).filter((family) => points.some((point) => point.family === family));
	if (shown.length === 0) return undefined;
	const {
		id = "languages",
		title = "Formal languages: the network and its saturated forms",
		caption = "A row a language. A network recognises it where its symbol stands at 1.",
	} = options;
	const plots = shown.map((family, place): Plot.PlotOptions => {
		const [first, last] = [place === 0, place === shown.length - 1];
		const ofFamily = points.filter((point) => point.family === family);
		const languages = [...new Set(ofFamily.map(({ language }) => language))];
		const marginTop = first ? 40 : 22;
		const marginBottom = last ? 22 : 2;
		return {
			height: languages.length * rowHeight + marginTop + marginBottom,
			marginLeft: nameWidth,
			marginTop,
			marginBottom,
			x: {
				domain: [0, 1],
				clamp: true,
				inset: 6,
				label: null,
				ticks: last ? [0, 0.5, 1] : [],
				tickFormat: (x: number) => String(x),
			},
			fx: { domain: columns, label: null, padding: 0.06, ...(first ? { axis: "top" } : { axis: null }) },
			y: { type: "band", domain: languages, label: null, tickSize: 0 },
			color: { domain: series, range: seriesColours },
			symbol: { domain: series, range: seriesSymbols },
			marks: [
				Plot.ruleY(languages, { y: (language: string) => language, strokeOpacity: 0.15 }),
				Plot.ruleX([0, 1], { strokeOpacity: 0.15 }),
				Plot.text([families[family]!], {
					fx: () => columns[0],
					frameAnchor: "top-left",
					dx: 6 - nameWidth,
					dy: -14,
					text: (heading: string) => heading,
					fontWeight: "bold",
				}),
				...series.map((name) =>
					Plot.dot(
						ofFamily.filter((point) => point.series === name),
						{
							x: "value",
							y: "language",
							fx: "column",
							dy: beside(points, name),
							symbol: "series",
							fill: "series",
							stroke: "none",
							r: 2.8,
							title: ({ language, column, value }: LanguagePoint) =>
								`${language}, ${name}, ${column}: ${value.toFixed(3)}`,
						},
					),
				),
			],
		};
	});
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(series) }, options);
	return { id, title, caption, svg, rows: points.map((point) => ({ ...point })) };
}

/** How far below the middle of its row a series is drawn, so that equal values do not hide each other. */
function beside(points: readonly LanguagePoint[], series: string): number {
	const column = points.find((point) => point.series === series)?.column;
	const together = [
		...new Set(points.filter((point) => point.column === column).map((point) => point.series)),
	];
	return (together.indexOf(series) - (together.length - 1) / 2) * 4.4;
}

/**
 * One drawing out of several plots: a legend on top, plots stacked below it, a name and a description for readers
 * who do not see it. Observable Plot draws each plot; its own legends are HTML, which an SVG file cannot hold.
 */
import * as Plot from "@observablehq/plot";
import { type Clock, playHeadOf, setClock } from "./clock.ts";
import type { FigureOptions } from "./figure.ts";
import { seriesColours, symbolOf } from "./palette.ts";
import { roundCoordinates } from "./round-coordinates.ts";
import { type Across, type Shows, scaleText } from "./time-scale.ts";

/**
 * Width of every figure in its own units. Small, with text at 12, so that text is still 10 px high on a telephone
 * 400 px wide; pages scale the drawing up.
 */
const figureWidth = 440;
const fontSize = 12;
const lineHeight = 18;
const font = "system-ui, -apple-system, 'Segoe UI', sans-serif";

export interface LegendEntry {
	readonly label: string;
	/** Which colour and symbol: the series' index. */
	readonly series?: number;
	/** A line sample of this dash pattern in place of the symbol. */
	readonly dash?: string;
	/** In place of the series' own symbol. */
	readonly symbol?: Plot.SymbolType;
}

const svgNamespace = "http://www.w3.org/2000/svg";

function element(
	document: Document,
	name: string,
	attributes: Readonly<Record<string, string | number>>,
	children: readonly (Node | string)[] = [],
): SVGElement {
	const node = document.createElementNS(svgNamespace, name);
	for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
	node.append(...children);
	return node;
}

/** Width of a text in this font, near enough to place the next thing. */
const textWidth = (text: string) => text.length * fontSize * 0.56;

function drawLegend(
	document: Document,
	entries: readonly LegendEntry[],
): { group: SVGElement; height: number } {
	const group = element(document, "g", {});
	let [x, y] = [8, lineHeight / 2];
	for (const { label, series, dash, symbol } of entries) {
		const width = 26 + textWidth(label);
		if (x > 8 && x + width > figureWidth) [x, y] = [8, y + lineHeight];
		const colour = series === undefined ? "currentColor" : seriesColours[series % seriesColours.length]!;
		const sample =
			dash === undefined
				? Plot.dot([0], {
						x: [6],
						y: [0],
						r: 4,
						symbol: symbol ?? symbolOf(series ?? 0),
						fill: colour,
						// A cross is all stroke.
						stroke: symbol === "times" ? colour : "none",
					}).plot({
						document,
						axis: null,
						width: 12,
						height: 12,
						margin: 0,
						x: { type: "identity" },
						y: { type: "identity" },
					})
				: undefined;
		const mark = element(document, "g", { transform: `translate(${x},${y})`, fill: colour, stroke: colour });
		if (sample) mark.append(...sample.querySelectorAll("path, circle"));
		else
			mark.append(element(document, "path", { d: "M0,0H18", "stroke-dasharray": dash!, "stroke-width": 2 }));
		const text = element(
			document,
			"text",
			{ x: x + (sample ? 16 : 23), y, dy: "0.35em", fill: "currentColor" },
			[label],
		);
		group.append(mark, text);
		x += width + 12;
	}
	return { group, height: entries.length ? y + lineHeight / 2 + 4 : 0 };
}

/** A bar of the colour scale with its ends named. */
function drawRamp(
	document: Document,
	label: string,
	scale: Plot.Scale,
): { group: SVGElement; height: number } {
	const [low, high] = scale.domain as [number, number];
	const cells = 40;
	const [left, width] = [8, 160];
	const group = element(document, "g", {}, [
		...Array.from({ length: cells }, (_, i) =>
			element(document, "rect", {
				x: left + (i * width) / cells,
				y: 4,
				// A little overlap hides the seams between cells.
				width: width / cells + 0.5,
				height: 10,
				fill: scale.apply(low + ((high - low) * (i + 0.5)) / cells) as string,
			}),
		),
		element(document, "text", { x: left + width + 8, y: 9, dy: "0.35em" }, [
			`${label}: ${shortNumber(low)} to ${shortNumber(high)}`,
		]),
	]);
	return { group, height: 24 };
}

/** Three significant digits, without trailing zeros. */
const shortNumber = (value: number): string =>
	Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));

/** A plot, and which part of the figure's rows it shows. */
export type ComposedPlot = Plot.PlotOptions & { readonly shows?: Shows };

export interface Composition {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	readonly plots: readonly ComposedPlot[];
	/** What the horizontal axes show, where a cursor can read values off it. */
	readonly across?: Across | undefined;
	/** Whether it shows one moment of training (`FigureOptions.at`), and no course. */
	readonly isMoment?: boolean;
	readonly legend?: readonly LegendEntry[];
	/** The name of a colour scale that all plots share: a ramp is drawn in place of a legend. */
	readonly ramp?: string;
	/** What the play-head of a report moves, in every plot with time on a horizontal axis. */
	readonly clock?: Clock | undefined;
}

/** Draws the plots one below the other in one SVG element of `figureWidth`, which scales to the width it is given. */
export function compose(
	{ id, title, caption, plots, across, isMoment, legend = [], ramp, clock }: Composition,
	{ document = globalThis.document }: FigureOptions,
): SVGSVGElement {
	const drawn = plots.map(
		({ shows: _, ...options }) =>
			Plot.plot({
				document,
				width: figureWidth,
				marginLeft: 52,
				// Half a label of five digits.
				marginRight: 20,
				marginTop: 26,
				marginBottom: 36,
				...options,
			}) as SVGSVGElement & Plot.Plot,
	);
	const scale = drawn[0]?.scale("color");
	const top = ramp && scale ? drawRamp(document, ramp, scale) : drawLegend(document, legend);
	let y = top.height;
	const groups = drawn.map((plot, i) => {
		const [xText, yText] = across ? [scaleText(plot.scale("x")), scaleText(plot.scale("y"))] : [];
		const attributes = {
			transform: `translate(0,${y})`,
			"text-anchor": "middle",
			...(xText && { "data-x": xText }),
			...(yText && { "data-y": yText }),
			...(across && plots[i]!.shows && { "data-shows": JSON.stringify(plots[i]!.shows) }),
		};
		const group = element(document, "g", attributes, [
			...[...plot.childNodes].filter((child) => child.nodeName !== "style"),
		]);
		const playHead = clock && playHeadOf(document, plot);
		if (playHead) group.append(playHead);
		y += Number(plot.getAttribute("height"));
		return group;
	});
	const svg = element(
		document,
		"svg",
		{
			class: "figure",
			viewBox: `0 0 ${figureWidth} ${y}`,
			width: figureWidth,
			height: y,
			role: "img",
			"aria-labelledby": `${id}-title`,
			"aria-describedby": `${id}-description`,
			"font-family": font,
			"font-size": fontSize,
			fill: "currentColor",
			...(across && { "data-column": across.column }),
			...(across?.time && { "data-time": across.time }),
			...(across?.values && { "data-values": JSON.stringify(across.values) }),
			...(across?.runs && { "data-runs": JSON.stringify(across.runs) }),
			...(isMoment && { "data-moment": "step" }),
		},
		[
			element(document, "title", { id: `${id}-title` }, [title]),
			element(document, "desc", { id: `${id}-description` }, [caption]),
			top.group,
			...groups,
		],
	) as SVGSVGElement;
	if (clock) setClock(svg, clock);
	roundCoordinates(svg);
	return svg;
}

/**
 * What lies over a drawing: the play-head, the cursor, and a dot on every curve where they cross it. It reads the
 * drawing's scales from its attributes (`figure/time-scale.ts`) and never draws it again.
 */
import type { Figure } from "../../figure/figure.ts";
import { seriesColours } from "../../figure/palette.ts";
import { readScale, type Scale, type Shows } from "../../figure/time-scale.ts";
import { indexAt, placesOf, pointAt, type Series, seriesOf, shownBy } from "./series.ts";

interface DrawnPlot {
	readonly group: SVGGElement;
	/** How far down the drawing it lies. */
	readonly top: number;
	readonly x: Scale;
	readonly y: Scale | undefined;
	readonly shows: Shows;
	readonly series: readonly Series[];
}

export interface Reading {
	readonly at: number;
	readonly lines: readonly { readonly label: string; readonly value: number; readonly colour: string }[];
	/** Series that are not told. */
	readonly more: number;
	/** How far down the drawing it belongs, a share of its height. */
	readonly top: number;
}

/** What is told beside a cursor, and dotted on a plot, of figures with many series. */
const mostLines = 10;
const mostDots = 60;

export class Overlay {
	readonly series: readonly Series[];
	/** Every place of its points on the horizontal axis; none where a cursor has nothing to read. */
	readonly places: readonly number[];
	/** The name of time; absent where the horizontal axis is something else. */
	readonly time: string | undefined;
	/** The column that the horizontal axis shows. */
	readonly column: string;
	readonly #svg: SVGSVGElement;
	readonly #plots: readonly DrawnPlot[];
	readonly #runs: readonly string[];
	readonly #layers: Readonly<Record<"head" | "cursor", Map<DrawnPlot, SVGGElement>>>;

	constructor({ svg, rows }: Figure) {
		this.#svg = svg;
		this.column = svg.dataset["column"] ?? "";
		this.time = svg.dataset["time"];
		this.#runs = parse(svg.dataset["runs"]) ?? [];
		this.series = this.column ? seriesOf(rows, this.column, parse(svg.dataset["values"])) : [];
		this.places = placesOf(this.series);
		this.#plots = [...svg.querySelectorAll<SVGGElement>(":scope > g[data-x]")].map((group) => {
			const shows: Shows = parse(group.dataset["shows"]) ?? {};
			return {
				group,
				top: Number(/,([\d.]+)/.exec(group.getAttribute("transform") ?? "")?.[1] ?? 0),
				x: readScale(group.dataset["x"])!,
				y: readScale(group.dataset["y"]),
				shows,
				series: shownBy(this.series, shows),
			};
		});
		this.#layers = { head: new Map(), cursor: new Map() };
	}

	/** The scale of time, for the play-head's pace. */
	get x(): Scale | undefined {
		return this.#plots[0]?.x;
	}

	/** The place on the axis under a point of the screen, and the plot it is in; undefined between and beside plots. */
	find(clientX: number, clientY: number): { plot: DrawnPlot; place: number; height: number } | undefined {
		const { left, top, width } = this.#svg.getBoundingClientRect();
		const unit = (this.#svg.viewBox.baseVal.width || width) / width;
		const [x, y] = [(clientX - left) * unit, (clientY - top) * unit];
		const plot = this.#plots.findLast((candidate) => candidate.top <= y);
		if (!plot) return undefined;
		const [from, to] = plot.x.range;
		return x < from - 8 || x > to + 8 ? undefined : { plot, place: x, height: y - plot.top };
	}

	/** What the series of a plot are at a time; of many, those nearest to the pointer's height. */
	read(at: number, plot: DrawnPlot | undefined = this.#plots[0], height?: number): Reading {
		const { bands } = plot?.shows ?? {};
		let shown = plot?.series ?? this.series;
		if (bands && plot && height !== undefined) {
			const name = bandAt(plot, bands.names, height);
			shown = shown.filter(({ words }) => words[bands.column] === name);
		}
		const values = shown.flatMap((series) => {
			const point = pointAt(series, at);
			return point ? [{ label: series.label, value: point.value, colour: this.#colourOf(series) }] : [];
		});
		const away = (value: number) =>
			Math.abs((plot?.y?.place(value) ?? Number.POSITIVE_INFINITY) - (height ?? 0));
		const near =
			values.length > mostLines && plot?.y && height !== undefined
				? values.toSorted((a, b) => away(a.value) - away(b.value))
				: values;
		const top = (plot?.top ?? 0) / (this.#svg.viewBox.baseVal.height || 1);
		return { at, lines: near.slice(0, mostLines), more: Math.max(0, values.length - mostLines), top };
	}

	/** Puts the play-head or the cursor at a time in every plot, or takes it away. */
	show(what: "head" | "cursor", at: number | undefined): void {
		for (const plot of this.#plots) {
			const layer = this.#layerOf(what, plot);
			const x = at === undefined ? undefined : plot.x.place(at);
			layer.setAttribute("visibility", x === undefined ? "hidden" : "visible");
			if (x === undefined) continue;
			const [edge, line, ...dots] = layer.children as unknown as [SVGElement, SVGElement, ...SVGElement[]];
			for (const end of ["x1", "x2"]) for (const node of [edge, line]) node.setAttribute(end, x.toFixed(2));
			for (const [i, dot] of dots.entries()) {
				const y = crossing(plot, plot.series[i]!, at!, x);
				dot.setAttribute("visibility", y === undefined ? "hidden" : "inherit");
				if (y === undefined) continue;
				dot.setAttribute("cx", x.toFixed(2));
				dot.setAttribute("cy", y.toFixed(2));
			}
		}
	}

	/** Marks one point of a series: where the keyboard stands. */
	markPoint(series: Series, { at, value }: { readonly at: number; readonly value: number }): void {
		const plot = this.#plots.find((candidate) => candidate.series.includes(series));
		const { bands } = plot?.shows ?? {};
		const x = plot?.x.place(at);
		const y =
			bands && plot ? bandPlace(plot, bands.names, series.words[bands.column]) : plot?.y?.place(value);
		if (plot && x !== undefined && y !== undefined) this.#ring(x - 6, y + plot.top - 6, 12, 12);
		else this.unmark();
	}

	/** Marks an element of the drawing. */
	markElement(element: Element): void {
		const outer = this.#svg.getBoundingClientRect();
		const inner = element.getBoundingClientRect();
		const unit = (this.#svg.viewBox.baseVal.width || outer.width) / outer.width;
		const [x, y] = [(inner.left - outer.left) * unit, (inner.top - outer.top) * unit];
		this.#ring(x - 2, y - 2, inner.width * unit + 4, inner.height * unit + 4);
	}

	/** How far down the drawing the plot of a series is, a share of its height. */
	topOf(series: Series): number {
		const plot = this.#plots.find((candidate) => candidate.series.includes(series));
		return (plot?.top ?? 0) / (this.#svg.viewBox.baseVal.height || 1);
	}

	unmark(): void {
		this.#svg.querySelector("[data-overlay=mark]")?.remove();
	}

	#ring(x: number, y: number, width: number, height: number): void {
		this.unmark();
		const attributes = { x, y, width, height, rx: 3, fill: "none", "stroke-width": 2 };
		const group = this.#make("g", { "data-overlay": "mark", "pointer-events": "none" });
		// Seen on any ground.
		group.append(
			this.#make("rect", { ...attributes, stroke: "var(--ground, #ffffff)", "stroke-width": 5 }),
			this.#make("rect", { ...attributes, stroke: "currentColor" }),
		);
		this.#svg.append(group);
	}

	#layerOf(what: "head" | "cursor", plot: DrawnPlot): SVGGElement {
		const before = this.#layers[what].get(plot);
		if (before) return before;
		const [bottom, top] = plot.y?.range ?? [0, 0];
		const layer = this.#make("g", { class: what, "data-overlay": what, "pointer-events": "none" });
		const ends = { y1: Math.min(top, bottom), y2: Math.max(top, bottom) };
		const style =
			what === "head"
				? { "stroke-width": 1.5, "stroke-dasharray": "none" }
				: { "stroke-width": 1, "stroke-dasharray": "2,2" };
		layer.append(
			// Seen on any colour of a heat map.
			this.#make("line", { ...ends, stroke: "var(--ground, #ffffff)", "stroke-width": 3.5, opacity: 0.7 }),
			this.#make("line", { ...ends, stroke: "currentColor", ...style }),
		);
		if (plot.y && plot.y.kind !== "band")
			for (const series of plot.series.slice(0, mostDots)) {
				const dot = this.#make("circle", { r: 3.6, fill: this.#colourOf(series), "stroke-width": 1.4 });
				dot.setAttribute("stroke", "var(--ground, #ffffff)");
				layer.append(dot);
			}
		plot.group.append(layer);
		this.#layers[what].set(plot, layer);
		return layer;
	}

	#colourOf({ words, column }: Series): string {
		const names = [...Object.values(words), column];
		const index = names.map((name) => this.#runs.indexOf(name)).find((i) => i >= 0);
		return index === undefined ? "currentColor" : seriesColours[index % seriesColours.length]!;
	}

	#make<Name extends "g" | "line" | "circle" | "rect">(
		name: Name,
		attributes: Readonly<Record<string, string | number>>,
	): SVGElementTagNameMap[Name] {
		const node = this.#svg.ownerDocument.createElementNS("http://www.w3.org/2000/svg", name);
		for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
		return node;
	}
}

/** Where a series' curve, straight between its points, is at a time: `x` on the plot. */
function crossing({ x: scale, y }: DrawnPlot, series: Series, at: number, x: number): number | undefined {
	const i = indexAt(series, at);
	const [before, after] = [series.points[i], series.points[i + 1]];
	const from = before && y?.place(before.value);
	if (!before || from === undefined || before.at === at) return from;
	const [left, right, to] = after
		? [scale.place(before.at), scale.place(after.at), y?.place(after.value)]
		: [];
	if (left === undefined || right === undefined || to === undefined) return undefined;
	return from + ((x - left) / (right - left)) * (to - from);
}

/** Of a heat map, whose bands have the places of its vertical axis but names of their own. */
function bandAt({ y }: DrawnPlot, names: readonly string[], height: number): string | undefined {
	if (!y) return undefined;
	const [from, to] = [Math.min(...y.range), Math.max(...y.range)];
	const i = Math.floor(((height - from) / (to - from)) * names.length);
	return names[Math.min(names.length - 1, Math.max(0, i))];
}

function bandPlace({ y }: DrawnPlot, names: readonly string[], name: string | undefined): number | undefined {
	const i = name === undefined ? -1 : names.indexOf(name);
	if (!y || i < 0) return undefined;
	const [from, to] = [Math.min(...y.range), Math.max(...y.range)];
	return from + ((i + 0.5) / names.length) * (to - from);
}

// biome-ignore lint/suspicious/noExplicitAny: what `figure/compose.ts` wrote.
const parse = (text: string | undefined): any => (text === undefined ? undefined : JSON.parse(text));

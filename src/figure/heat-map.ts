/** Layer × step: the whole course of a quantity in one picture a run, in place of one line chart a layer. */
import * as Plot from "@observablehq/plot";
import { stepAxis, stepName } from "./axis.ts";
import { type ComposedPlot, compose } from "./compose.ts";
import { type Figure, type FigureOptions, layersOf, type Row, runsOf } from "./figure.ts";
import { shadedGrid } from "./shaded-grid.ts";

export interface HeatMap extends FigureOptions {
	readonly prefix: string;
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** What the colour is. */
	readonly quantity: string;
	/** Whether its sign matters: two hues, and white at 0. Default false. */
	readonly isSigned?: boolean;
	/** Ends of the colour scale. Default: those of the values; of a signed quantity, as far below 0 as above. */
	readonly domain?: readonly [number, number];
	readonly layerName: (layer: number) => string;
	/** Where rows are no layers but things with long names: what they are, and the room for a name. All are named then. */
	readonly named?: { readonly what: string; readonly room: number };
}

/** Layers are under `<prefix>.<layer>`; one panel a run. */
export function drawHeatMap(rows: readonly Row[], options: HeatMap): Figure | undefined {
	const { prefix, id, title, caption, quantity, isSigned = false, layerName, named } = options;
	const cells = layersOf(rows, prefix);
	if (cells.length === 0) return undefined;
	const { axis, domain = isSigned ? aroundZero(endsOf(cells)) : endsOf(cells) } = options;
	const runs = runsOf(rows).filter((run) => cells.some((cell) => cell.run === run));
	const plots = runs.map((run, i): ComposedPlot => {
		const ofRun = cells.filter((cell) => cell.run === run);
		const steps = [...new Set(ofRun.map(({ step }) => step))].sort((x, y) => x - y);
		const layers = [...new Set(ofRun.map(({ layer }) => layer))].sort((x, y) => y - x);
		const isLast = i === runs.length - 1;
		const label = isLast ? {} : { label: null };
		return {
			shows: { where: { run }, bands: { column: "layer", names: layers.map(layerName) } },
			height: 26 + (i === runs.length - 1 ? 40 : 24) + heightOf(layers.length, named !== undefined),
			...(named && { marginLeft: named.room }),
			marginBottom: i === runs.length - 1 ? 40 : 24,
			marginRight: 24,
			x: axis ? { ...stepAxis(steps.at(-1)!, axis), ...label } : { ...stepBands(steps), ...label },
			y: {
				type: "band",
				domain: layers,
				ticks: layers.length > 24 && !named ? spread(layers, 12) : layers,
				label: `↑ ${named?.what ?? "layer"}, ${run}`,
				labelAnchor: "top",
				tickFormat: layerName,
				padding: 0,
			},
			color: { type: "linear", scheme: isSigned ? "BuRd" : "viridis", domain },
			marks: [
				axis || cells.length > mostCells
					? paths(ofRun, steps, layers, domain, axis !== undefined)
					: Plot.cell(ofRun, {
							x: "step",
							y: "layer",
							fill: "value",
							// Neighbouring cells meet without a seam.
							shapeRendering: "crispEdges",
							title: ({ step, layer, value }) => `${run}, ${layerName(layer)}, step ${step}: ${value}`,
						}),
			],
		};
	});
	const svg = compose(
		{ id, title, caption, plots, across: { column: "step", time: "step" }, ramp: quantity },
		options,
	);
	const data = cells.map(({ run, step, layer, value }) => ({
		run,
		step,
		layer: layerName(layer),
		// A picture of so many cells is one of many; its table is in the page too.
		value: cells.length > mostCells ? Number(value.toPrecision(7)) : value,
	}));
	return { id, title, caption, svg, rows: data };
}

/** Cells of equal width: measured steps are dense where training moves fast. */
const stepBands = (steps: readonly number[]): Plot.ScaleOptions => ({
	type: "band",
	domain: steps,
	ticks: spread(steps, 7),
	tickFormat: stepName,
	label: "measured step →",
	labelAnchor: "right",
	padding: 0,
	round: false,
});

/** The least and the greatest value. */
export const endsOf = (cells: readonly { readonly value: number }[]): [number, number] =>
	cells.reduce<[number, number]>(
		([low, high], { value }) => [Math.min(low, value), Math.max(high, value)],
		[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
	);

const aroundZero = ([low, high]: readonly [number, number]): [number, number] => {
	const most = Math.max(-low, high);
	return [-most, most];
};

/** With more cells than this, a cell is no element of its own, and does not tell its value under the pointer. */
const mostCells = 4000;

/** Rows low enough that a deep network fits a screen, high enough to be seen. */
const heightOf = (layers: number, areNamed: boolean): number =>
	areNamed
		? layers * 13
		: layers > 24
			? Math.max(264, 4 * layers)
			: layers * Math.max(10, Math.min(22, 220 / layers));

function paths(
	cells: readonly { step: number; layer: number; value: number }[],
	steps: readonly number[],
	layers: readonly number[],
	domain: readonly [number, number],
	isToScale: boolean,
): Plot.Markish {
	const values = new Float64Array(steps.length * layers.length).fill(Number.NaN);
	const column = new Map(steps.map((step, j) => [step, j]));
	const row = new Map(layers.map((layer, i) => [layer, i]));
	for (const { step, layer, value } of cells)
		values[row.get(layer)! * steps.length + column.get(step)!] = value;
	return (
		_index,
		scales,
		_values,
		{ width, height, marginLeft, marginRight, marginTop, marginBottom },
		context,
	) => {
		const size = { width: width - marginLeft - marginRight, height: height - marginTop - marginBottom };
		const x = scales.x as (step: number) => number;
		const places = steps.map((step) => x(step) - marginLeft);
		const edges = isToScale ? edgesOf(places, size.width) : undefined;
		const grid = { rows: layers.length, columns: steps.length, values, edges };
		const colour = scales.color as (value: number) => string;
		const group = shadedGrid(context.document, grid, domain, colour, size);
		group.setAttribute("aria-label", "cells");
		group.setAttribute("transform", `translate(${marginLeft},${marginTop})`);
		return group;
	};
}

/** Columns meet midway between their places; the first and the last reach as far beyond theirs as the paper does. */
export function edgesOf(places: readonly number[], width: number): number[] {
	const between = places.slice(1).map((place, j) => (places[j]! + place) / 2);
	const [first, next] = [places[0] ?? 0, between[0]];
	return [next === undefined ? 0 : Math.max(0, 2 * first - next), ...between, width];
}

/** About `count` members of a list at even distances, the first and the last among them. */
export function spread<T>(list: readonly T[], count: number): T[] {
	if (list.length <= count) return [...list];
	return Array.from({ length: count }, (_, i) => list[Math.round((i * (list.length - 1)) / (count - 1))]!);
}

export function drawNormHeatMap(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawHeatMap(rows, {
		prefix: "dyn/norm.layer",
		id: "norm-heat-map",
		title: "Norm, layer by step",
		caption: "Norm of each block's parameters at each measured step, lowest layer at the bottom.",
		quantity: "‖θ‖ of the block",
		layerName: (layer) => String(layer + 1),
		...options,
	});
}

export function drawSaturationHeatMap(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawHeatMap(rows, {
		prefix: "dyn/saturation",
		id: "saturation-heat-map",
		title: "Saturation, layer by step",
		caption:
			"Cosine between each layer's states at θ and at 1000·θ, mean over tokens, at each measured step; the first " +
			"column is the random initialisation.",
		quantity: "cosine",
		layerName: (layer) => (layer === 0 ? "emb" : String(layer)),
		...options,
	});
}

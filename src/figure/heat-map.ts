/** Layer × step: the whole course of a quantity in one picture a run, in place of one line chart a layer. */
import * as Plot from "@observablehq/plot";
import { stepName } from "./axis.ts";
import { compose } from "./compose.ts";
import { type Figure, type FigureOptions, layersOf, type Row, runsOf } from "./figure.ts";

interface HeatMap extends FigureOptions {
	readonly prefix: string;
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** What the colour is. */
	readonly quantity: string;
	/** Ends of the colour scale. Default: those of the values. */
	readonly domain?: readonly [number, number];
	readonly layerName: (layer: number) => string;
}

/** Layers are under `<prefix>.<layer>`; one panel a run. */
export function drawHeatMap(rows: readonly Row[], options: HeatMap): Figure | undefined {
	const { prefix, id, title, caption, quantity, layerName } = options;
	const cells = layersOf(rows, prefix);
	if (cells.length === 0) return undefined;
	const values = cells.map(({ value }) => value);
	const { domain = [Math.min(...values), Math.max(...values)] } = options;
	const runs = runsOf(rows).filter((run) => cells.some((cell) => cell.run === run));
	const plots = runs.map((run, i): Plot.PlotOptions => {
		const ofRun = cells.filter((cell) => cell.run === run);
		const steps = [...new Set(ofRun.map(({ step }) => step))].sort((x, y) => x - y);
		const layers = [...new Set(ofRun.map(({ layer }) => layer))].sort((x, y) => y - x);
		return {
			height:
				26 +
				(i === runs.length - 1 ? 40 : 24) +
				layers.length * Math.max(10, Math.min(22, 220 / layers.length)),
			marginBottom: i === runs.length - 1 ? 40 : 24,
			marginRight: 24,
			// Cells of equal width: measured steps are dense where training moves fast.
			x: {
				type: "band",
				domain: steps,
				ticks: spread(steps, 7),
				tickFormat: stepName,
				label: i === runs.length - 1 ? "measured step →" : null,
				labelAnchor: "right",
				padding: 0,
				round: false,
			},
			y: {
				type: "band",
				domain: layers,
				label: `↑ layer, ${run}`,
				labelAnchor: "top",
				tickFormat: layerName,
				padding: 0,
			},
			color: { scheme: "viridis", domain },
			marks: [
				Plot.cell(ofRun, {
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
	const svg = compose({ id, title, caption, plots, ramp: quantity }, options);
	const data = cells.map(({ run, step, layer, value }) => ({ run, step, layer: layerName(layer), value }));
	return { id, title, caption, svg, rows: data };
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

/** Saturation by layer of a trained network and of its controls, with the spread over tokens: a panel a run. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

/** One layer of one network. Cosines of the states at θ. */
export interface SaturationPoint {
	/** The run, and what its saturation must be read beside: `pre, loss 4.34`. */
	readonly panel: string;
	/** Which parameters: trained, or a control. */
	readonly network: string;
	/** From 0, the embeddings. */
	readonly layer: number;
	readonly layerName: string;
	/** With the states at c·θ: the mean over tokens, and its quantiles 0.1 and 0.9. */
	readonly mean: number;
	readonly low: number;
	readonly high: number;
	/** With the states of the saturated network: the mean over tokens. */
	readonly limit: number;
}

export interface SaturationControlsOptions extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** The finite c. */
	readonly factor: number;
}

/** How far apart the networks of one layer stand, in layers. */
const apart = 0.13;

export function drawSaturationControls(
	points: readonly SaturationPoint[],
	options: SaturationControlsOptions,
): Figure | undefined {
	if (points.length === 0) return undefined;
	const { id, title, caption, factor } = options;
	const panels = unique(points.map(({ panel }) => panel));
	const networks = unique(points.map(({ network }) => network));
	const deepest = Math.max(...points.map(({ layer }) => layer));
	const plots = panels.map((panel, i): Plot.PlotOptions => {
		const last = i === panels.length - 1;
		const shown = points
			.filter((point) => point.panel === panel)
			.map((point) => ({
				...point,
				x: point.layer + (networks.indexOf(point.network) - (networks.length - 1) / 2) * apart,
			}));
		const names = new Map(shown.map(({ layer, layerName }) => [layer, layerName]));
		const lowest = Math.min(0, ...shown.map(({ low }) => low));
		return {
			...(last ? { height: 214 } : { height: 196, marginBottom: 26 }),
			x: {
				domain: [-0.4, deepest + 0.4],
				ticks: [...names.keys()],
				tickFormat: (layer: number) => names.get(layer) ?? "",
				label: last ? "layer →" : null,
				labelAnchor: "right",
			},
			y: { label: `↑ cosine, ${panel}`, domain: [lowest, 1.02], ticks: 5, grid: true },
			...seriesScales(networks),
			marks: [
				Plot.ruleY([1], { stroke: "currentColor", strokeOpacity: 0.5 }),
				Plot.line(shown, { x: "x", y: "mean", stroke: "network", strokeWidth: 1, strokeOpacity: 0.45 }),
				Plot.ruleX(shown, { x: "x", y1: "low", y2: "high", stroke: "network", strokeWidth: 1.4 }),
				Plot.dot(shown, {
					x: "x",
					y: "mean",
					fill: "network",
					symbol: "network",
					r: 3.2,
					stroke: "none",
					title: ({ network, layerName, mean, low, high }) =>
						`${panel}: ${network}, layer ${layerName}, c = ${factor}: ${mean.toFixed(4)} (${low.toFixed(3)} to ${high.toFixed(3)})`,
				}),
				Plot.dot(shown, {
					x: "x",
					y: "limit",
					stroke: "currentColor",
					strokeWidth: 1,
					r: 5,
					title: ({ network, layerName, limit }) =>
						`${panel}: ${network}, layer ${layerName}, limit: ${limit.toFixed(4)}`,
				}),
			],
		};
	});
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(networks) }, options);
	return { id, title, caption, svg, rows: points.map((point) => ({ ...point })) };
}

const unique = (list: readonly string[]): string[] => [...new Set(list)];

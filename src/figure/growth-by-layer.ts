/** How fast each block's norm grows: the exponent of a·t^p + b, and the slope of a·√t + b, with their intervals. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { spread } from "./heat-map.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

interface Estimate {
	readonly value: number;
	/** 95 % confidence; absent where the fit has none. */
	readonly interval: readonly [low: number, high: number] | undefined;
}

export interface LayerGrowth {
	/** The stack. */
	readonly run: string;
	/** Counted from 0. */
	readonly layer: number;
	/** Of a·√t + b. */
	readonly slope: Estimate;
	/** Of a·t^p + b. */
	readonly exponent: Estimate | undefined;
}

const panels = [
	{ quantity: "exponent", label: "↑ exponent p of a·t^p + b", rule: 0.5 },
	{ quantity: "slope", label: "↑ slope a of a·√t + b", rule: 0 },
] as const;

export function drawGrowthByLayer(
	layers: readonly LayerGrowth[],
	options: FigureOptions = {},
): Figure | undefined {
	if (layers.length === 0) return undefined;
	const {
		id = "growth-by-layer",
		title = "Growth by layer",
		caption = "Fits to the norm of each block, lowest layer first: above, the exponent (the line is √t); below, the slope of " +
			"the √t law. Bars: 95 % confidence for independent residuals, which those of one training are not. Bars that " +
			"leave the picture are cut.",
	} = options;
	const runs = [...new Set(layers.map(({ run }) => run))];
	const numbers = [...new Set(layers.map(({ layer }) => layer))].sort((x, y) => x - y);
	const shown = panels.flatMap(({ quantity, label, rule }) => {
		const points = layers.flatMap(({ run, layer, [quantity]: estimate }) =>
			estimate
				? [{ run, layer, value: estimate.value, low: estimate.interval?.[0], high: estimate.interval?.[1] }]
				: [],
		);
		return points.length > 0 ? [{ quantity, label, rule, points }] : [];
	});
	const plots = shown.map(({ label, rule, points }, i): Plot.PlotOptions => {
		const values = [rule, ...points.map(({ value }) => value)];
		const [low, high] = [Math.min(...values), Math.max(...values)];
		const room = 0.25 * (high - low || 1);
		const domain: [number, number] = [low - (low === 0 ? 0 : room), high + room];
		const cut = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
		const last = i === shown.length - 1;
		return {
			...(last ? { height: 170 } : { height: 158, marginBottom: 24 }),
			x: {
				type: "point",
				domain: numbers,
				ticks: numbers.length > 24 ? spread(numbers, 12) : numbers,
				tickFormat: (layer: number) => String(layer + 1),
				label: last ? "layer →" : null,
				labelAnchor: "right",
			},
			y: { label, domain, grid: true, ticks: 4 },
			...seriesScales(runs),
			marks: [
				Plot.ruleY([rule], { stroke: "currentColor", strokeOpacity: 0.5 }),
				Plot.ruleX(
					points.filter(({ low }) => low !== undefined),
					{
						x: "layer",
						y1: ({ low }) => cut(low),
						y2: ({ high }) => cut(high),
						stroke: "run",
						strokeWidth: 1.4,
					},
				),
				Plot.dot(points, {
					x: "layer",
					y: "value",
					fill: "run",
					symbol: "run",
					r: numbers.length > 24 ? 2.2 : 3,
					stroke: "none",
					title: ({ run, layer, value, low, high }) =>
						`${run}, layer ${layer + 1}: ${value}${low === undefined ? "" : ` (${low} to ${high})`}`,
				}),
			],
		};
	});
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(runs) }, options);
	const data = layers.map(({ run, layer, slope, exponent }) => ({
		run,
		layer: layer + 1,
		...columns("slope", slope),
		...(exponent && columns("exponent", exponent)),
	}));
	return { id, title, caption, svg, rows: data };
}

const columns = (name: string, { value, interval }: Estimate): Record<string, number> => ({
	[name]: value,
	...(interval && { [`${name} low`]: interval[0], [`${name} high`]: interval[1] }),
});

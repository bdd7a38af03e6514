/** Loss and accuracy of several networks made of one run's parameters: a line a run, a symbol a network. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { DataRow, Figure, FigureOptions } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

export interface NetworkPrediction {
	readonly run: string;
	readonly network: string;
	/** Nats a token; undefined where the logits have no scale. */
	readonly loss?: number | undefined;
	/** Share of next tokens predicted. */
	readonly accuracy: number;
}

export interface NetworkPredictionsOptions extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
}

export function drawNetworkPredictions(
	predictions: readonly NetworkPrediction[],
	options: NetworkPredictionsOptions,
): Figure | undefined {
	if (predictions.length === 0) return undefined;
	const { id, title, caption } = options;
	const runs = [...new Set(predictions.map(({ run }) => run))];
	const networks = [...new Set(predictions.map(({ network }) => network))];
	const longest = Math.max(...runs.map((run) => run.length));
	const panel = (key: "loss" | "accuracy", label: string): Plot.PlotOptions => ({
		height: 62 + 26 * runs.length,
		marginLeft: 20 + longest * 7,
		x: { label, labelAnchor: "right", nice: true, grid: true, ticks: 5, zero: key === "accuracy" },
		y: { type: "point", domain: runs, label: null, padding: 0.6 },
		...seriesScales(networks),
		marks: [
			Plot.dot(
				predictions.filter((prediction) => prediction[key] !== undefined),
				{
					x: key,
					y: "run",
					stroke: "network",
					symbol: "network",
					strokeWidth: 1.8,
					r: 4,
					title: ({ run, network, [key]: value }) => `${run}, ${network}: ${value?.toFixed(4)}`,
				},
			),
		],
	});
	const plots = [
		panel("loss", "validation loss (nats a token) →"),
		panel("accuracy", "share of next tokens predicted →"),
	];
	const svg = compose({ id, title, caption, plots, legend: seriesLegend(networks) }, options);
	const rows = predictions.map(
		({ run, network, loss, accuracy }): DataRow => ({
			run,
			network,
			...(loss === undefined ? {} : { loss }),
			accuracy,
		}),
	);
	return { id, title, caption, svg, rows };
}

/** A quantity by layer, at the first and the last measured step, or another: what the depth of a network looks like. */
import * as Plot from "@observablehq/plot";
import { stepName } from "./axis.ts";
import { compose } from "./compose.ts";
import { type Figure, type FigureOptions, layersOf, type Row, runsOf } from "./figure.ts";
import { endsOf } from "./heat-map.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

export interface ProfileOptions extends FigureOptions {
	/** Layers are under `<prefix>.<layer>`. */
	readonly prefix: string;
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	readonly label: string;
	/** The layer's name on the axis. */
	readonly layerName: (layer: number) => string;
	readonly domain?: readonly [number, number];
}

function drawProfile(rows: readonly Row[], options: ProfileOptions): Figure | undefined {
	const { prefix, id, title, caption, label, layerName, domain, at = Number.POSITIVE_INFINITY } = options;
	const all = layersOf(rows, prefix);
	if (all.length === 0) return undefined;
	const runs = runsOf(rows);
	const points = runs.flatMap((run) => {
		const ofRun = all.filter((point) => point.run === run);
		const first = ofRun.reduce((least, { step }) => Math.min(least, step), Number.POSITIVE_INFINITY);
		const last = ofRun.reduce((most, { step }) => (step <= at ? Math.max(most, step) : most), first);
		return ofRun
			.filter(({ step }) => step === first || step === last)
			.map((point) => ({ ...point, initial: point.step === first && first !== last }));
	});
	const line = (initial: boolean) => {
		const shown = points.filter((point) => point.initial === initial);
		return [
			Plot.line(shown, {
				x: "layer",
				y: "value",
				z: "run",
				stroke: "run",
				strokeWidth: 1.6,
				...(initial ? { strokeDasharray: "2,4", strokeOpacity: 0.8 } : {}),
			}),
			Plot.dot(shown, {
				x: "layer",
				y: "value",
				symbol: "run",
				r: 3,
				...(initial ? { stroke: "run", strokeWidth: 1.2 } : { fill: "run", stroke: "none" }),
				title: ({ run, step, layer, value }) => `${run}, ${layerName(layer)}, step ${step}: ${value}`,
			}),
		];
	};
	const layers = [...new Set(all.map(({ layer }) => layer))];
	const plot: Plot.PlotOptions = {
		height: 260,
		x: { type: "point", domain: layers, label: "layer →", tickFormat: layerName },
		y: {
			label,
			grid: true,
			nice: true,
			// The axis stands still while the moment changes.
			...(Number.isFinite(at) ? { domain: endsOf(all) } : {}),
			...(domain ? { domain } : {}),
		},
		...seriesScales(runs),
		marks: [...line(true), ...line(false)],
	};
	const legend = [
		...seriesLegend(runs),
		{ label: Number.isFinite(at) ? `at step ${stepName(Math.round(at))}` : "trained", dash: "none" },
		{ label: "initial", dash: "2,4" },
	];
	const svg = compose({ id, title, caption, plots: [plot], isMoment: true, legend }, options);
	const data = points.map(({ run, step, layer, value }) => ({ run, step, layer: layerName(layer), value }));
	return { id, title, caption, svg, rows: data };
}

export function drawNormByLayer(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawProfile(rows, {
		prefix: "dyn/norm.layer",
		id: "norm-by-layer",
		title: "Norm by layer",
		caption: "Norm of each block's parameters, at initialisation and at the end of the run.",
		label: "↑ ‖θ‖ of the block",
		layerName: (layer) => String(layer + 1),
		...options,
	});
}

/** Merrill et al. 2021, §4.1, Fig. 2: the random initialisation of the same model is the baseline. */
export function drawSaturationByLayer(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawProfile(rows, {
		prefix: "dyn/saturation",
		id: "saturation-by-layer",
		title: "Saturation by layer",
		caption:
			"Mean over tokens of the cosine between each layer's states at the parameters θ and at 1000·θ: 1 is fully " +
			"saturated. The baseline is the same model at its random initialisation. A state that is the same for every " +
			"input is also saturated, so look at the loss too.",
		label: "↑ cosine of states at θ and 1000·θ",
		layerName: (layer) => (layer === 0 ? "emb" : String(layer)),
		...options,
	});
}

/** The control of saturation: if all tokens have nearly the same state, its direction is trivially steady. */
export function drawSimilarityByLayer(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	return drawProfile(rows, {
		prefix: "dyn/similarity",
		id: "similarity-by-layer",
		title: "Likeness of tokens by layer",
		caption:
			"Mean cosine between the states of different tokens. Near 1 the layer's state is almost a constant, and its " +
			"saturation is no evidence.",
		label: "↑ mean cosine between tokens",
		layerName: (layer) => (layer === 0 ? "emb" : String(layer)),
		...options,
	});
}

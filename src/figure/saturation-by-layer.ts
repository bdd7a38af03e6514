/** Saturation by layer of pretrained models beside random ones. Merrill et al. 2021, §4.1, Fig. 2. */
import { type CurvePoint, drawCurves } from "./curves.ts";
import type { Figure, FigureOptions } from "./figure.ts";

/** One state of one network. */
export interface LayerSaturation {
	/** A panel: a model, or one stack of it. */
	readonly panel: string;
	readonly network: "pretrained" | "random";
	readonly seed?: number | undefined;
	/** Blocks passed; one more than there are: after the final normalisation. */
	readonly layer: number;
	readonly saturation: number;
	readonly similarity: number;
}

/** Published cosines of layers 1, 2, …. */
export interface PublishedLayers {
	readonly panel: string;
	readonly pretrained: readonly number[];
	readonly random: readonly number[];
	/** What to know of the curve, a clause. */
	readonly remark?: string;
}

const series = { pretrained: "pretrained", random: "random initialisation" } as const;
const layerAxis = { label: "blocks passed (0: embeddings) →" } as const;

export function drawSaturationByLayer(
	states: readonly LayerSaturation[],
	published: readonly PublishedLayers[],
	options: FigureOptions = {},
): Figure | undefined {
	const points = pointsOf(states, "saturation");
	const remarks = ["random models had dropout on", ...published.flatMap(({ remark }) => remark ?? [])];
	const marks = published.flatMap(({ panel, ...curves }) =>
		(["pretrained", "random"] as const).flatMap((network) =>
			curves[network].map((y, i): CurvePoint => ({ panel, series: series[network], x: i + 1, y })),
		),
	);
	const low = Math.min(
		-0.1,
		...[...points, ...marks].map(({ y }) => Math.floor(10 * y) / 10).filter(Number.isFinite),
	);
	return drawCurves(points, {
		id: "saturation-by-layer",
		title: "Saturation by layer",
		caption:
			"Cosine between the states at θ and at c·θ, mean over all tokens, by layer; a line a random initialisation, dropout " +
			"off. A point beyond the last block is after the final normalisation." +
			(marks.length > 0 ? ` Crosses: Fig. 2 of the paper. There ${remarks.join("; ")}.` : ""),
		...options,
		x: layerAxis,
		y: { label: "↑ cosine", domain: [low, 1] },
		...(marks.length > 0 ? { marks, marked: "as published" } : {}),
		height: 180,
	});
}

export function drawLikenessByLayer(
	states: readonly LayerSaturation[],
	options: FigureOptions = {},
): Figure | undefined {
	const points = pointsOf(states, "similarity");
	const low = Math.min(0, ...points.map(({ y }) => Math.floor(10 * y) / 10));
	return drawCurves(points, {
		id: "likeness-by-layer",
		title: "Likeness of tokens by layer: the control",
		caption:
			"Mean cosine between the states of different tokens of a passage, at θ. Where it is near 1 all tokens have one " +
			"state, and saturation says nothing about attention.",
		...options,
		x: layerAxis,
		y: { label: "↑ cosine of tokens", domain: [low, 1] },
		height: 150,
	});
}

const pointsOf = (states: readonly LayerSaturation[], key: "saturation" | "similarity"): CurvePoint[] =>
	states.flatMap(({ panel, network, seed = 0, layer, [key]: y }) =>
		Number.isFinite(y) ? [{ panel, series: series[network], curve: seed, x: layer, y }] : [],
	);

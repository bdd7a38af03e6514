/**
 * Attention and feed-forward networks together, in the wide limit: both make tokens alike, and paths planned for
 * attention alone overshoot. A path of U-SPA that knows of the networks ends where it should (specification, §2.7).
 */
import { leakyReluMap, leakyReluScale } from "../../../model/signal/leaky-relu.ts";
import { mlpAwareRhos } from "../../../model/signal/schedule.ts";
import { spaLayers } from "../../../model/signal/spa.ts";
import { tatSlope } from "../../../model/signal/tailored-leaky-relu.ts";
import { skipless, transformerMap } from "../../../model/signal/transformer-map.ts";
import { leakyReluActivation } from "../../../theory/signal/activation-kernel.ts";
import { statisticsOf } from "../../../theory/signal/kernel-statistics.ts";
import type { NetworkDescription } from "../../../theory/signal/network.ts";
import { propagate } from "../../../theory/signal/propagate.ts";
import { differentTokens } from "../../../theory/signal/start-kernels.ts";
import { identityMixing, type Mixing } from "../../../theory/signal/token-mixing.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { leastVisible } from "./dense.ts";
import { bothPaths, rhoL } from "./paths.ts";

export const blocksName = "attention/blocks";

/** η of the specification's table; 0 stands for linear networks. */
const etas = [0, 0.8, 0.9] as const;
/** The gentler one, of the path that knows. */
const gentle = 0.5;
const gentleDepth = 24;
export const aware = "U-SPA, aware";

/**
 * `tokens`: T, 128 in the specification's table; `depths`: L.
 *
 *     kind end     statistics after the last block
 *     kind depth   after each of 24 blocks, with η = 0.5
 *     kind path    the ratio k of the path that knows, and its least weight
 */
export const blocks = (tokens: number, depths: readonly number[]): Analysis => ({
	kind: "analysis",
	name: blocksName,
	title: "Attention and feed-forward networks together, predicted",
	needs: [],
	options: { tokens, depths, etas, gentle, gentleDepth },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const [i, layers] of depths.entries())
			for (const [j, eta] of etas.entries()) {
				for (const [method, mixings] of mixingsOf(layers)) {
					signal.throwIfAborted();
					const kernels = through(mixings, slopeOf(layers, eta), tokens);
					rows.push({ kind: "end", layers, eta, method, tokens, ...statistics(kernels.at(-1)!) });
				}
				progress((i * etas.length + j + 1) / (depths.length * etas.length + 1));
				await new Promise(setImmediate);
			}
		rows.push(...withAware(tokens));
		return rows;
	},
});

const slopeOf = (layers: number, eta: number): number =>
	eta === 0 ? 1 : tatSlope(transformerMap({ layers, residual: skipless }), eta);

const mixingsOf = (layers: number): [string, Mixing[]][] => [
	...bothPaths(layers).map(({ method, layers }): [string, Mixing[]] => [
		method,
		layers.map(({ apply }) => apply),
	]),
	["identity", Array.from({ length: layers }, () => identityMixing)],
];

function through(mixings: readonly Mixing[], slope: number, tokens: number) {
	const activation = leakyReluActivation(slope, leakyReluScale(slope));
	const network: NetworkDescription = mixings.map((mixing) => [
		{ name: "attn.residual", skip: 0, branches: [{ kind: "attention", heads: [mixing] }] },
		{ name: "ff.residual", skip: 0, branches: [{ kind: "feed-forward", activations: [activation] }] },
	]);
	return propagate(network, differentTokens(tokens)).kernels;
}

function statistics(kernel: Parameters<typeof statisticsOf>[0]) {
	const { meanCosine, adjacentCosine, diagonal } = statisticsOf(kernel);
	return { mean: meanCosine, adjacent: adjacentCosine, most: diagonal.max };
}

function withAware(tokens: number): AnalysisRow[] {
	const slope = slopeOf(gentleDepth, gentle);
	const cMap = leakyReluMap(slope);
	const planned = spaLayers({ kind: "u-spa", layers: gentleDepth, rhoL, cMap });
	const all: [string, Mixing[]][] = [...mixingsOf(gentleDepth), [aware, planned.map(({ apply }) => apply)]];
	return [
		...all.flatMap(([method, mixings]) =>
			through(mixings, slope, tokens).map((kernel, block) => ({
				kind: "depth",
				method,
				block,
				...statistics(kernel),
			})),
		),
		{
			kind: "path",
			ratio: mlpAwareRhos(gentleDepth, rhoL, cMap).ratio,
			slope,
			least: Math.min(...planned.map((layer) => leastVisible(layer.matrix(tokens), tokens))),
		},
	];
}

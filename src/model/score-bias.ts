/**
 * The bias of signal-preserving attention, B = ln A up to what softmax does not see, a number for each row.
 *
 * Causal layers are computed in the graph from O(T) constants, since a program of many blocks has many of them:
 *
 *     e-spa   ln A_ij falls with the distance i − j by the same each time; the diagonal and column 0 are apart
 *     u-spa   A_ij = row_i + column_j below the diagonal. The sum is up to (ρT)² times smaller than its terms, which
 *             float32 would not survive. So each is split into multiples of two units, whose sums are exact, and the rest.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { isPlanned, layerOf } from "./attention-plan.ts";
import type { ModelConfig } from "./config.ts";
import { distances, typed } from "./grid.ts";
import type { ESpaLayer } from "./signal/e-spa.ts";
import type { USpaLayer } from "./signal/u-spa.ts";
import type { Remaining } from "./terms.ts";

/** Stand for a weight of 0 and its logarithm: finite, as all must be that softmax takes. */
const LEAST_WEIGHT = 1e-30;
const LEAST = Math.log(LEAST_WEIGHT);

/** What is added to the scores [B, H, T, T] before the mask: [T, T], or nothing. Above the diagonal the mask rules. */
export function scoreBias(
	config: ModelConfig,
	{ dropped }: Remaining,
	name: string,
	scores: JaxArray,
): JaxArray | undefined {
	if (!isPlanned(config) || dropped.has(`${name}.bias`)) return undefined;
	const time = scores.shape[3]!;
	const layer = layerOf(config, name);
	if ("slope" in layer) return exponentialBias(layer as ESpaLayer, scores);
	if ("ranks" in layer) return uniformBias(layer as USpaLayer, scores);
	return typed(
		layer.bias(time).map((value) => Math.max(value, LEAST)),
		[time, time],
		scores,
	);
}

function exponentialBias({ lnDiagonal, lnOff, lnFirst, slope }: ESpaLayer, scores: JaxArray): JaxArray {
	const time = scores.shape[3]!;
	const nearest = new Float64Array(time).fill(lnOff);
	nearest[0] = lnFirst;
	const distance = distances(scores);
	const falling = typed(nearest, [1, time], scores).sub(distance.ref.sub(1).mul(slope));
	return np.where(np.greater(distance, 0), falling, lnDiagonal);
}

function uniformBias(layer: USpaLayer, scores: JaxArray): JaxArray {
	const time = scores.shape[3]!;
	const { diagonal, row, column } = layer.ranks(time);
	const largest = [...row, ...column].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const unit = 2 ** (Math.ceil(Math.log2(largest)) - 22); // Sums of its multiples have 23 bits at most.
	const coarse = (x: number) => Math.round(x / unit) * unit;
	const middle = (x: number) => coarse((x - coarse(x)) * 2 ** 22) / 2 ** 22;
	const fine = (x: number) => x - coarse(x) - middle(x);
	const distance = distances(scores);
	const sum = (part: (x: number) => number) =>
		distance.ref
			.mul(0)
			.add(typed(row.map(part), [time, 1], scores))
			.add(typed(column.map(part), [1, time], scores));
	const weights = sum(coarse).add(sum(middle).add(sum(fine)));
	const mixed = np.log(np.maximum(weights, LEAST_WEIGHT));
	const own = typed(
		diagonal.map((weight) => Math.log(weight)),
		[time, 1],
		scores,
	);
	return np.where(np.greater(distance, 0), mixed, own);
}

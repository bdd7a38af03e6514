/**
 * Multi-head attention: each position takes a weighted mean of values, by the match of its query with the keys of the
 * positions that it sees: those up to its own, or all.
 *
 * Shapes: B sequences, T positions, H heads, D dimensions a head.
 */
import { type Array as JaxArray, lax, numpy as np } from "@jax-js/jax";
import type { ModelConfig } from "./config.ts";
import { linear, softmax } from "./functional.ts";
import { mix, rescaled } from "./mixing.ts";
import { normalise } from "./normalise.ts";
import type { Parameters } from "./parameters.ts";
import { rotate } from "./positions.ts";
import { scoreBias } from "./score-bias.ts";
import type { Remaining } from "./terms.ts";

/** Added to the scores of later positions: finite, so that nothing becomes NaN, and beyond any score. */
export const NEVER = -1e37;

/** Shows an intermediate to whoever looks (see `Observer`), and returns it. */
export type Show = (name: string, value: JaxArray) => JaxArray;

/** The linear map called `name` of x [..., in]: [..., out]. */
export const project = (params: Parameters, name: string, x: JaxArray): JaxArray =>
	linear(x, params[`${name}.weight`]!.ref, params[`${name}.bias`]?.ref);

/** Attention of x [B, T, width] to itself, [B, T, width]. `name` is that of its parameters. */
export function attention(
	config: ModelConfig,
	left: Remaining,
	name: string,
	x: JaxArray,
	show: Show,
): JaxArray {
	const { params } = left;
	const [batch, time, width] = x.shape as [number, number, number];
	const { heads, keyValueHeads } = config;
	const size = width / heads;
	const split = (y: JaxArray, count: number) =>
		np.transpose(y.reshape([batch, time, count, size]), [0, 2, 1, 3]); // [B, count, T, D]
	const matched = (part: "q" | "k", count: number) => {
		const y = split(project(params, `${name}.${part}`, x.ref), count);
		const normed = config.queryKeyNorm ? normalise(config, left, `${name}.${part}_norm`, y) : y;
		const { ropeStyle, ropeBase } = config;
		return show(
			`${name}.${part}`,
			config.positions === "rope" ? rotate(normed, ropeStyle, ropeBase) : normed,
		);
	};
	const q = matched("q", heads);
	const k = matched("k", keyValueHeads);
	const values = config.valueMaps === "linear" ? project(params, `${name}.v`, x.ref) : x.ref;
	const v = show(`${name}.v`, split(values, keyValueHeads));
	x.dispose();

	// Scaling the queries is less work than scaling the scores, and the same.
	const { mixing } = config;
	const temperature = mixing.name === "shaped-transformer" ? mixing.temperature * Math.sqrt(width) : 1;
	const queries = q.mul(1 / (temperature * Math.sqrt(size)));
	const scores = show(`${name}.scores`, grouped(queries, np.transpose(k, [0, 1, 3, 2]))); // [B, H, T, T]
	const bias = scoreBias(config, left, name, scores);
	const visible = masked(config.mask, bias ? scores.add(bias) : scores);
	const weights = show(
		`${name}.weights`,
		config.attention === "hard" ? hardmax(visible, config.tieTolerance) : softmax(visible),
	);
	const attended = rescaled(config, name, grouped(weights, v.ref));
	const mixed = mix(config, params, name, attended, v); // [B, H, T, D]
	const joined = np.transpose(mixed, [0, 2, 1, 3]).reshape([batch, time, width]);
	const joinedHeads = show(`${name}.heads`, joined);
	return config.valueMaps === "linear" ? project(params, `${name}.o`, joinedHeads) : joinedHeads;
}

/** a [B, H, m, n] times b [B, K, n, p], each head of b shared by H / K heads of a: [B, H, m, p]. */
export function grouped(a: JaxArray, b: JaxArray): JaxArray {
	const [batch, heads, m, n] = a.shape as [number, number, number, number];
	const shared = b.shape[1]!;
	if (shared === heads) return np.matmul(a, b);
	const p = b.shape[3]!;
	const rows = a.reshape([batch, shared, (heads / shared) * m, n]);
	return np.matmul(rows, b).reshape([batch, heads, m, p]);
}

/**
 * Scores [B, H, T, T] with those of later positions shut out (strict) or set to 0 (leaky, as the code of Merrill et al.
 * has it).
 */
function masked(mask: ModelConfig["mask"], scores: JaxArray): JaxArray {
	if (mask === "none") return scores;
	const time = scores.shape[3]!;
	const position = np.arange(time);
	const later = np.less(position.ref.reshape([time, 1]), position.reshape([1, time])); // [T, T]
	if (mask === "leaky") return np.where(later, 0, scores);
	return scores.ref.add(np.where(later, NEVER, 0));
}

/**
 * Saturated attention (Merrill et al. §4.2): over the last axis, 1 / m where the score is one of the m largest, and 0
 * elsewhere. [..., n] -> [..., n]. A score counts as largest within `tolerance` × the largest absolute score of its
 * row; those that the strict mask shuts out do not count. Piecewise constant, so its gradient is 0.
 */
function hardmax(scores: JaxArray, tolerance: number): JaxArray {
	const x = lax.stopGradient(scores);
	const keepdims = { keepdims: true };
	const visible = np.greater(x.ref, NEVER / 2);
	const size = np.max(np.absolute(np.where(visible, x.ref, 0)), -1, keepdims);
	const threshold = np.max(x.ref, -1, keepdims).sub(size.mul(tolerance));
	const largest = np.greaterEqual(x, threshold).astype(x.dtype);
	return largest.ref.mul(np.reciprocal(np.sum(largest, -1, keepdims)));
}

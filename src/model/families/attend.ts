/**
 * Attention as pretrained families have it: softmax(scores + mask) times values, heads apart.
 *
 * Shapes: B sequences, T positions, S keys, H heads, K heads of keys and values (H a multiple of K), D dimensions a head.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { grouped, NEVER } from "../attention.ts";
import { softmax } from "../functional.ts";
import type { Inputs } from "./family.ts";
import type { Pass } from "./pass.ts";

/** [B, T, H·D] -> [B, H, T, D]. */
export function splitHeads(x: JaxArray, heads: number): JaxArray {
	const [batch, time, width] = x.shape as [number, number, number];
	return np.transpose(x.reshape([batch, time, heads, width / heads]), [0, 2, 1, 3]);
}

/** [B, H, T, D] -> [B, T, H·D]. */
export function joinHeads(x: JaxArray): JaxArray {
	const [batch, heads, time, size] = x.shape as [number, number, number, number];
	return np.transpose(x, [0, 2, 1, 3]).reshape([batch, time, heads * size]);
}

/** q·k · scale for queries [B, H, T, D] and keys [B, K, S, D]: [B, H, T, S]. */
export const scoresOf = (q: JaxArray, k: JaxArray, scale: number): JaxArray =>
	grouped(scale === 1 ? q : q.mul(scale), np.transpose(k, [0, 1, 3, 2]));

/**
 * What is added to scores so that no position attends to padding, nor, if causal, to a position after it:
 * [B, 1, 1, S], causal [B, 1, T, S]. Finite, so that a row without any key is no NaN.
 */
export function maskOf({ real }: Inputs, causal: boolean): JaxArray {
	const [batch, time] = real.shape as [number, number];
	const keys = real.ref.reshape([batch, 1, 1, time]);
	if (!causal) return keys.mul(-1).add(1).mul(NEVER);
	const position = np.arange(time);
	const seen = np
		.greaterEqual(position.ref.reshape([time, 1]), position.reshape([1, time]))
		.astype(real.dtype)
		.reshape([1, 1, time, time]);
	return keys.mul(seen).mul(-1).add(1).mul(NEVER);
}

export interface AttendOptions {
	/** What the weights are shown as, `encoder.attention.0`; also the place of their dropout. */
	readonly name: string;
	/** Of dropout, on the weights. */
	readonly rate: number;
}

/** softmax(scores + mask) v, heads joined. scores [B, H, T, S], mask as `maskOf` gives it, v [B, K, S, D]: [B, T, H·D]. */
export function attend(
	pass: Pass,
	scores: JaxArray,
	mask: JaxArray,
	v: JaxArray,
	{ name, rate }: AttendOptions,
): JaxArray {
	const weights = pass.show(name, softmax(scores.add(mask)));
	return joinHeads(grouped(pass.drop(name, rate, weights), v));
}

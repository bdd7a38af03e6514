/**
 * Functions of two positions as the graph of a program computes them. jax-js computes what depends on no input while it
 * traces: a [T, T] constant each time, of which a deep network has dozens. What takes a zero from an input is left to
 * the graph, which needs the T positions alone and makes equal matrices once.
 */
import { type Array as JaxArray, lax, numpy as np } from "@jax-js/jax";

/** i − j, [T, T], for the T positions of `like` [B, H, T, n] and in its type. */
export function distances(like: JaxArray): JaxArray {
	const time = like.shape[2]!;
	const positions = typed(
		Float64Array.from({ length: time }, (_, i) => i),
		[time],
		like,
	).add(zero(like));
	return positions.ref.reshape([time, 1]).sub(positions.reshape([1, time]));
}

/** A constant of the type of `like`. */
export function typed(values: Float64Array, shape: number[], like: JaxArray): JaxArray {
	const rounded = like.dtype === np.float64 ? values : Float32Array.from(values);
	return np.array(rounded, { shape, dtype: like.dtype });
}

/** 0, made of the first entry of `x` [B, H, T, n]. */
const zero = (x: JaxArray): JaxArray => lax.stopGradient(x.ref).slice(0, 0, 0, 0).mul(0);

/**
 * Sums over whole tensors, in two stages.
 *
 * A long float32 sum loses its small terms: 2²⁴ ones and one more are 2²⁴. Summing rows first, and their sums then,
 * keeps every stage short.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";

/** Σ aᵢbᵢ over two arrays of one shape: a scalar. */
export function dot(a: JaxArray, b: JaxArray): JaxArray {
	const product = a.mul(b);
	return product.ndim > 1 ? np.sum(np.sum(product, -1)) : np.sum(product);
}

/** Σ aᵢ²: a scalar. */
export const squared = (a: JaxArray): JaxArray => dot(a.ref, a);

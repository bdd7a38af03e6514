/**
 * Rank collapse: attention averages, so that without skips the tokens become one (Dong et al. 2021).
 *
 *     res(X) = X − 1x̄ᵀ,  x̄ the mean token
 *
 * Averages over the tokens up to oneself halve it in every layer at last: A_ij = 1/(i + 1) has the eigenvalues 1, ½, ⅓, …
 *
 * A residual is measured on states and not on Σ: ‖res(X)‖² from Σ is a difference of almost equal numbers, at an end
 * below 1e-7 of ‖X‖, which a collapsing network of 25 layers has passed.
 */
import { type Mixing, productOf } from "./token-mixing.ts";

/** ‖X − 1x̄ᵀ‖ in the Frobenius norm, of states X [tokens, width], row-major. */
export function residualNorm(states: ArrayLike<number>, tokens: number): number {
	const width = states.length / tokens;
	let sum = 0;
	for (let k = 0; k < width; k++) {
		let mean = 0;
		for (let i = 0; i < tokens; i++) mean += states[i * width + k]! / tokens;
		for (let i = 0; i < tokens; i++) sum += (states[i * width + k]! - mean) ** 2;
	}
	return Math.sqrt(sum);
}

/**
 * ‖res(X_l)‖, l = 0 … L, of attention alone, X_l = A_l … A_1 X_0 (orthogonal weights change nothing), for Σ_0 = I: X_0 is
 * the identity. Divide neighbours for the ratio a layer.
 */
export function residualsThroughDepth(layers: readonly Mixing[], tokens: number): Float64Array {
	let states = productOf([], tokens);
	const residuals = new Float64Array(layers.length + 1);
	residuals[0] = residualNorm(states, tokens);
	for (const [l, mixing] of layers.entries()) {
		states = mixing(states, tokens);
		residuals[l + 1] = residualNorm(states, tokens);
	}
	return residuals;
}

/** ‖X‖_{1,∞} = √(‖X‖_1 ‖X‖_∞) of X [tokens, width]: of the largest column sum and the largest row sum of |X|. */
export function mixedNorm(states: ArrayLike<number>, tokens: number): number {
	const width = states.length / tokens;
	const columns = new Float64Array(width);
	let largestRow = 0;
	for (let i = 0; i < tokens; i++) {
		let row = 0;
		for (let k = 0; k < width; k++) {
			const size = Math.abs(states[i * width + k]!);
			row += size;
			columns[k]! += size;
		}
		largestRow = Math.max(largestRow, row);
	}
	return Math.sqrt(largestRow * columns.reduce((a, b) => Math.max(a, b)));
}

export interface CollapseBound {
	readonly layers: number;
	readonly heads: number;
	/** Width of queries and keys of a head. */
	readonly queryKeyWidth: number;
	/** β: bounds ‖W_QKʰ‖_1 ‖W_VOʰ‖_{1,∞} of every head. */
	readonly weights: number;
	/** γ: a constant that depends on the attention's inputs. */
	readonly gamma: number;
	/** ‖res(X_0)‖_{1,∞}. */
	readonly residual: number;
}

/**
 * Natural logarithm of the bound of Dong et al. 2021 on ‖res(X_L)‖_{1,∞} of attention alone, no skips,
 *
 *     (4γβH/√d_qk)^((3^L − 1)/2) ‖res(X_0)‖_{1,∞}^(3^L),
 *
 * which falls doubly exponentially where 4γβH‖res(X_0)‖²/√d_qk < 1, and says nothing elsewhere. It is of attention
 * without a mask, where W_Q = 0 (β = 0) leaves one token after one layer. Behind a causal mask the last residuals fall by
 * ½ a layer. Recalled, not read in the paper: the constants are not to be cited from here.
 */
export function logCollapseBound({
	layers,
	heads,
	queryKeyWidth,
	weights,
	gamma,
	residual,
}: CollapseBound): number {
	const power = 3 ** layers;
	const factor = (4 * gamma * weights * heads) / Math.sqrt(queryKeyWidth);
	return ((power - 1) / 2) * Math.log(factor) + power * Math.log(residual);
}

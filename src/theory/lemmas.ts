/**
 * How far bounded functions are from their limit when their argument is scaled up: lemmas 5 to 8 of Merrill et al.
 * 2021, Appendix C, with the bounds in numbers.
 *
 *     L5   ‖LN(v + ε) − LN(v)‖    ≤  2‖ε‖ / ‖v − mean‖                       for any ε
 *     L6   |σ(cx) − σ(x)|         ≤  1 / (e^|x| + 1)                         for any c ≥ 1
 *     L7   |softmax(cx) − softmax(x)|ᵢ  ≤  (n − m) e^−γ / m² or e^−γ / m     for any c ≥ 1
 *     L8   |tanh(cx) − tanh(x)|   ≤  2 / (e^2|x| + 1)                        for any c ≥ 1
 *
 * The paper states L7 as exp(−Θ(‖x‖)), which is false: what counts is the gap γ between the largest entry and the next
 * smaller one, and how many entries m share the largest. x = (t, t − 0.1) has an error of 0.475 for every t.
 */

/** σ(x) = 1 / (1 + e^−x). */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Softmax of a vector; the largest entry is subtracted first. */
export function softmaxOf(x: readonly number[]): number[] {
	const top = Math.max(...x);
	const powers = x.map((value) => Math.exp(value - top));
	const total = powers.reduce((sum, value) => sum + value, 0);
	return powers.map((value) => value / total);
}

/** Lemma 6: the most that |σ(cx) − σ(x)| can be, over c ≥ 1. Attained as c → ∞. */
export const logisticBound = (x: number): number => 1 / (Math.exp(Math.abs(x)) + 1);

/** Lemma 8: the most that |tanh(cx) − tanh(x)| can be, over c ≥ 1. Attained as c → ∞. */
export const tanhBound = (x: number): number => 2 / (Math.exp(2 * Math.abs(x)) + 1);

/** Lemma 7 as printed, with a rate d > 0 for the Θ: e^(−d‖x‖). No rate makes it true. */
export const printedSoftmaxBound = (x: readonly number[], rate = 1): number =>
	Math.exp(-rate * Math.hypot(...x));

export interface Maximisers {
	/** How many entries equal the largest, exactly. */
	readonly count: number;
	/** The largest entry minus the next smaller one; Infinity if all are equal. */
	readonly gap: number;
}

export function maximisersOf(x: readonly number[]): Maximisers {
	const top = Math.max(...x);
	const others = x.filter((value) => value < top);
	return { count: x.length - others.length, gap: top - Math.max(...others) };
}

/** Lemma 7, corrected: the most that |softmax(cx) − softmax(x)| can be in each entry, over c ≥ 1. */
export function softmaxBound(x: readonly number[]): number[] {
	const top = Math.max(...x);
	const { count: m, gap } = maximisersOf(x);
	const power = Math.exp(-gap);
	return x.map((value) => (value === top ? ((x.length - m) * power) / m ** 2 : power / m));
}

/** max |softmax(cx)ᵢ − softmax(x)ᵢ| and the entry i where the error is largest relative to `bound`ᵢ. */
export function softmaxError(
	x: readonly number[],
	c: number,
	bound: readonly number[],
): { readonly error: number; readonly ratio: number } {
	const p = softmaxOf(x);
	const scaled = softmaxOf(x.map((value) => c * value));
	const errors = p.map((value, i) => Math.abs(scaled[i]! - value));
	return {
		error: Math.max(...errors),
		ratio: Math.max(...errors.map((error, i) => (error === 0 ? 0 : error / bound[i]!))),
	};
}

/** Layer normalisation as in the paper's proofs: (v − mean) / ‖v − mean‖, without epsilon or affine map. */
export function normaliseOf(v: readonly number[]): number[] {
	const mean = v.reduce((sum, value) => sum + value, 0) / v.length;
	const norm = Math.hypot(...v.map((value) => value - mean));
	return v.map((value) => (value - mean) / norm);
}

/** Lemma 5, useful form: the most that ‖LN(v + ε) − LN(v)‖ can be, 2‖ε‖ / ‖v − mean‖. */
export function normaliseBound(v: readonly number[], epsilon: readonly number[]): number {
	const mean = v.reduce((sum, value) => sum + value, 0) / v.length;
	return (2 * Math.hypot(...epsilon)) / Math.hypot(...v.map((value) => value - mean));
}

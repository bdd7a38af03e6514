/**
 * One layer of signal-preserving attention, as a softmax can express it (He et al. 2023; specification, §2.3).
 *
 *     A = D P,  D = diag(A 1),  P = row-stochastic,  B = ln P
 *     attention(X) = D · softmax(mask(Q Kᵀ / √d + B)) X W_V,   W_Q = 0 at the start: softmax gives P, the layer A
 *
 * Rows of A do not sum to 1, so D is needed, and it scales rows: what position i gets is multiplied by D_i. (Both
 * published implementations divide the columns of A by D, `A / A.sum(1)`, which is another matrix.)
 *
 * All matrices are [T, T], row by row: row i holds what position i takes from each position.
 */
import { checkCount, rowsOf } from "./checks.ts";

export interface SpaLayer {
	/** A, [T, T]. No entry is negative, but for round-off in a bidirectional layer. */
	matrix(length: number): Float64Array;
	/** P, [T, T]: the attention weights at the start. Rows sum to 1, but for what `clamped` says. */
	weights(length: number): Float64Array;
	/**
	 * B, [T, T]: what is added to the scores. A causal layer has 0 above the diagonal, for a mask to shut out. −∞ only
	 * where A is 0 itself: in a causal layer that leads from a kernel to the same one, or one that rounding cannot tell.
	 */
	bias(length: number): Float64Array;
	/** D, [T]: what each position's weighted mean is multiplied by. */
	rescaling(length: number): Float64Array;
	/** A x for x [T, width], row by row: [T, width]. Throws UserError unless x holds whole rows. */
	apply(x: Float64Array, width: number): Float64Array;
	/**
	 * The most that an entry of A was raised to before its logarithm was taken for `bias` and `weights`, 0 if none was.
	 * Bidirectional layers have entries below what float64 resolves, of either sign.
	 */
	clamped(length: number): number;
}

/** A causal layer: A is lower triangular, and what belongs to T' < T tokens is a prefix of what belongs to T. */
export interface CausalSpaLayer extends SpaLayer {
	/** Row i of B, [i + 1], for decoding a token at a time; D_i is the last of `rescaling(i + 1)`. */
	biasRow(position: number): Float64Array;
}

/** What a causal layer is made of. */
export interface CausalForm {
	/** ln A_i0 … ln A_ii, [i + 1]. */
	logRow(i: number): Float64Array;
	/** D_0 … D_(T−1), [T], in O(T). */
	rowSums(length: number): Float64Array;
	/** A x for x [rows, width], in O(rows · width). */
	apply(x: Float64Array, rows: number, width: number): Float64Array;
}

/** The layer of a closed form. Nothing is kept between calls. */
export function causalLayer(form: CausalForm): CausalSpaLayer {
	const rescaling = (length: number) => {
		checkCount("length", length);
		return form.rowSums(length);
	};
	const biasRow = (i: number, sum: number) => {
		const logSum = Math.log(sum);
		return form.logRow(i).map((value) => value - logSum);
	};
	const rows = (length: number, row: (i: number, sum: number) => Float64Array) => {
		const matrix = new Float64Array(length * length);
		for (const [i, sum] of rescaling(length).entries()) matrix.set(row(i, sum), i * length);
		return matrix;
	};
	return {
		matrix: (length) => rows(length, (i) => form.logRow(i).map(Math.exp)),
		weights: (length) => rows(length, (i, sum) => biasRow(i, sum).map(Math.exp)),
		bias: (length) => rows(length, biasRow),
		rescaling,
		apply: (x, width) => form.apply(x, rowsOf(x, width), width),
		clamped: () => 0,
		biasRow: (position) => biasRow(position, rescaling(position + 1)[position]!),
	};
}

/**
 * The layer of a matrix A without a shorter form, computed for each length anew; the last is kept. `matrix`, `rescaling`
 * and `apply` take A as it is. For `bias` and `weights` an entry below T · 2⁻⁵² counts as that much: what a product of
 * dense matrices leaves there is round-off, of either sign.
 */
export function denseLayer(compute: (length: number) => Float64Array): SpaLayer {
	let last: { length: number; values: Float64Array } = { length: 0, values: new Float64Array() };
	const of = (length: number): Float64Array => {
		checkCount("length", length);
		if (last.length !== length) last = { length, values: compute(length) };
		return last.values;
	};
	const rescaling = (length: number) => product(of(length), new Float64Array(length).fill(1), length, 1);
	const least = (length: number) => length * Number.EPSILON;
	const bias = (length: number) => {
		const logSums = rescaling(length).map(Math.log);
		return of(length).map(
			(value, at) => Math.log(Math.max(value, least(length))) - logSums[Math.floor(at / length)]!,
		);
	};
	return {
		matrix: (length) => of(length).slice(),
		weights: (length) => bias(length).map(Math.exp),
		bias,
		rescaling,
		apply(x, width) {
			const rows = rowsOf(x, width);
			return product(of(rows), x, rows, width);
		},
		clamped: (length) => of(length).reduce((most, value) => Math.max(most, least(length) - value), 0),
	};
}

/** a [n, n] times b [n, width]. */
export function product(a: Float64Array, b: Float64Array, n: number, width: number): Float64Array {
	const out = new Float64Array(n * width);
	for (let i = 0; i < n; i++)
		for (let k = 0; k < n; k++) {
			const factor = a[i * n + k]!;
			for (let j = 0; j < width; j++) out[i * width + j]! += factor * b[k * width + j]!;
		}
	return out;
}

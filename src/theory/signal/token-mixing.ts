/**
 * Attention at the start of training is a fixed linear map A of positions: with W_Q = 0 no score depends on the tokens.
 * States X [T, d] become A X W with W = W_V W_O, and the kernel
 *
 *     Σ → A Σ Aᵀ,
 *
 * exactly at any width where W is orthogonal, in expectation where its entries are independent with variance 1/d
 * (specification §1). A map is a function of the states, so that maps with structure cost O(T) a column and not O(T²);
 * `apply` of a layer of signal-preserving attention (`src/model/signal/`) is one.
 */
import { UserError } from "../../error.ts";
import { type Kernel, kernelFrom } from "./kernel.ts";

/** X [T, width], row by row, to A X [T, width]. Leaves X as it is, and may return it. */
export type Mixing = (x: Float64Array, width: number) => Float64Array;

/** Attention that leaves each token alone: Value-SkipInit, and shaped attention at its start (αI + βA − βC with A = C). */
export const identityMixing: Mixing = (x) => x;

/** Softmax attention with equal scores behind a causal mask: A_ij = 1/(i + 1) for j ≤ i. */
export const uniformCausal: Mixing = (x, width) => {
	const sums = new Float64Array(width);
	return x.map((value, at) => {
		sums[at % width]! += value;
		return sums[at % width]! / (Math.floor(at / width) + 1);
	});
};

/** Softmax attention with equal scores and no mask: A_ij = 1/T. */
export const uniformBidirectional: Mixing = (x, width) => {
	const means = new Float64Array(width);
	for (let at = 0; at < x.length; at++) means[at % width]! += (x[at]! * width) / x.length;
	return x.map((_, at) => means[at % width]!);
};

/** A [T, T] as a matrix row by row, of measured weights for instance. */
export const denseMixing =
	(A: ArrayLike<number>): Mixing =>
	(x, width) => {
		const T = x.length / width;
		if (A.length !== T * T)
			throw new UserError(
				`Expected \`A\` to be ${T} × ${T}, as the kernel is, got ${A.length} numbers. Build both for the same tokens.`,
			);
		const mixed = new Float64Array(x.length);
		for (let i = 0; i < T; i++)
			for (let j = 0; j < T; j++) {
				const weight = A[i * T + j]!;
				if (weight === 0) continue; // half of a causal A
				for (let k = 0; k < width; k++) mixed[i * width + k]! += weight * x[j * width + k]!;
			}
		return mixed;
	};

/** Σ wₖ Aₖ: αI + βA of Value-SkipInit, αI + βA − γC of shaped attention. */
export const combined =
	(terms: readonly (readonly [weight: number, mixing: Mixing])[]): Mixing =>
	(x, width) => {
		const sum = new Float64Array(x.length);
		for (const [weight, mixing] of terms) {
			const part = mixing(x, width);
			for (let at = 0; at < sum.length; at++) sum[at]! += weight * part[at]!;
		}
		return sum;
	};

/** diag(rows) A diag(columns), each [T]. */
export const rescaled =
	(rows: Float64Array, mixing: Mixing, columns: Float64Array): Mixing =>
	(x, width) =>
		scaledRows(mixing(scaledRows(x, columns, width), width), rows, width);

/** A / A1: rows sum to 1, what is left of signal-preserving attention where its rescaling D = diag(A1) is forgotten. */
export const withoutRescaling =
	(mixing: Mixing): Mixing =>
	(x, width) => {
		const sums = mixing(new Float64Array(x.length / width).fill(1), 1);
		return scaledRows(
			mixing(x, width),
			sums.map((sum) => 1 / sum),
			width,
		);
	};

const scaledRows = (x: Float64Array, factors: Float64Array, width: number): Float64Array =>
	x.map((value, at) => factors[Math.floor(at / width)]! * value);

/** Π = A_L … A_1, [T, T]: what a network of attention alone makes of its tokens. */
export function productOf(layers: readonly Mixing[], tokens: number): Float64Array {
	const identity = kernelFrom(tokens, (i, j) => (i === j ? 1 : 0)).values;
	return layers.reduce((x, mixing) => mixing(x, tokens), identity);
}

/**
 * Mean of A_h Σ A_hᵀ over the heads h, each of which carries an equal share of the width. One head stands for any
 * number of equal ones, and is then exact; different heads are exact in the wide limit.
 */
export function mixed({ tokens, values }: Kernel, heads: readonly Mixing[]): Kernel {
	const sum = new Float64Array(tokens * tokens);
	for (const head of heads) {
		// Σ = Σᵀ: A Σ Aᵀ = A (A Σ)ᵀ.
		const once = head(values, tokens);
		const twice = head(
			once.map((_, at) => once[(at % tokens) * tokens + Math.floor(at / tokens)]!),
			tokens,
		);
		for (let at = 0; at < sum.length; at++) sum[at]! += twice[at]! / heads.length;
	}
	return kernelFrom(tokens, (i, j) => sum[i * tokens + j]!);
}

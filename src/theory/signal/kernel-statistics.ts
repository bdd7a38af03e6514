/**
 * A kernel in a few numbers, for predicted and for measured ones: how alike its tokens are, how long, and how many
 * directions they fill.
 *
 *     mean cosine        over all pairs of different tokens; 1: rank collapse
 *     adjacent cosine    over neighbours i, i + 1 (E-SPA's kernels are bands, U-SPA's are flat)
 *     effective rank     exp(H(λ/Σλ)) of the eigenvalues λ of the normalised kernel: T for orthogonal tokens, 1 for equal
 *     residual           ‖X − 1x̄ᵀ‖/‖X‖ with x̄ the mean token, Dong et al.'s res(X) in the Frobenius norm
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { diagonalOf, type Kernel, normalised } from "./kernel.ts";

export interface KernelStatistics {
	/** Of all pairs of different tokens; NaN for one token. */
	readonly meanCosine: number;
	/** Of tokens i and i + 1; NaN for one token. */
	readonly adjacentCosine: number;
	/** q values of the tokens. */
	readonly diagonal: { readonly min: number; readonly mean: number; readonly max: number };
	/** From 1 to T, of the normalised kernel. Costs O(T³), so it is computed when first read. */
	readonly effectiveRank: number;
	/** From 0 (all tokens equal) to 1 (their mean is 0). Below 1e-7 it is rounding: see `residualsThroughDepth`. */
	readonly residual: number;
}

/** Statistics of Σ. Cosines with a zero state count as 0. */
export function statisticsOf(kernel: Kernel): KernelStatistics {
	const { tokens, values } = kernel;
	const cosines = normalised(kernel);
	const q = diagonalOf(kernel);
	const trace = total(q);
	let adjacent = 0;
	for (let i = 1; i < tokens; i++) adjacent += cosines.values[i * tokens + i - 1]!;
	let rank: number | undefined;
	return {
		meanCosine: (total(cosines.values) - total(diagonalOf(cosines))) / (tokens * (tokens - 1)),
		adjacentCosine: adjacent / (tokens - 1),
		diagonal: {
			min: q.reduce((a, b) => Math.min(a, b)),
			mean: trace / tokens,
			max: q.reduce((a, b) => Math.max(a, b)),
		},
		get effectiveRank() {
			rank ??= effectiveRank(cosines);
			return rank;
		},
		// ‖X‖² = d tr Σ and ‖1x̄ᵀ‖² = d 1ᵀΣ1/T.
		residual: Math.sqrt(Math.max(0, 1 - total(values) / tokens / trace)),
	};
}

/** exp(−Σ pₖ log pₖ) of the eigenvalues' shares pₖ (Roy & Vetterli 2007). */
function effectiveRank({ tokens, values }: Kernel): number {
	const matrix = Matrix.from1DArray(tokens, tokens, values);
	const eigenvalues = new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues;
	const sum = total(eigenvalues);
	// Σ is positive semi-definite: what is not above 0 by more than rounding is 0, and 0 log 0 = 0.
	const shares = eigenvalues.map((value) => value / sum).filter((share) => share > Number.EPSILON);
	return Math.exp(-shares.reduce((entropy, share) => entropy + share * Math.log(share), 0));
}

const total = (values: ArrayLike<number>): number => {
	let sum = 0;
	for (let k = 0; k < values.length; k++) sum += values[k]!;
	return sum;
};

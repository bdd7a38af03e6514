/**
 * The kernels that signal-preserving attention aims at: cosines between tokens, with all norms 1.
 *
 *     exponential (E-SPA)   Σ_ij = e^(−γ|i − j|)                 near tokens are alike; γ = ∞: the identity
 *     uniform (U-SPA)       Σ = (1 − ρ) I + ρ 1 1ᵀ               all are equally alike;  ρ = 0: the identity
 *
 * Both have a Cholesky factor L, Σ = L Lᵀ, in closed form (specification of He et al. 2023, §3.1 and §3.2). Attention
 * layers that lead along a path of kernels from the identity to Σ multiply to L: row i of L says what all of them
 * together make of the tokens 0..i.
 */
import { checkCount, checkGamma, checkRho } from "./checks.ts";

export type TargetKernel =
	| {
			readonly kernel: "exponential";
			/** Decay a token, above 0; Infinity is the identity. */
			readonly gamma: number;
	  }
	| {
			readonly kernel: "uniform";
			/** Cosine of two tokens, in [0, 1). */
			readonly rho: number;
	  };

/** Σ, [T, T] row by row. Throws UserError if γ or ρ is out of range. */
export function targetKernel(target: TargetKernel, length: number): Float64Array {
	checkTarget(target, length);
	return tabulate(length, (i, j) => {
		if (i === j) return 1;
		return target.kernel === "uniform" ? target.rho : Math.exp(-target.gamma * Math.abs(i - j));
	});
}

/** The Cholesky factor L of Σ, [T, T] row by row, lower triangular. Throws UserError as `targetKernel` does. */
export function choleskyFactor(target: TargetKernel, length: number): Float64Array {
	checkTarget(target, length);
	if (target.kernel === "uniform") {
		const { diagonal, below } = uniformFactor(target.rho);
		return tabulate(length, (i, j) => (i === j ? diagonal(i) : i > j ? below(j) : 0));
	}
	const { gamma } = target;
	const innovation = Math.sqrt(-Math.expm1(-2 * gamma));
	return tabulate(length, (i, j) => {
		if (i < j) return 0;
		// Infinity · 0 is NaN; the decay over no distance is 1.
		const decay = i === j ? 1 : Math.exp(-gamma * (i - j));
		return j === 0 ? decay : innovation * decay;
	});
}

/**
 * ‖column j‖² of a factor [T, T]: how strongly the network copies token j, and its share of the gradient. Their mean is
 * the mean diagonal of Σ, 1; the first tokens have by far the most (§3.3), which is no fault.
 */
export function columnNorms(factor: Float64Array, length: number): Float64Array {
	const norms = new Float64Array(length);
	for (const [at, value] of factor.entries()) norms[at % length]! += value * value;
	return norms;
}

/**
 * Entries of the uniform kernel's Cholesky factor and of its inverse (§3.2): each column of L is constant below the
 * diagonal, each row of L⁻¹ before it.
 */
export interface UniformFactor {
	/** d_i = L_ii. */
	diagonal(i: number): number;
	/** c_j = L_ij for every i > j. */
	below(j: number): number;
	/** −e_i = (L⁻¹)_ij for every j < i. */
	before(i: number): number;
	/** v_i = (L⁻¹ 1)_i. */
	inverseSum(i: number): number;
}

/** Closed forms for a cosine ρ in [0, 1). */
export function uniformFactor(rho: number): UniformFactor {
	// 1 + (i − 1)ρ and 1 + iρ; at i = 0 the former is 1 − ρ.
	const inverseSum = (i: number) => Math.sqrt((1 - rho) / ((1 + (i - 1) * rho) * (1 + i * rho)));
	return {
		diagonal: (i) => Math.sqrt(((1 - rho) * (1 + i * rho)) / (1 + (i - 1) * rho)),
		below: (j) => rho * inverseSum(j),
		before: (i) => (-rho / (1 - rho)) * inverseSum(i),
		inverseSum,
	};
}

function checkTarget(target: TargetKernel, length: number): void {
	checkCount("length", length);
	if (target.kernel === "uniform") checkRho("rho", target.rho);
	else checkGamma("gamma", target.gamma);
}

function tabulate(length: number, entry: (i: number, j: number) => number): Float64Array {
	return Float64Array.from({ length: length * length }, (_, at) =>
		entry(Math.floor(at / length), at % length),
	);
}

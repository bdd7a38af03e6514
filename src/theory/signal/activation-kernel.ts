/**
 * What an activation does to a kernel in the wide limit: hidden units are Gaussian with covariance Σ, and the kernel of
 * φ of them is Σ'_ij = E[φ(u)φ(v)] for (u, v) ~ N(0, Σ restricted to i, j).
 *
 * For φ that is positively homogeneous, as leaky ReLU is, the lengths of tokens divide out:
 *
 *     Σ'_ij = √(Q(Σ_ii) Q(Σ_jj)) C(c_ij)
 *
 * with the local maps Q and C of Martens et al. 2021 (DKS), §3. For any other φ that holds only where all q values are
 * 1, and the Hermite coefficients aₖ(q) = E[φ(√q z) hₖ(z)] say the rest (Mehler's formula):
 *
 *     Σ'_ij = Σₖ aₖ(Σ_ii) aₖ(Σ_jj) c_ijᵏ
 */
import { hermiteCoefficients } from "../../model/signal/gaussian.ts";
import { leakyReluMap } from "../../model/signal/leaky-relu.ts";
import { diagonalOf, type Kernel, kernelFrom, normalised } from "./kernel.ts";

/** Kernel of the hidden units before φ to the kernel after it. */
export type ActivationKernel = (kernel: Kernel) => Kernel;

/** The local maps of an activation: Q(q) = E[φ(√q z)²], and C(c) = E[φ(u)φ(v)]/Q(1) at q = 1 and correlation c. */
export interface LocalMaps {
	readonly Q: (q: number) => number;
	readonly C: (c: number) => number;
}

/** By local maps: exact for positively homogeneous φ, else where all q values are 1. */
export const fromLocalMaps =
	({ Q, C }: LocalMaps): ActivationKernel =>
	(kernel) => {
		const { tokens } = kernel;
		const { values: cosines } = normalised(kernel);
		const deviations = diagonalOf(kernel).map((q) => Math.sqrt(Q(q)));
		return kernelFrom(tokens, (i, j) => {
			const c = i === j ? 1 : Math.min(1, Math.max(-1, cosines[i * tokens + j]!));
			return deviations[i]! * deviations[j]! * C(c);
		});
	};

/** Of scale·(x if x > 0, else slope·x); relu is slope 0, scale 1. */
export const leakyReluActivation = (slope: number, scale: number): ActivationKernel =>
	fromLocalMaps({ Q: (q) => (q * scale ** 2 * (1 + slope ** 2)) / 2, C: leakyReluMap(slope) });

/**
 * Of any smooth φ, by its Hermite series at the tokens' own q values. Relative errors of gelu: 1e-10 at q = 9, 1e-4 at
 * q = 100, where it is near a relu and the series ends too early.
 */
export function smoothActivation(phi: (x: number) => number): ActivationKernel {
	return (kernel) => {
		const { tokens } = kernel;
		const { values: cosines } = normalised(kernel);
		// Most networks keep all tokens at the same q value.
		const known = new Map<number, Float64Array>();
		const series = Array.from(diagonalOf(kernel), (q) => {
			const coefficients = known.get(q) ?? hermiteCoefficients((z) => phi(Math.sqrt(q) * z));
			known.set(q, coefficients);
			return coefficients;
		});
		return kernelFrom(tokens, (i, j) => {
			const [a, b] = [series[i]!, series[j]!];
			const c = i === j ? 1 : cosines[i * tokens + j]!;
			let sum = 0;
			for (let k = a.length - 1; k >= 0; k--) sum = sum * c + a[k]! * b[k]!;
			return sum;
		});
	};
}

/** φ(W1 x)·(W3 x), as swiglu is with φ = silu: independent factors, so their kernels multiply. */
export const gated =
	(activation: ActivationKernel): ActivationKernel =>
	(kernel) => {
		const { tokens } = kernel;
		const { values } = activation(kernel);
		return kernelFrom(tokens, (i, j) => values[i * tokens + j]! * kernel.values[i * tokens + j]!);
	};

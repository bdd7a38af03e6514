/**
 * Σ_0: what the embeddings make of a sequence before the first block (specification §2.6). Signal-preserving attention
 * is built for Σ_0 = I, tokens that are all different and know nothing of where they stand. Two things break that:
 *
 *     repeated tokens      the same embedding twice: cosine 1. With a share r of equal pairs (1 − r) I + r 11ᵀ on average
 *     sinusoidal positions neighbours get almost the same vector: at width 64, T = 128 the mean cosine is .55
 *
 * Independent positions added to the embeddings, X_0 = (E_tok + E_pos)/√2, halve the first.
 */
import { type Kernel, kernelFrom, sumOfKernels } from "./kernel.ts";

/** I: different tokens with embeddings of unit q value. */
export const differentTokens = (tokens: number): Kernel => repeatedTokens(tokens, 0);

/** (1 − r) I + r 11ᵀ: the mean over sequences in which a share `r` of the pairs of positions hold the same token. */
export const repeatedTokens = (tokens: number, r: number): Kernel =>
	kernelFrom(tokens, (i, j) => (i === j ? 1 : r));

/** The kernel of this very sequence: 1 where two positions hold the same token, else 0. */
export const kernelOfTokens = (ids: ArrayLike<number>): Kernel =>
	kernelFrom(ids.length, (i, j) => (ids[i] === ids[j] ? 1 : 0));

/** r: the share of pairs of different positions that hold the same token, from 0 to 1. */
export function repeatedShare(ids: ArrayLike<number>): number {
	const counts = new Map<number, number>();
	for (let i = 0; i < ids.length; i++) counts.set(ids[i]!, (counts.get(ids[i]!) ?? 0) + 1);
	let pairs = 0;
	for (const count of counts.values()) pairs += count * (count - 1);
	return pairs / (ids.length * (ids.length - 1));
}

/**
 * Σ_pos of sinusoidal positions (Vaswani et al. 2017, §3.5), `width` even: Σ_ij = (1/width) Σ_k cos((i − j) ω_k) with
 * ω_k = 10000^(−2k/width), k < width/2. Every q value is 1/2.
 */
export function sinusoidalPositions(tokens: number, width: number): Kernel {
	const byDistance = Float64Array.from({ length: tokens }, (_, distance) => {
		let sum = 0;
		for (let k = 0; k < width / 2; k++) sum += Math.cos(distance * 10000 ** ((-2 * k) / width));
		return sum / width;
	});
	return kernelFrom(tokens, (i, j) => byDistance[i - j]!);
}

/** Σ_0 of X_0 = scale·(E_tok + E_pos), embeddings independent of positions; 1/√2 keeps a q value of 1 of unit ones. */
export const withPositions = (tokens: Kernel, positions: Kernel, scale = Math.SQRT1_2): Kernel =>
	sumOfKernels([
		[scale ** 2, tokens],
		[scale ** 2, positions],
	]);

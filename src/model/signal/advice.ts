/**
 * Which signal-preserving attention suits which data.
 *
 * The paths of kernels begin at the identity: different tokens at right angles. Tokens that occur twice are not. If any
 * two positions are alike with probability r, Σ_0 = (1 − r) I + r 1 1ᵀ, and with L the Cholesky factor of the last target
 *
 *     Σ_L = (1 − r) Σ_target + r (L 1)(L 1)ᵀ            diagonal: 1 + r ((L 1)_i² − 1)
 *
 * The row sums L 1 tend to √coth(γ/2) with E-SPA (20 at γ = 0.005), and grow like ln i with U-SPA, which can also begin
 * at ρ_0 = r and then is exact. E-SPA cannot: its first layer would have negative weights (specification, §2.6).
 */
import { UserError } from "../../error.ts";
import type { ModelConfig } from "../config.ts";
import { checkCount, checkGamma, checkRho } from "./checks.ts";
import type { SpaLayer } from "./layer.ts";

/**
 * r: the share of equal pairs among pairs of different positions of a sequence, over sequences [B, T] of token ids, T ≥ 2.
 * Throws UserError unless `tokens` holds whole sequences.
 */
export function repeatedShare(tokens: ArrayLike<number>, length: number): number {
	checkCount("length", length);
	if (length < 2 || tokens.length === 0 || tokens.length % length)
		throw new UserError(
			`Expected \`tokens\` to hold sequences of \`length\` ${length}, at least 2, got ${tokens.length} tokens.`,
		);
	let pairs = 0;
	for (let start = 0; start < tokens.length; start += length) {
		const seen = new Map<number, number>();
		for (let t = start; t < start + length; t++) {
			const before = seen.get(tokens[t]!) ?? 0;
			pairs += before;
			seen.set(tokens[t]!, before + 1);
		}
	}
	return pairs / ((tokens.length * (length - 1)) / 2);
}

/**
 * The predicted diagonal of Σ_L, [T], where tokens are alike with the share r: squared norms that should be 1. `whole` is
 * the layer that leads from the identity to the last target at once, such as eSpa({ gammaIn: Infinity, gammaOut: γ_L }).
 * Multiplying the last layer's rescaling by its inverse square root makes the diagonal 1.
 */
export function inflatedDiagonal(whole: SpaLayer, share: number, length: number): Float64Array {
	checkRho("share", share);
	return whole.rescaling(length).map((sum) => 1 + share * (sum * sum - 1));
}

/** The limit of E-SPA's predicted diagonal for late tokens: 1 + r (coth(γ_L / 2) − 1). */
export function inflationLimit(gammaL: number, share: number): number {
	checkGamma("gammaL", gammaL);
	checkRho("share", share);
	return 1 + share * (1 / Math.tanh(gammaL / 2) - 1);
}

/** The smallest γ_L with which E-SPA's diagonal stays at or below `most` > 1 for sequences of any length. */
export function leastGamma(share: number, most: number): number {
	checkRho("share", share);
	if (!(most > 1))
		throw new UserError(
			`Expected \`most\` to be above 1, got ${most}. Repeated tokens always add something.`,
		);
	return 2 * Math.atanh(share / (share + most - 1));
}

/** The γ_L that suit sequences of T tokens: γ_L·T from 2.5, as published at about 512 tokens, to 10 (§2.4). */
export function gammaRange(length: number): { readonly least: number; readonly most: number } {
	checkCount("length", length);
	return { least: 2.5 / length, most: 10 / length };
}

export interface SpaSetting {
	/** Tokens a sequence, T. */
	readonly length: number;
	/** r of the tokens alone (`repeatedShare`). */
	readonly share: number;
	/**
	 * learned: vectors of the same size as the embeddings, random, added to them, the sum divided by √2. They halve r,
	 * being at right angles. sinusoidal ones are not.
	 */
	readonly positions: ModelConfig["positions"];
}

export interface SpaAdvice {
	readonly kind: "e-spa" | "u-spa";
	/** r with positions counted in: ρ_0 for U-SPA. */
	readonly share: number;
	/** Range of γ_L for E-SPA; absent where none suits both the length and the repeats. */
	readonly gammaL?: { readonly least: number; readonly most: number };
	/** Why, a sentence each. */
	readonly reasons: readonly string[];
}

/** Repeats may lengthen tokens to twice their norm: their diagonal, the square, to 4. Our choice, not the paper's. */
const mostInflation = 4;

/** E-SPA or U-SPA, and with which γ_L or ρ_0. */
export function adviseSpa({ length, share: ofTokens, positions }: SpaSetting): SpaAdvice {
	const share = positions === "learned" ? ofTokens / 2 : ofTokens;
	const range = gammaRange(length);
	const bounded = leastGamma(share, mostInflation);
	const least = Math.max(range.least, bounded);
	const reasons = [`γ_L from ${digits(range.least)} to ${digits(range.most)} suits ${length} tokens.`];
	if (bounded > range.least)
		reasons.push(
			`Repeated tokens (r = ${digits(share)}) ask for γ_L of at least ${digits(bounded)}, ` +
				"or they become longer than twice their norm.",
		);
	if (positions === "sinusoidal")
		reasons.push(
			"Sinusoidal positions are alike, not at right angles, and spoil Σ_0 = I: learned ones do not.",
		);
	if (least <= range.most) return { kind: "e-spa", share, gammaL: { least, most: range.most }, reasons };
	reasons.push("No γ_L does both; U-SPA that begins at ρ_0 = r does.");
	return { kind: "u-spa", share, reasons };
}

const digits = (value: number): string => value.toPrecision(3);

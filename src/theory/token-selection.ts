/**
 * Where attention goes in the end, by theory: the hard-margin support-vector machine that separates the selected token
 * of each sample from its others (Tarzanagh, Li, Zhang & Oymak 2023, “Att-SVM”),
 *
 *     min ‖p‖   subject to   ⟨k_iα − k_it, p⟩ ≥ 1 for all samples i and tokens t ≠ α_i.
 *
 * Not every choice α can be a limit: each token that touches the margin must have a lower score than the one selected
 * (their Definition 2, *locally optimal*). The best tokens of all samples always are.
 *
 * For a matrix W = K Qᵀ with trained factors, ‖W‖ becomes the nuclear norm (Tarzanagh, Li, Thrampoulidis & Oymak 2023).
 * That program is not solved here but bounded from both sides: any λ ≥ 0 shows that no W reaches margin 1 with a nuclear
 * norm below Σλ / ‖Σ λ (k_α − k_t)‖ in the spectral norm (weak duality).
 */

import type { TokenSet } from "../data/token-selection.ts";
import { UserError } from "../error.ts";
import { modesOf } from "../model/deep-linear-start.ts";
import type { Selection } from "../model/token-selection.ts";
import { type MaxMargin, maxMargin } from "./max-margin.ts";

/** k_iα − k_it of all samples and tokens t ≠ α_i: [samples·(tokens − 1), dimension]. */
function constraintRows({ samples, tokens, dimension, keys }: TokenSet, selected: Int32Array): Float64Array {
	const rows = new Float64Array(samples * (tokens - 1) * dimension);
	let at = 0;
	for (let i = 0; i < samples; i++) {
		const best = (i * tokens + selected[i]!) * dimension;
		for (let t = 0; t < tokens; t++) {
			if (t === selected[i]) continue;
			const other = (i * tokens + t) * dimension;
			for (let k = 0; k < dimension; k++) rows[at++] = keys[best + k]! - keys[other + k]!;
		}
	}
	return rows;
}

/** The direction in which ‖p‖ diverges if these tokens are selected. Throws a `UserError` if nothing selects them. */
export const selectionMargin = (set: TokenSet, selected: Int32Array): MaxMargin =>
	maxMargin(constraintRows(set, selected), set.dimension);

/** The token of the highest score of each sample: [samples]. */
export const bestTokens = ({ samples, tokens, scores }: TokenSet): Int32Array =>
	Int32Array.from({ length: samples }, (_, i) => {
		const own = scores.subarray(i * tokens, (i + 1) * tokens);
		return own.indexOf(own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
	});

/** Whether each token on the margin has a lower score than the selected one of its sample. */
export function isLocallyOptimal(set: TokenSet, selected: Int32Array, { direction }: MaxMargin): boolean {
	const { tokens, dimension, scores } = set;
	const rows = constraintRows(set, selected);
	for (let row = 0; row < rows.length / dimension; row++) {
		const sample = Math.floor(row / (tokens - 1));
		const place = row % (tokens - 1);
		const best = selected[sample]!;
		const token = place < best ? place : place + 1;
		let margin = 0;
		for (let k = 0; k < dimension; k++) margin += rows[row * dimension + k]! * direction[k]!;
		if (margin < 1 + 1e-6 && scores[sample * tokens + token]! >= scores[sample * tokens + best]!)
			return false;
	}
	return true;
}

/** All selections that can be limits, each with its direction: all tokens^samples choices are tried. */
export function localOptima(set: TokenSet): { selected: Int32Array; limit: MaxMargin }[] {
	const { samples, tokens } = set;
	return Array.from({ length: tokens ** samples }, (_, code) =>
		Int32Array.from({ length: samples }, (_, i) => Math.floor(code / tokens ** i) % tokens),
	).flatMap((selected) => {
		try {
			const limit = selectionMargin(set, selected);
			return isLocallyOptimal(set, selected, limit) ? [{ selected, limit }] : [];
		} catch (error) {
			// No p selects these tokens.
			if (error instanceof UserError) return [];
			throw error;
		}
	});
}

/** The least ⟨k_iα − k_it, p⟩. */
export function leastMargin(set: TokenSet, selected: Int32Array, p: Float64Array): number {
	const rows = constraintRows(set, selected);
	let least = Number.POSITIVE_INFINITY;
	for (let at = 0; at < rows.length; at += set.dimension) {
		let margin = 0;
		for (let k = 0; k < set.dimension; k++) margin += rows[at + k]! * p[k]!;
		least = Math.min(least, margin);
	}
	return least;
}

/** The sum of the singular values of a square matrix. */
export const nuclearNorm = (matrix: Float64Array): number =>
	modesOf(matrix, Math.sqrt(matrix.length)).values.reduce((sum, value) => sum + value, 0);

/**
 * A lower bound on the nuclear norm of every W that selects these tokens with margin 1, of a set made `withQueries`: by
 * the weights λ of the gradient there, [samples, tokens], negative ones left out.
 */
export function nuclearBound(set: TokenSet, { selected, weights }: Selection): number {
	const { tokens, dimension, keys } = set;
	const pull = new Float64Array(dimension);
	let total = 0;
	for (const [at, weight] of weights.entries()) {
		if (weight <= 0) continue;
		const sample = Math.floor(at / tokens);
		const best = sample * tokens + selected[sample]!;
		total += weight;
		for (let k = 0; k < dimension; k++)
			pull[k]! += weight * (keys[best * dimension + k]! - keys[at * dimension + k]!);
	}
	return total / modesOf(pull, Math.sqrt(dimension)).values[0]!;
}

/**
 * Token selection: samples of a few tokens each, of which attention should find the best.
 *
 * Of a token only two things matter: its *key*, which attention is computed from, and its *score* γ = y·vᵀx, how much
 * the fixed value head v gains when attention goes to it (Tarzanagh, Li, Zhang & Oymak 2023, Definition 1). With a key
 * matrix that projects v away, the two are independent of each other, as they are drawn here.
 */
import { stream } from "../engine/random.ts";
import { UserError } from "../error.ts";

export interface TokenSet {
	/** n. */
	readonly samples: number;
	/** T: tokens a sample. */
	readonly tokens: number;
	/** D: of keys, and so of what attention trains. */
	readonly dimension: number;
	/** [samples, tokens, dimension]: attention is softmax over the tokens of ⟨key, p⟩. */
	readonly keys: Float64Array;
	/** γ: [samples, tokens]. */
	readonly scores: Float64Array;
}

export interface TokenOptions {
	readonly samples: number;
	readonly tokens: number;
	readonly dimension: number;
	readonly seed: number;
}

/** Keys uniform on the unit sphere, scores standard normal. Throws a `UserError` for sizes that leave nothing to choose. */
export function tokenSet({ samples, tokens, dimension, seed }: TokenOptions): TokenSet {
	for (const [name, value, least] of [
		["samples", samples, 1],
		["tokens", tokens, 2],
		["dimension", dimension, 1],
	] as const)
		if (!Number.isInteger(value) || value < least)
			throw new UserError(
				`Expected \`${name}\` to be a whole number of at least ${least}, got \`${value}\`.` +
					(name === "tokens" ? " Attention over one token has nothing to choose." : " Choose a larger one."),
			);
	return {
		samples,
		tokens,
		dimension,
		keys: spheres(stream(seed, "tokens/keys").normal(samples * tokens * dimension), dimension),
		scores: stream(seed, "tokens/scores").normal(samples * tokens),
	};
}

/**
 * The same set for a trained matrix W in the place of the vector p: logits x_tᵀ W z with a query z of unit length a
 * sample. Keys become x_t zᵀ, [dimension²], so that W, row by row, is a vector again.
 */
export function withQueries(set: TokenSet, seed: number): TokenSet {
	const { samples, tokens, dimension, keys, scores } = set;
	const queries = spheres(stream(seed, "tokens/queries").normal(samples * dimension), dimension);
	const outer = new Float64Array(samples * tokens * dimension ** 2);
	let at = 0;
	for (let i = 0; i < samples; i++)
		for (let t = 0; t < tokens; t++)
			for (let a = 0; a < dimension; a++)
				for (let b = 0; b < dimension; b++)
					outer[at++] = keys[(i * tokens + t) * dimension + a]! * queries[i * dimension + b]!;
	return { samples, tokens, dimension: dimension ** 2, keys: outer, scores };
}

function spheres(values: Float64Array, dimension: number): Float64Array {
	for (let at = 0; at < values.length; at += dimension) {
		const row = values.subarray(at, at + dimension);
		const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
		for (let k = 0; k < dimension; k++) row[k]! /= norm;
	}
	return values;
}

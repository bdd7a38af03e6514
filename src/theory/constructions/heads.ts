/**
 * Single heads with engineered parameters (Merrill et al. 2021, §4.2): the two kinds that saturated attention is made
 * of, and the head that a leaky mask turns into a third.
 *
 *     argmax head   V = Id, score of (i, j) = hᵢ M hⱼᵀ     returns the row hⱼ with the largest score
 *     mean head     all scores 0                           returns (1/n) Σ V hⱼ over the visible rows (eq. 1)
 *     parked head   all visible scores < 0                 right mask: an argmax head; leaky mask: attends to the future
 *
 * Each is a model of one block with one head, without normalisation and biases; the rest of the block is 0. What the
 * head returns is the intermediate `blocks.0.attn.heads` of the forward pass, its weights `blocks.0.attn.weights`.
 */
import type { ModelOptions } from "../../model/config.ts";
import { type Construction, construct, type Entry, identity } from "./construction.ts";

/** What the model of one head leaves open. */
export type HeadOptions = Partial<Pick<ModelOptions, "mask" | "attention" | "tieTolerance">>;

const singleHead = (
	options: HeadOptions,
	shape: { vocabulary: number; context: number; width: number },
): ModelOptions => ({
	...shape,
	layers: 1,
	heads: 1,
	feedForward: 1,
	placement: "none",
	biases: false,
	positions: "none",
	attention: "hard",
	tiedHead: true,
	...options,
});

const rowsOf = (matrix: readonly (readonly number[])[]): Entry[] =>
	matrix.flatMap((row, i) => row.map((value, j): Entry => [i, j, value]));

/** Token i has the row `rows[i]` [width]; the score of rows h and g is h M gᵀ / √width, M [width][width]. */
export function argmaxHead(
	rows: readonly (readonly number[])[],
	m: readonly (readonly number[])[],
	context: number,
	options: HeadOptions = {},
): Construction {
	const width = m.length;
	const channels = Array.from(m.keys());
	return construct(singleHead(options, { vocabulary: rows.length, context, width }), {
		"tok_emb.weight": rowsOf(rows),
		// q = Mᵀh, so that q·g = h M gᵀ.
		"blocks.0.attn.q.weight": rowsOf(m).map(([i, j, value]) => [j, i, value]),
		"blocks.0.attn.k.weight": identity(channels),
		"blocks.0.attn.v.weight": identity(channels),
	});
}

/** Token i has the row `rows[i]` [width]; queries are 0, so that all scores are. */
export function meanHead(
	rows: readonly (readonly number[])[],
	context: number,
	options: HeadOptions = {},
): Construction {
	const width = rows[0]!.length;
	return construct(singleHead(options, { vocabulary: rows.length, context, width }), {
		"tok_emb.weight": rowsOf(rows),
		"blocks.0.attn.k.weight": identity(rows[0]!.keys()),
		"blocks.0.attn.v.weight": identity(rows[0]!.keys()),
	});
}

/** Position p has the row [1 + p/context], whatever the token; the score of t and s is −xₜxₛ: negative, no two equal. */
export function parkedHead(context: number, options: HeadOptions = {}): Construction {
	const model = {
		...singleHead(options, { vocabulary: 1, context, width: 1 }),
		positions: "learned" as const,
	};
	return construct(model, {
		"pos_emb.weight": Array.from({ length: context }, (_, p): Entry => [p, 0, 1 + p / context]),
		"blocks.0.attn.q.weight": [[0, 0, 1]],
		"blocks.0.attn.k.weight": [[0, 0, -1]],
		"blocks.0.attn.v.weight": [[0, 0, 1]],
	});
}

/**
 * Where things lie in a state of the full or the reduced form: the MLP first, then W_V, W_K and W_Q a token after the
 * other (entry r of token τ at τ·width + r), then the dissipated energy.
 */
import type { Sizes } from "./network.ts";

export interface Layout {
	/** W [neurons, width] or w̄ [width] lies at 0. */
	readonly value: number;
	readonly key: number;
	readonly query: number;
	readonly dissipated: number;
	readonly length: number;
}

export function layoutOf({ words, width, neurons }: Sizes, form: "full" | "reduced"): Layout {
	const value = form === "full" ? neurons * width : width;
	const size = words * width;
	const dissipated = value + 3 * size;
	return { value, key: value + size, query: value + 2 * size, dissipated, length: dissipated + 1 };
}

/** Writes a matrix given row by row, [width, words], into a state a token after the other. */
export function storeByToken(
	matrix: Float64Array,
	{ words, width }: Sizes,
	state: Float64Array,
	at: number,
): void {
	for (let r = 0; r < width; r++)
		for (let word = 0; word < words; word++) state[at + word * width + r] = matrix[r * words + word]!;
}

/** What a query gives to a key, by class of word: μ₁, μ₂, μ₃, or irrelevant. */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";

/** In the order of the rows and columns of a table of mean attention. */
export const wordClasses = ["1", "2", "3", "r"] as const;

/**
 * Mean of p over all (sample, query, key) with a key of class k and a query of class q: [4, 4], k by q. It is what ONE
 * key of the class gets. NaN where the two never meet. A word also meets itself: of "11" there is no other triple.
 */
export function meanAttention(
	{ samples, length, tokens }: CoOccurrenceSet,
	attention: Float64Array,
): Float64Array {
	const sums = new Float64Array(16);
	const counts = new Float64Array(16);
	const classAt = (i: number, position: number) => Math.min(tokens[i * length + position]!, 3);
	for (let i = 0; i < samples; i++)
		for (let h = 0; h < length; h++)
			for (let l = 0; l < length; l++) {
				const cell = classAt(i, h) * 4 + classAt(i, l);
				sums[cell]! += attention[(i * length + h) * length + l]!;
				counts[cell]! += 1;
			}
	return sums.map((sum, cell) => sum / counts[cell]!);
}

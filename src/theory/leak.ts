/**
 * How many positions a saturated head attends to on average, in closed form, with a right and with a leaky mask.
 *
 * A *mean head* gives every visible position the same score. Query t = 0 … T−1 then attends to the t + 1 positions up
 * to its own, and the counts are 1, 2, …, T:
 *
 *     positions = (T + 1)/2        split = P(count > 1) = (T − 1)/T
 *
 * The published code of Merrill et al. multiplies the scores of later positions by 0 where it should shut them out.
 * A head whose visible scores are all negative then finds its maximum, exactly 0, at *every later position*: query t
 * attends to the T − 1 − t positions after its own, and only the last, which has none, to its one best. The counts are
 * T−1, T−2, …, 1 and 1:
 *
 *     positions = (T(T − 1)/2 + 1)/T        split = (T − 2)/T
 *
 * For sentences of T = 83 tokens a mean head gives 42.0 and 0.988, the leak 41.012 and 0.976: the largest values in the
 * published histograms (Fig. 3 of the paper).
 */

export interface HeadSignature {
	/** Positions attended, mean over the queries of a sentence. */
	readonly positions: number;
	/** Their unbiased standard deviation over the queries of one sentence. */
	readonly deviation: number;
	/** Share of queries that attend to more than one. */
	readonly split: number;
}

/** Of a mean head behind a mask that shuts later positions out; `time` ≥ 2 tokens a sentence. */
export const meanHeadSignature = (time: number): HeadSignature =>
	signatureOf(Array.from({ length: time }, (_, t) => t + 1));

/** Of a head with negative scores behind a mask that sets later scores to 0; `time` ≥ 2 tokens a sentence. */
export const leakSignature = (time: number): HeadSignature =>
	signatureOf(Array.from({ length: time }, (_, t) => Math.max(1, time - 1 - t)));

function signatureOf(counts: readonly number[]): HeadSignature {
	const n = counts.length;
	const positions = counts.reduce((a, b) => a + b) / n;
	const squares = counts.reduce((sum, count) => sum + (count - positions) ** 2, 0);
	return {
		positions,
		deviation: Math.sqrt(squares / (n - 1)),
		split: counts.filter((count) => count > 1).length / n,
	};
}

/** How often each token occurs, and the loss of a prediction that knows no more (`study/shortcuts/training/unigram.ts`). */
import type { Batch } from "./batches.ts";

/** The targets of a batch: all but the first token of each row. */
const targetsOf = ({ tokens }: Batch, context: number): Int32Array =>
	tokens.filter((_, i) => i % (context + 1) !== 0);

/** How often each token is a target, and how many targets there are. */
export function countTokens(
	batches: readonly Batch[],
	context: number,
	vocabulary: number,
): { counts: Float64Array; total: number } {
	const counts = new Float64Array(vocabulary);
	let total = 0;
	for (const batch of batches)
		for (const token of targetsOf(batch, context)) {
			counts[token]!++;
			total++;
		}
	return { counts, total };
}

/** −Σ p log p, in nats. */
export const entropyOf = ({ counts, total }: { counts: Float64Array; total: number }): number =>
	counts.reduce((sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum), 0);

/** The mean of −log p over `seen`, with p from `known`, each token counted once more there. In nats. */
export function crossEntropyOf(
	known: { counts: Float64Array; total: number },
	seen: { counts: Float64Array; total: number },
): number {
	const all = known.total + known.counts.length;
	return seen.counts.reduce(
		(sum, count, token) => sum - (count / seen.total) * Math.log((known.counts[token]! + 1) / all),
		0,
	);
}

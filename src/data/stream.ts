/**
 * The `stream` layout: each split is one long row of tokens, cut into windows of context + 1.
 *
 * Training takes windows at random positions. Evaluation takes windows in which each token is predicted at most once:
 *
 *     tokens   a b c d e f g h i j          context 3
 *     windows  a b c d
 *                    d e f g
 *                          g h i j
 */
import { stream } from "../engine/random.ts";
import { UserError } from "../error.ts";
import type { Batches, BatchShape } from "./batches.ts";
import type { Split } from "./split.ts";

/** Throws UserError if a split is too short for one window. */
export function streamBatches(
	splits: ReadonlyMap<Split, Int32Array>,
	{ batch, context, seed }: BatchShape,
): Batches {
	for (const [split, { length }] of splits)
		if (length < context + 1)
			throw new UserError(
				`Expected the ${split} text to have at least ${context + 1} tokens (\`context\` + 1), got ${length}. ` +
					"Use a longer text or a smaller `context`.",
			);
	const train = splits.get("train")!;
	const positions = stream(seed, "data/windows");

	/** `starts` are the windows' first positions, one a row. */
	const gather = (text: Int32Array, starts: ArrayLike<number>) => {
		const tokens = new Int32Array(starts.length * (context + 1));
		for (let row = 0; row < starts.length; row++)
			tokens.set(text.subarray(starts[row]!, starts[row]! + context + 1), row * (context + 1));
		return { tokens };
	};

	return {
		trainTokens: train.length,
		stepsPerEpoch: Math.max(1, Math.floor((train.length - 1) / (batch * context))),
		trainBatch: (step) => gather(train, positions.integers(batch, train.length - context, step * batch)),
		evaluationBatches(split, count = Number.POSITIVE_INFINITY) {
			const text = splitOf(splits, split);
			const last = text.length - 1 - context;
			// A split shorter than one batch of windows is seen in windows that overlap.
			const windows = batch * Math.max(1, Math.min(count, Math.floor((text.length - 1) / context / batch)));
			const start = (i: number) => Math.floor((i * last) / Math.max(1, windows - 1));
			return Array.from({ length: windows / batch }, (_, b) =>
				gather(
					text,
					Array.from({ length: batch }, (_, row) => start(b * batch + row)),
				),
			);
		},
	};
}

/** One split's content; throws UserError if the data set does not have it. */
export function splitOf<T>(splits: ReadonlyMap<Split, T>, split: Split): T {
	const found = splits.get(split);
	if (found === undefined)
		throw new UserError(
			`Expected the data set to have a ${split} split, got ${[...splits.keys()].join(", ")}. Give \`source.${split}\` a path.`,
		);
	return found;
}

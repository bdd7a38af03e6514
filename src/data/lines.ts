/**
 * The `lines` layout of Merrill et al. (2021, code of the small language models): one sequence a line.
 *
 * Blank lines and headings (lines that start with "=") are dropped, the others padded with token 0 to context + 1.
 * Token 0 is an ordinary word, the first of the training text, and padding is not masked in attention; the loss
 * counts wherever the *input* is real, so each line also learns to be followed by token 0:
 *
 *     tokens   the cat sat 0 0       inputs   the cat sat 0        targets   cat sat 0 0
 *                                    weights    1   1   1 0
 *
 * The paper's loss is the mean over sentences of each sentence's mean; with `lossWeighting` sentence a row's weights
 * are therefore 1 / (its real inputs), and their weighted mean is that loss.
 *
 * Lines are shuffled anew each epoch, and an incomplete last batch of it is dropped. (The paper's code, `range(0, N -
 * B, B)`, also drops a full one; with WikiText-2 in batches of 16 that is the same.)
 */
import { stream } from "../engine/random.ts";
import { UserError } from "../error.ts";
import type { Batch, Batches, BatchShape } from "./batches.ts";
import type { DataConfig } from "./config.ts";
import type { Split } from "./split.ts";
import { splitOf } from "./stream.ts";

/** The lines of a text that become sequences, without their line breaks. */
export const sequencesOf = (text: string): string[] =>
	text
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.startsWith("="));

/**
 * `splits` are the lines' tokens; what is longer than context + 1 is cut off.
 * Throws UserError if the training split has too few lines for a batch, or another split has none.
 */
export function lineBatches(
	splits: ReadonlyMap<Split, readonly Int32Array[]>,
	{ batch, context, seed }: BatchShape,
	lossWeighting: DataConfig["lossWeighting"] = "token",
): Batches {
	for (const [split, lines] of splits) {
		const least = split === "train" ? batch : 1;
		if (lines.length < least)
			throw new UserError(
				`Expected the ${split} text to have at least ${least} lines of words, got ${lines.length}. ` +
					"Use a longer text or a smaller `batch`.",
			);
	}
	const train = splits.get("train")!;
	const stepsPerEpoch = Math.floor(train.length / batch);
	// Steps come in order, so the order of one epoch is kept until another is asked for.
	let shuffled: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array() };
	const orderOf = (epoch: number) => {
		if (shuffled.epoch !== epoch)
			shuffled = { epoch, order: stream(seed, `data/epoch ${epoch}`).permutation(train.length) };
		return shuffled.order;
	};

	/** Rows beyond the given lines have weight 0. */
	const gather = (lines: readonly Int32Array[]): Batch => {
		const tokens = new Int32Array(batch * (context + 1));
		const weights = new Float32Array(batch * context);
		lines.forEach((line, row) => {
			tokens.set(line.subarray(0, context + 1), row * (context + 1));
			const real = Math.min(line.length, context);
			weights.fill(lossWeighting === "token" ? 1 : 1 / real, row * context, row * context + real);
		});
		return { tokens, weights };
	};

	return {
		trainTokens: train.reduce((sum, line) => sum + Math.min(line.length, context + 1), 0),
		stepsPerEpoch,
		trainBatch(step) {
			const order = orderOf(Math.floor(step / stepsPerEpoch));
			const first = (step % stepsPerEpoch) * batch;
			return gather(Array.from(order.subarray(first, first + batch), (i) => train[i]!));
		},
		evaluationBatches(split, count = Number.POSITIVE_INFINITY) {
			const lines = splitOf(splits, split);
			const wanted = Math.min(lines.length, count * batch);
			const chosen = Array.from(
				{ length: wanted },
				(_, i) => lines[Math.floor((i * lines.length) / wanted)]!,
			);
			return Array.from({ length: Math.ceil(wanted / batch) }, (_, b) =>
				gather(chosen.slice(b * batch, (b + 1) * batch)),
			);
		},
	};
}

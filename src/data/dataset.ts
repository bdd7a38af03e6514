/** A data set, ready to train on: text, tokenizer and batches, as the `data` section of a configuration says. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Batches, BatchShape } from "./batches.ts";
import type { DataConfig } from "./config.ts";
import { openTokenizer } from "./huggingface.ts";
import { lineBatches, sequencesOf } from "./lines.ts";
import { streamBatches } from "./stream.ts";
import { readTexts, type Split } from "./text.ts";
import { type Tokenizer, trainTokenizer } from "./tokenizer.ts";

export interface Dataset extends Batches {
	readonly tokenizer: Tokenizer;
	/** The number of token ids, for the model's embeddings. */
	readonly vocabularySize: number;
	readonly splits: readonly Split[];
	/** SHA-256 of the texts, and of the tokenizer's file if it has one. */
	readonly hash: string;
	/** The data set in one line, for people. */
	readonly description: string;
}

/**
 * Reads and tokenises the texts. `context` is the model's, `batch` the rows of each batch, `seed` the run's.
 * Throws UserError if a file cannot be used or a split is too short for its layout.
 */
export async function openDataset(
	config: DataConfig,
	context: number,
	batch: number,
	seed: number,
): Promise<Dataset> {
	const shape: BatchShape = { batch, context, seed };
	const texts = await readTexts(config.source);
	const parts = new Map<Split, string[]>();
	for (const [split, text] of texts.splits)
		parts.set(split, config.layout === "lines" ? sequencesOf(text) : [text]);

	const textsOf = (split: Split) => parts.get(split) ?? [];
	const tokenizer =
		typeof config.tokenizer === "object"
			? await openTokenizer(config.tokenizer.file)
			: trainTokenizer(
					config.tokenizer,
					{ train: textsOf("train"), validation: textsOf("validation"), test: textsOf("test") },
					config.vocabularySize,
				);

	const tokens = new Map<Split, Int32Array[]>();
	for (const [split, part] of parts)
		tokens.set(
			split,
			part.map((text) => tokenizer.encode(text)),
		);
	const batches =
		config.layout === "lines"
			? lineBatches(tokens, shape, config.lossWeighting)
			: streamBatches(new Map(Array.from(tokens, ([split, [all]]) => [split, all!])), shape);

	const hash =
		typeof config.tokenizer === "object"
			? createHash("sha256")
					.update(texts.hash)
					.update(await readFile(config.tokenizer.file))
					.digest("hex")
			: texts.hash;
	const unit = typeof config.tokenizer === "object" ? "types of a tokenizer file" : config.tokenizer;
	return {
		...batches,
		tokenizer,
		vocabularySize: tokenizer.vocabularySize,
		splits: [...parts.keys()],
		hash,
		description:
			`${texts.name}: ${batches.trainTokens.toLocaleString("en")} training tokens, ` +
			`${tokenizer.vocabularySize.toLocaleString("en")} ${unit}, ` +
			(config.layout === "lines" ? "one sequence a line" : `windows of ${context} tokens`),
	};
}

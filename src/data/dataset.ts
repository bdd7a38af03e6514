/** A data set, ready to train on: text, tokenizer and batches, as the `data` section of a configuration says. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Batches, BatchShape } from "./batches.ts";
import { type DataConfig, isLanguage } from "./config.ts";
import { openTokenizer } from "./huggingface.ts";
import { openLanguage } from "./languages/strings.ts";
import { lineBatches, sequencesOf } from "./lines.ts";
import { streamBatches } from "./stream.ts";
import { readTexts, type Split, type Texts } from "./text.ts";
import { type Tokenizer, trainTokenizer } from "./tokenizer.ts";

export interface Dataset extends Batches {
	readonly tokenizer: Tokenizer;
	/** The number of token ids, for the model's embeddings. */
	readonly vocabularySize: number;
	readonly splits: readonly Split[];
	/** SHA-256 of the texts, and of the tokenizer's file if it has one; of a language's strings. */
	readonly hash: string;
	/** The data set in one line, for people. */
	readonly description: string;
}

/**
 * Reads and tokenises the texts, or draws the strings of a language. `context` is the model's, `batch` the rows of each batch, `seed` the run's.
 * Throws UserError if a file cannot be used or a split is too short for its layout.
 */
export async function openDataset(
	config: DataConfig,
	context: number,
	batch: number,
	seed: number,
): Promise<Dataset> {
	const shape: BatchShape = { batch, context, seed };
	if (isLanguage(config.source)) return openLanguage(config.source, shape);
	const texts = await readTexts(config.source);
	const hash =
		typeof config.tokenizer === "object"
			? createHash("sha256")
					.update(texts.hash)
					.update(await readFile(config.tokenizer.file))
					.digest("hex")
			: texts.hash;
	const { tokenizer, tokens } = await tokenise(config, texts, hash);
	const batches =
		config.layout === "lines"
			? lineBatches(tokens, shape, config.lossWeighting)
			: streamBatches(new Map(Array.from(tokens, ([split, [all]]) => [split, all!])), shape);

	const unit = typeof config.tokenizer === "object" ? "types of a tokenizer file" : config.tokenizer;
	return {
		...batches,
		tokenizer,
		vocabularySize: tokenizer.vocabularySize,
		splits: [...tokens.keys()],
		hash,
		description:
			`${texts.name}: ${batches.trainTokens.toLocaleString("en")} training tokens, ` +
			`${tokenizer.vocabularySize.toLocaleString("en")} ${unit}, ` +
			(config.layout === "lines" ? "one sequence a line" : `windows of ${context} tokens`),
	};
}

interface Tokenised {
	readonly tokenizer: Tokenizer;
	/** One array a split, or with the layout `lines` one a line. */
	readonly tokens: ReadonlyMap<Split, Int32Array[]>;
}

/** What was tokenised last: a process that trains many models on one text, as a sweep's does, tokenises it once. */
let last: { readonly key: string; readonly tokenised: Tokenised } | undefined;

async function tokenise(config: DataConfig, texts: Texts, hash: string): Promise<Tokenised> {
	const key = JSON.stringify([hash, config.tokenizer, config.vocabularySize, config.layout]);
	if (last?.key === key) return last.tokenised;
	const parts = new Map(
		[...texts.splits].map(([split, text]) => [split, config.layout === "lines" ? sequencesOf(text) : [text]]),
	);
	const textsOf = (split: Split) => parts.get(split) ?? [];
	const tokenizer =
		typeof config.tokenizer === "object"
			? await openTokenizer(config.tokenizer.file)
			: trainTokenizer(
					config.tokenizer,
					{ train: textsOf("train"), validation: textsOf("validation"), test: textsOf("test") },
					config.vocabularySize,
				);
	const tokens = new Map(
		[...parts].map(([split, part]) => [split, part.map((text) => tokenizer.encode(text))]),
	);
	last = { key, tokenised: { tokenizer, tokens } };
	return last.tokenised;
}

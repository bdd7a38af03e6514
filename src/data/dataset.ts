/** A data set from the disk, ready to train on: text, tokenizer and batches, as the `data` section of a configuration says. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { BatchShape } from "./batches.ts";
import { type DataConfig, isLanguage } from "./config.ts";
import { openTokenizer } from "./huggingface.ts";
import { openLanguage } from "./languages/strings.ts";
import type { Texts } from "./split.ts";
import { readTexts } from "./text.ts";
import { type Dataset, type TokenisedTexts, textDataset, tokenise } from "./text-dataset.ts";

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
	return textDataset(config, { ...texts, hash }, await tokenised(config, texts, hash), shape);
}

/** What was tokenised last: a process that trains many models on one text, as a sweep's does, tokenises it once. */
let last: { readonly key: string; readonly tokenised: TokenisedTexts } | undefined;

async function tokenised(config: DataConfig, texts: Texts, hash: string): Promise<TokenisedTexts> {
	const key = JSON.stringify([hash, config.tokenizer, config.vocabularySize, config.layout]);
	if (last?.key === key) return last.tokenised;
	const { tokenizer } = config;
	const opened = typeof tokenizer === "object" ? await openTokenizer(tokenizer.file) : undefined;
	last = { key, tokenised: tokenise(config, texts, opened) };
	return last.tokenised;
}

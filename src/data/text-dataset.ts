/** Texts in memory as a data set to train on: tokens, laid out in batches. Needs no disk, and works in a page. */
import type { Batches, BatchShape } from "./batches.ts";
import type { DataConfig } from "./config.ts";
import { lineBatches, sequencesOf } from "./lines.ts";
import type { Split, Texts } from "./split.ts";
import { streamBatches } from "./stream.ts";
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

export interface TokenisedTexts {
	readonly tokenizer: Tokenizer;
	/** One array a split, or with the layout `lines` one a line. */
	readonly tokens: ReadonlyMap<Split, Int32Array[]>;
}

/** Texts as tokens of `tokenizer`; without one, of words or characters, as `config` says. */
export function tokenise(config: DataConfig, texts: Texts, tokenizer?: Tokenizer): TokenisedTexts {
	const parts = new Map(
		[...texts.splits].map(([split, text]) => [split, config.layout === "lines" ? sequencesOf(text) : [text]]),
	);
	const textsOf = (split: Split) => parts.get(split) ?? [];
	const used =
		tokenizer ??
		trainTokenizer(
			config.tokenizer === "characters" ? "characters" : "words",
			{ train: textsOf("train"), validation: textsOf("validation"), test: textsOf("test") },
			config.vocabularySize,
		);
	const tokens = new Map([...parts].map(([split, part]) => [split, part.map((text) => used.encode(text))]));
	return { tokenizer: used, tokens };
}

/** Tokens in batches. Throws UserError if a split is too short for its layout. */
export function textDataset(
	config: DataConfig,
	{ name, hash }: Texts,
	{ tokenizer, tokens }: TokenisedTexts,
	shape: BatchShape,
): Dataset {
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
			`${name}: ${batches.trainTokens.toLocaleString("en")} training tokens, ` +
			`${tokenizer.vocabularySize.toLocaleString("en")} ${unit}, ` +
			(config.layout === "lines" ? "one sequence a line" : `windows of ${shape.context} tokens`),
	};
}

/** Saturation of the model in a folder on passages of text, or on token ids: all that a report says of one model. */
import { basename, resolve } from "node:path";
import type { Engine } from "../engine/types.ts";
import { UserError } from "../error.ts";
import { openPretrained, type Unused } from "../model/families/pretrained.ts";
import { openModelTokenizer } from "./model-tokenizer.ts";
import { readPassages } from "./passages.ts";
import { type PublishedSaturation, publishedSaturation } from "./published.ts";
import { measureSaturation, type NetworkMeasures, type SaturationOptions } from "./saturation.ts";
import { readTokenIds } from "./token-ids.ts";

/** What a model is measured on. */
export interface TextSource {
	/** A text file, or a folder of the Brown corpus; or a JSON file of token ids. */
	readonly path: string;
	readonly kind: "text" | "ids";
	/** Most passages. */
	readonly passages: number;
	/** Most tokens of one, special tokens among them; the model may take fewer. */
	readonly length: number;
}

export interface ModelSaturation extends NetworkMeasures {
	/** The folder's name. */
	readonly name: string;
	readonly location: string;
	readonly family: string;
	/** Where its norms stand. */
	readonly placement: string;
	/** Rate of dropout in training. */
	readonly dropout: number;
	readonly factor: number;
	readonly precision: string;
	readonly seeds: number;
	/** What was read, and how it became tokens. */
	readonly text: string;
	readonly tokenizer: string;
	readonly lengths: readonly number[];
	/** Passages that lost their end, and the length they were cut to. */
	readonly cut: number;
	readonly longest: number;
	/** The paper's curves, if it measured this model. */
	readonly published?: PublishedSaturation;
	readonly unused: readonly Unused[];
}

/** Throws UserError for a folder that is not read, a text without passages, ids beyond the vocabulary. */
export async function measureModel(
	engine: Engine,
	folder: string,
	source: TextSource,
	options: SaturationOptions,
): Promise<ModelSaturation> {
	const model = await openPretrained(folder);
	try {
		const { family, config, stacks, unused } = model;
		const longest = Math.min(source.length, config.positions ?? Number.POSITIVE_INFINITY);
		const { sequences, text, tokenizer, cut } = await sequencesOf(folder, source, longest);
		const beyond = sequences.flatMap((ids) => ids.find((id) => id >= config.vocabulary) ?? []);
		if (beyond.length > 0)
			throw new UserError(
				`Expected token ids for \`${folder}\` to be less than ${config.vocabulary}, the size of its vocabulary, got ` +
					`${beyond[0]}. Use the tokenizer that belongs to the model (${source.path}).`,
			);
		const published = publishedSaturation(model);
		return {
			name: basename(resolve(folder)),
			location: folder,
			family: family.name,
			placement: stacks[0]!.placement,
			dropout: config.dropout,
			factor: options.factor,
			precision: options.precision,
			seeds: options.seeds,
			text,
			tokenizer,
			lengths: sequences.map((ids) => ids.length),
			cut,
			longest,
			...(published ? { published } : {}),
			unused,
			...(await measureSaturation(engine, model, sequences, options)),
		};
	} finally {
		await model.close();
	}
}

async function sequencesOf(folder: string, { path, kind, passages, length }: TextSource, longest: number) {
	if (kind === "ids") {
		const all = (await readTokenIds(path)).slice(0, passages);
		return {
			sequences: all.map((ids) => ids.subarray(0, longest)),
			text: `${all.length} sequences of ${path}`,
			tokenizer: "none: token ids as given",
			cut: all.filter((ids) => ids.length > longest).length,
		};
	}
	const { texts, description } = await readPassages(path, passages);
	const tokenizer = await openModelTokenizer(folder);
	const encoded = texts.map((text) => tokenizer.encode(text, longest)).filter(({ ids }) => ids.length > 0);
	if (encoded.length === 0)
		throw new UserError(
			`Expected the passages of \`${path}\` to make tokens of \`${folder}\`, got none with at most ${length} tokens each.`,
		);
	return {
		sequences: encoded.map(({ ids }) => ids),
		text: description,
		tokenizer: tokenizer.description,
		cut: encoded.filter(({ cut }) => cut).length,
	};
}

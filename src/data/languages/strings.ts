/**
 * Strings of a formal language, to train and to test on, and the sets of symbols that may follow their prefixes.
 *
 *     tokens   ( ( ) ) ⊣ ⊣       inputs ( ( ) ) ⊣       ⊣ ends a string: never read before it ended, and padding
 *                               weights 1 1 1 1 0
 *                               targets (, ) | (, ) | (, ) | (, ⊣
 *
 * A string of n symbols gives n sets, as in Bhattamishra et al. (2020); the set before the first symbol is the same
 * for all strings and not asked for. Of a string's sets all must be right for it to count as recognised.
 *
 * A length is drawn first, uniformly from those in range that have members, and then a member of it, uniformly. The
 * strings of validation are different from each other, and so are those of a test. Those of training may repeat; none
 * of them is in validation or a test, unless the language has too few members in range (fewer than four times as many
 * as are held out: `(aa)*` has 25 of up to 50 symbols).
 */
import { createHash } from "node:crypto";
import { stream } from "../../engine/random.ts";
import { UserError } from "../../error.ts";
import type { Batch, Batches, BatchShape } from "../batches.ts";
import type { LanguageSource } from "../config.ts";
import type { Split } from "../split.ts";
import { splitOf } from "../stream.ts";
import { type Language, statesOf, validSet } from "./language.ts";
import { languageOf } from "./languages.ts";

type Word = Int32Array;
type Lengths = LanguageSource["train"];

/** The strings of a run, drawn from its seed. */
export interface Strings {
	readonly train: readonly Word[];
	readonly validation: readonly Word[];
	readonly tests: ReadonlyMap<string, readonly Word[]>;
}

/** Throws UserError if the language has no strings of such lengths. */
export function drawStrings(
	language: Language,
	{ train, tests, samples, testSamples }: LanguageSource,
	seed: number,
): Strings {
	const different = (range: Lengths, purpose: string): Word[] =>
		distinct(drawer(language, range, seed, purpose), Math.min(testSamples, members(language, range)));
	const validation = different(train, "validation");
	const sets = new Map(
		Object.entries(tests).map(([name, range]) => [name, different(range, `test/${name}`)]),
	);

	const inRange = ({ length }: Word) => length >= train.minimum && length <= train.maximum;
	const heldOut = new Set([validation, ...sets.values()].flat().filter(inRange).map(String));
	const few = members(language, train) < 4 * heldOut.size;
	const next = drawer(language, train, seed, "train");
	const unseen = (): Word => {
		for (;;) {
			const word = next();
			if (few || !heldOut.has(String(word))) return word;
		}
	};
	return { train: Array.from({ length: samples }, unseen), validation, tests: sets };
}

const lengthsOf = (language: Language, { minimum, maximum }: Lengths): number[] =>
	// The empty string has no symbol after which to predict anything.
	Array.from({ length: maximum + 1 }, (_, n) => n).filter(
		(n) => n >= Math.max(1, minimum) && language.count(n) > 0,
	);

/** The number of members in range. */
const members = (language: Language, range: Lengths): number =>
	lengthsOf(language, range).reduce((sum, n) => sum + language.count(n), 0);

/** Draws one member after another. */
function drawer(language: Language, range: Lengths, seed: number, purpose: string): () => Word {
	const lengths = lengthsOf(language, range);
	if (lengths.length === 0)
		throw new UserError(
			`Expected ${language.name} to have strings of ${range.minimum} to ${range.maximum} symbols, got none. ` +
				"Widen the range of lengths.",
		);
	const numbers = stream(seed, `data/language/${language.name}/${purpose}`);
	let position = 0;
	let ready: Float64Array = new Float64Array();
	const random = () => {
		const i = position++ % 4096;
		if (i === 0) ready = numbers.uniform(4096, position - 1);
		return ready[i]!;
	};
	return () => {
		const length = lengths[Math.floor(random() * lengths.length)]!;
		return Int32Array.from(language.sample(length, random));
	};
}

/**
 * `wanted` different words, the first that are drawn. All members of a small language are hard to come by: with the
 * thousandth repetition in a row the rest is given up.
 */
function distinct(next: () => Word, wanted: number): Word[] {
	const words = new Map<string, Word>();
	for (let repeated = 0; words.size < wanted && repeated < 1000; ) {
		const word = next();
		const key = String(word);
		repeated = words.has(key) ? repeated + 1 : 0;
		words.set(key, word);
	}
	return [...words.values()];
}

/** Batches of these strings. Sequences of training are as long as its longest string, all others have the context. */
function stringBatches(
	language: Language,
	{ train, validation, tests }: Strings,
	trainLength: number,
	{ batch, context, seed }: BatchShape,
): Batches {
	const end = language.alphabet.length;
	const vocabulary = end + 1;

	/** Rows beyond the given words have weight 0. */
	const gather = (words: readonly Word[], time: number): Batch => {
		const tokens = new Int32Array(batch * (time + 1)).fill(end);
		const weights = new Float32Array(batch * time);
		const targets = new Float32Array(batch * time * vocabulary);
		words.forEach((word, row) => {
			tokens.set(word, row * (time + 1));
			weights.fill(1, row * time, row * time + word.length);
			statesOf(language, word)
				.slice(1)
				.forEach((state, t) => {
					targets.set(validSet(language, state), (row * time + t) * vocabulary);
				});
		});
		return { tokens, weights, targets };
	};
	const whole = (words: readonly Word[], count = Number.POSITIVE_INFINITY): Batch[] =>
		Array.from({ length: Math.min(count, Math.ceil(words.length / batch)) }, (_, b) =>
			gather(words.slice(b * batch, (b + 1) * batch), context),
		);

	const stepsPerEpoch = Math.max(1, Math.floor(train.length / batch));
	// Steps come in order, so the order of one epoch is kept until another is asked for.
	let shuffled: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array() };
	return {
		trainTokens: train.reduce((sum, word) => sum + word.length, 0),
		stepsPerEpoch,
		trainLength,
		trainBatch(step) {
			const epoch = Math.floor(step / stepsPerEpoch);
			if (shuffled.epoch !== epoch)
				shuffled = { epoch, order: stream(seed, `data/epoch ${epoch}`).permutation(train.length) };
			const first = (step % stepsPerEpoch) * batch;
			return gather(
				Array.from(shuffled.order.subarray(first, first + batch), (i) => train[i]!),
				trainLength,
			);
		},
		evaluationBatches: (split, count) =>
			whole(
				splitOf(
					new Map<Split, readonly Word[]>([
						["train", train],
						["validation", validation],
					]),
					split,
				),
				count,
			),
		testBatches: (count) => new Map(Array.from(tests, ([name, words]) => [name, whole(words, count)])),
	};
}

/** The data set of a language. Throws UserError if a string is longer than the context, or there are none. */
export function openLanguage(source: LanguageSource, shape: BatchShape) {
	const language = languageOf(source.language);
	const longest = Math.max(
		source.train.maximum,
		...Object.values(source.tests).map(({ maximum }) => maximum),
	);
	if (longest > shape.context)
		throw new UserError(
			`Expected \`model.context\` to be at least ${longest}, the length of the longest strings, got ${shape.context}. ` +
				"Raise it, or lower the `maximum` of the lengths in `data.source`.",
		);
	const strings = drawStrings(language, source, shape.seed);
	const hash = createHash("sha256");
	for (const words of [strings.train, strings.validation, ...strings.tests.values()])
		for (const word of words) hash.update(`${word}\n`);
	const batches = stringBatches(language, strings, source.train.maximum, shape);
	const symbols = [...language.alphabet, "⊣"];
	return {
		...batches,
		tokenizer: {
			vocabularySize: symbols.length,
			encode: (text: string) => Int32Array.from(text, (symbol) => symbolOf(symbols, symbol, language)),
			decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => symbols[id]).join(""),
		},
		vocabularySize: symbols.length,
		splits: ["train", "validation"] as const,
		hash: hash.digest("hex"),
		description:
			`${language.title} (${language.definition}): ${strings.train.length.toLocaleString("en")} strings of ${source.train.minimum} to ` +
			`${source.train.maximum} symbols, ${language.alphabet.length} different ones`,
	};
}

function symbolOf(symbols: readonly string[], symbol: string, { name, alphabet }: Language): number {
	const id = symbols.indexOf(symbol);
	if (id < 0)
		throw new UserError(
			`Expected the string to be of the symbols ${alphabet} of ${name}, got ${JSON.stringify(symbol)}. Leave it out.`,
		);
	return id;
}

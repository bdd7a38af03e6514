/**
 * Sentences of words of which two matter: the data of Yang et al. 2024, Def. 2.1 and Assumption 2.3.
 *
 * A sample is `length` words at random positions. Word 2 (μ₃, the common one) is in every sample; words 0 and 1 (μ₁, μ₂,
 * the targets) are both in it (class 1, y = +1), one of them (classes 2 and 3), or neither (class 4, y = −1); all other
 * words are irrelevant. The label is whether the targets occur together.
 *
 *     class 1  + + 2 . .        half of all samples           . irrelevant words, numbers 3 and up
 *     class 2  0   2 . . .      a sixth each                  (shown before their positions are shuffled)
 *     class 3    1 2 . . .
 *     class 4      2 . . . .
 */
import { stream } from "../engine/random.ts";
import { UserError } from "../error.ts";

export interface CoOccurrenceSet {
	readonly samples: number;
	readonly length: number;
	readonly words: number;
	/** Words by sample and position: [samples, length]. */
	readonly tokens: Int32Array;
	/** 1 to 4, and ±1: [samples]. */
	readonly classes: Int8Array;
	readonly labels: Int8Array;
}

export interface CoOccurrenceOptions {
	/** n. 6 divides it. */
	readonly samples: number;
	/** L, at least 3: both targets and the common word must have room. */
	readonly length: number;
	/** Whether every irrelevant word occurs once in the whole set (Assumption 2.3), or is drawn anew each time. */
	readonly irrelevant: "unique" | "repeated";
	/** d. Default: the fewest that unique words need. Repeated ones have no default. */
	readonly words?: number | undefined;
	readonly seed: number;
}

/** Words of the three kinds that a sample of each class begins with, before its positions are shuffled. */
const relevant: readonly (readonly number[])[] = [[], [0, 1, 2], [0, 2], [1, 2], [2]];

/** d that unique irrelevant words need: 3 + n₁(L − 3) + (n₂ + n₃)(L − 2) + n₄(L − 1). */
export function wordsNeeded(samples: number, length: number): number {
	const sixth = samples / 6;
	return 3 + 3 * sixth * (length - 3) + 2 * sixth * (length - 2) + sixth * (length - 1);
}

/**
 * A class-balanced training set (Assumption 2.3): n/2 samples of class 1, then n/6 of each other class, positions at
 * random. Unique irrelevant words are handed out in order from word 3 on, so words beyond the fewest stay unseen.
 * Throws UserError if 6 does not divide n, if L < 3, or if the vocabulary is too small.
 */
export function coOccurrenceSet(options: CoOccurrenceOptions): CoOccurrenceSet {
	const { samples, length, irrelevant, seed } = options;
	if (!Number.isInteger(samples) || samples <= 0 || samples % 6 !== 0)
		throw new UserError(
			`Expected \`samples\` to be a positive multiple of 6, got ${samples}. Half of them are of class 1 and a sixth of ` +
				`each other class (Assumption 2.3): try ${Math.max(6, 6 * Math.round(samples / 6) || 6)}.`,
		);
	checkLength(length);
	const needed = irrelevant === "unique" ? wordsNeeded(samples, length) : 4;
	if (irrelevant === "repeated" && options.words === undefined)
		throw new UserError(
			"Expected `words` to be given with repeated irrelevant words, got none. Choose the size of the vocabulary, 64 in the paper.",
		);
	const words = options.words ?? needed;
	if (!Number.isInteger(words) || words < needed)
		throw new UserError(
			`Expected \`words\` to be an integer of at least ${needed}, got ${words}. ` +
				(irrelevant === "unique"
					? `${samples} samples of ${length} words hold ${needed - 3} irrelevant words that are all different, besides the three ` +
						'others: enlarge `words`, or set `irrelevant` to "repeated".'
					: "There must be an irrelevant word besides the three others."),
		);
	const sixth = samples / 6;
	const classes = Int8Array.from({ length: samples }, (_, i) =>
		i < 3 * sixth ? 1 : i < 4 * sixth ? 2 : i < 5 * sixth ? 3 : 4,
	);
	const drawn =
		irrelevant === "repeated" &&
		stream(seed, "co-occurrence/irrelevant words").integers(samples * length, words - 3);
	let next = 3;
	const word = (place: number) => (drawn ? 3 + drawn[place]! : next++);
	return fill({ classes, length, words, word, shuffles: stream(seed, "co-occurrence/positions") });
}

export interface DrawOptions {
	readonly samples: number;
	readonly length: number;
	/** d. */
	readonly words: number;
	/** The irrelevant words: from the first, up to and without the second. */
	readonly irrelevant: readonly [from: number, to: number];
	readonly seed: number;
}

/**
 * Independent draws of Def. 2.1: class 1 with probability 1/2, each other with 1/6, irrelevant words uniform in a range.
 * What a test loss is measured on. Throws UserError if L < 3 or the range is not one of irrelevant words.
 */
export function drawSamples({ samples, length, words, irrelevant, seed }: DrawOptions): CoOccurrenceSet {
	checkLength(length);
	const [from, to] = irrelevant;
	if (!(from >= 3 && from < to && to <= words))
		throw new UserError(
			`Expected \`irrelevant\` to be a range of words within 3 and ${words}, got ${from} to ${to}. Enlarge \`words\`.`,
		);
	const classes = Int8Array.from(stream(seed, "co-occurrence/drawn classes").integers(samples, 6), (die) =>
		Math.max(1, die - 1),
	);
	const drawn = stream(seed, "co-occurrence/drawn words").integers(samples * length, to - from);
	const shuffles = stream(seed, "co-occurrence/drawn positions");
	return fill({ classes, length, words, word: (place) => from + drawn[place]!, shuffles });
}

/**
 * The set of these samples, each a list of words; classes and labels are what the words say. Throws UserError if a
 * sample is no sample of Def. 2.1: not as long as the first, a word out of range, the common word not exactly once, a
 * target more than once.
 */
export function coOccurrenceSetOf(samples: readonly (readonly number[])[], words: number): CoOccurrenceSet {
	const length = samples[0]?.length ?? 0;
	checkLength(length);
	const classes = Int8Array.from(samples, (sample, i) => {
		const fail = (expected: string, got: string) =>
			new UserError(
				`Expected sample ${i} to ${expected}, got ${got} in [${sample.join(", ")}]. Mend the sample.`,
			);
		if (sample.length !== length) throw fail(`have ${length} words as the first`, `${sample.length}`);
		const stray = sample.find((word) => !Number.isInteger(word) || word < 0 || word >= words);
		if (stray !== undefined) throw fail(`have words from 0 to ${words - 1}`, `${stray}`);
		const [first, second, common] = [0, 1, 2].map((word) => sample.filter((w) => w === word).length);
		if (common !== 1) throw fail("have the common word 2 once", `it ${common} times`);
		if (first! > 1 || second! > 1) throw fail("have each target at most once", "one of them twice");
		return first! ? (second! ? 1 : 2) : second! ? 3 : 4;
	});
	return {
		samples: samples.length,
		length,
		words,
		tokens: Int32Array.from(samples.flat()),
		classes,
		labels: classes.map((k) => (k === 1 ? 1 : -1)),
	};
}

function checkLength(length: number): void {
	if (!Number.isInteger(length) || length < 3)
		throw new UserError(
			`Expected \`length\` to be an integer of at least 3, got ${length}. A sample of class 1 holds both targets and the ` +
				"common word.",
		);
}

interface Filling {
	readonly classes: Int8Array;
	readonly length: number;
	readonly words: number;
	/** The irrelevant word at a place, a position in the whole set. */
	readonly word: (place: number) => number;
	readonly shuffles: ReturnType<typeof stream>;
}

function fill({ classes, length, words, word, shuffles }: Filling): CoOccurrenceSet {
	const samples = classes.length;
	const tokens = new Int32Array(samples * length);
	const draws = shuffles.uniform(samples * length);
	for (let i = 0; i < samples; i++) {
		const at = i * length;
		const kept = relevant[classes[i]!]!;
		for (let l = 0; l < length; l++) tokens[at + l] = kept[l] ?? word(at + l);
		// Fisher-Yates: every arrangement is as likely as another, so targets and common word lie as Def. 2.1 says.
		for (let l = length - 1; l > 0; l--) {
			const other = Math.floor(draws[at + l]! * (l + 1));
			[tokens[at + l], tokens[at + other]] = [tokens[at + other]!, tokens[at + l]!];
		}
	}
	return { samples, length, words, tokens, classes, labels: classes.map((k) => (k === 1 ? 1 : -1)) };
}

/** A set in a line, for people. */
export const describeSet = ({ samples, length, words }: CoOccurrenceSet): string =>
	`word co-occurrence, ${samples} samples of ${length} words among ${words}`;

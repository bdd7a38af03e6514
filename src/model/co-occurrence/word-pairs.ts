/**
 * The (key, query) pairs of words that a data set ever brings together. Attention needs a score for these alone: some 650
 * of the 4096 pairs of the paper's experiment.
 *
 *     pair            0  1  2  3  4 …        numbered by key, then by query
 *     byKey           whose partners are queries, numbers 0, 1, 2, …
 *     byQuery         the same pairs in order of their query, whose partners are keys
 */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";

/** Pairs in order of one of their words; those of word w are at `starts[w]` up to and without `starts[w + 1]`. */
export interface PairList {
	/** [words + 1]. */
	readonly starts: Int32Array;
	/** The other word of each pair, and the pair's number: [pairs]. */
	readonly partners: Int32Array;
	readonly numbers: Int32Array;
}

export interface WordPairs {
	readonly count: number;
	readonly byKey: PairList;
	readonly byQuery: PairList;
	/** The pair that query l and key h of a sample make: [samples, length (l), length (h)]. */
	readonly index: Int32Array;
	/** Words that occur, in order. */
	readonly occurring: Int32Array;
}

export function wordPairs({ samples, length, words, tokens }: CoOccurrenceSet): WordPairs {
	const code = new Float64Array(samples * length * length);
	for (let i = 0, at = 0; i < samples; i++)
		for (let l = 0; l < length; l++)
			for (let h = 0; h < length; h++) code[at++] = tokens[i * length + h]! * words + tokens[i * length + l]!;
	const codes = [...new Set(code)].sort((a, b) => a - b);
	const number = new Map(codes.map((pair, i) => [pair, i]));
	const pairs = codes.map((pair, i) => ({ number: i, key: Math.floor(pair / words), query: pair % words }));
	const listed = (word: "key" | "query", partner: "key" | "query"): PairList => {
		// Sorting is stable: pairs of a word stay in the order of their partners.
		const sorted = [...pairs].sort((a, b) => a[word] - b[word]);
		const starts = new Int32Array(words + 1);
		for (const pair of pairs) starts[pair[word] + 1]!++;
		for (let w = 0; w < words; w++) starts[w + 1]! += starts[w]!;
		return {
			starts,
			partners: Int32Array.from(sorted, (pair) => pair[partner]),
			numbers: Int32Array.from(sorted, (pair) => pair.number),
		};
	};
	return {
		count: pairs.length,
		byKey: listed("key", "query"),
		byQuery: listed("query", "key"),
		index: Int32Array.from(code, (pair) => number.get(pair)!),
		occurring: Int32Array.from(new Set(tokens)).sort(),
	};
}

import fc from "fast-check";
import { expect, test } from "vitest";
import {
	type CoOccurrenceSet,
	coOccurrenceSet,
	coOccurrenceSetOf,
	drawSamples,
	wordsNeeded,
} from "./co-occurrence.ts";

const rowsOf = ({ samples, length, tokens }: CoOccurrenceSet) =>
	Array.from({ length: samples }, (_, i) => Array.from(tokens.subarray(i * length, (i + 1) * length)));

const options = fc.record({
	samples: fc.integer({ min: 1, max: 10 }).map((n) => 6 * n),
	length: fc.integer({ min: 3, max: 8 }),
	seed: fc.nat(),
});

test("half of a training set is of class 1 and a sixth of each other, and classes and labels are what the words say", () => {
	fc.assert(
		fc.property(options, fc.constantFrom("unique", "repeated"), (sizes, irrelevant) => {
			const words = irrelevant === "repeated" ? 9 : undefined;
			const set = coOccurrenceSet({ ...sizes, irrelevant, words });
			const counts = [1, 2, 3, 4].map((k) => set.classes.filter((c) => c === k).length);
			expect(counts).toEqual([3, 1, 1, 1].map((share) => (share * sizes.samples) / 6));
			// Which also checks that targets and common word occur as often as they may.
			expect(coOccurrenceSetOf(rowsOf(set), set.words)).toEqual(set);
		}),
	);
});

test("unique irrelevant words occur once in the whole set, which needs d = 3 + n₁(L−3) + (n₂+n₃)(L−2) + n₄(L−1) words", () => {
	fc.assert(
		fc.property(options, fc.nat(5), (sizes, spare) => {
			const needed = wordsNeeded(sizes.samples, sizes.length);
			const set = coOccurrenceSet({ ...sizes, irrelevant: "unique", words: needed + spare });
			const irrelevant = set.tokens.filter((word) => word > 2).sort();
			expect(Array.from(irrelevant)).toEqual(Array.from({ length: needed - 3 }, (_, i) => i + 3));
		}),
	);
	expect(wordsNeeded(24, 3)).toBe(19);
	expect(wordsNeeded(60, 5)).toBe(163);
	expect(wordsNeeded(24, 4)).toBe(43);
});

test("every position is as likely as another for targets and common word", () => {
	const set = coOccurrenceSet({ samples: 6000, length: 5, irrelevant: "repeated", words: 10, seed: 1 });
	for (const word of [0, 1, 2]) {
		const at = [0, 0, 0, 0, 0];
		for (const row of rowsOf(set)) if (row.includes(word)) at[row.indexOf(word)]!++;
		const total = at.reduce((sum, x) => sum + x, 0);
		// Five standard deviations of a share of one in five.
		for (const count of at) expect(Math.abs(count / total - 0.2)).toBeLessThan(5 * Math.sqrt(0.16 / total));
	}
});

test("fresh draws have class 1 half of the time, the others a sixth, and irrelevant words uniform in their range", () => {
	const set = drawSamples({ samples: 12_000, length: 4, words: 30, irrelevant: [20, 30], seed: 3 });
	expect(coOccurrenceSetOf(rowsOf(set), 30)).toEqual(set);
	for (const [k, share] of [1 / 2, 1 / 6, 1 / 6, 1 / 6].entries())
		expect(Math.abs(set.classes.filter((c) => c === k + 1).length / 12_000 - share)).toBeLessThan(0.02);
	const irrelevant = Array.from(set.tokens).filter((word) => word > 2);
	for (let word = 20; word < 30; word++)
		expect(Math.abs(irrelevant.filter((w) => w === word).length / irrelevant.length - 0.1)).toBeLessThan(
			0.01,
		);
	expect(Math.min(...irrelevant)).toBe(20);
	expect(Math.max(...irrelevant)).toBe(29);
});

test("a set is a function of its seed", () => {
	const set = (seed: number) =>
		coOccurrenceSet({ samples: 12, length: 4, irrelevant: "unique", seed }).tokens;
	expect(set(1)).toEqual(set(1));
	expect(set(1)).not.toEqual(set(2));
});

test("impossible sizes are refused with the condition that fails and what would do", () => {
	const of = (changes: object) => () =>
		coOccurrenceSet({ samples: 24, length: 4, irrelevant: "unique", seed: 0, ...changes });
	expect(of({ samples: 20 })).toThrow("Expected `samples` to be a positive multiple of 6, got 20.");
	expect(of({ samples: 0 })).toThrow("positive multiple of 6, got 0");
	expect(of({ length: 2 })).toThrow("Expected `length` to be an integer of at least 3, got 2.");
	expect(of({ words: 42 })).toThrow("Expected `words` to be an integer of at least 43, got 42.");
	expect(of({ irrelevant: "repeated" })).toThrow("Expected `words` to be given");
	expect(of({ irrelevant: "repeated", words: 3 })).toThrow("at least 4, got 3");
	expect(() => drawSamples({ samples: 5, length: 4, words: 9, irrelevant: [2, 9], seed: 0 })).toThrow(
		"got 2 to 9",
	);
});

test("a sample that is none of Def. 2.1 is refused by its number", () => {
	const good = [0, 1, 2];
	expect(() => coOccurrenceSetOf([good, [0, 1, 3]], 5)).toThrow(
		"Expected sample 1 to have the common word 2 once, got it 0 times",
	);
	expect(() => coOccurrenceSetOf([good, [0, 0, 2]], 5)).toThrow(
		"Expected sample 1 to have each target at most once",
	);
	expect(() => coOccurrenceSetOf([good, [0, 2, 5]], 5)).toThrow("have words from 0 to 4, got 5");
	expect(() => coOccurrenceSetOf([good, [0, 2, 3, 4]], 5)).toThrow("have 3 words as the first, got 4");
	expect(() => coOccurrenceSetOf([], 5)).toThrow("`length`");
});

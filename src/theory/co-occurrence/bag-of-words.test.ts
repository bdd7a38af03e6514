import { expect, test } from "vitest";
import { coOccurrenceSet } from "../../data/co-occurrence.ts";
import { maxMargin } from "../max-margin.ts";
import { bagOfWordsSvm } from "./bag-of-words.ts";
import { balancedEnd } from "./balance.ts";

const sumsOf = (classes: Int8Array, weights: Float64Array) =>
	weights.reduce(
		(sums, weight, i) => {
			sums[classes[i]! - 1]! += weight;
			return sums;
		},
		[0, 0, 0, 0],
	);

test.each([
	[12, 5],
	[24, 3],
	[60, 5],
] as const)(
	"the SVM of %i samples of %i words, all irrelevant ones different, is the class-symmetric one to 1e-9",
	(samples, length) => {
		const dataset = coOccurrenceSet({ samples, length, irrelevant: "unique", seed: 1 });
		const { direction, margin, weights } = bagOfWordsSvm(dataset);
		const end = balancedEnd(samples, length);
		expect(margin).toBeCloseTo(end.margin, 9);
		end.G.forEach((value, k) => {
			expect(direction[k]).toBeCloseTo(value, 9);
		});
		const sums = sumsOf(dataset.classes, weights);
		end.sums.forEach((value, k) => {
			expect(sums[k]! / sums[1]!).toBeCloseTo(value, 9);
		});
	},
);

test.each(["unique", "repeated"] as const)(
	"is the SVM of the bags themselves, sample by sample, to 1e-9: irrelevant words %s",
	(irrelevant) => {
		const { words, tokens, labels, ...rest } = coOccurrenceSet({
			samples: 24,
			length: 5,
			irrelevant,
			...(irrelevant === "repeated" && { words: 60 }),
			seed: 2,
		});
		const rows = new Float64Array(24 * words);
		tokens.forEach((word, at) => {
			const i = Math.floor(at / 5);
			rows[i * words + word]! += labels[i]!;
		});
		const direct = maxMargin(rows, words);
		const grouped = bagOfWordsSvm({ words, tokens, labels, ...rest });
		expect(grouped.margin).toBeCloseTo(direct.margin, 9);
		grouped.direction.forEach((value, word) => {
			expect(value).toBeCloseTo(direct.direction[word]!, 9);
		});
		expect(grouped.weights.reduce((a, b) => a + b)).toBeCloseTo(
			direct.weights.reduce((a, b) => a + b),
			8,
		);
	},
);

test("repeated irrelevant words leave the data separable, with a smaller margin", () => {
	const dataset = coOccurrenceSet({ samples: 60, length: 5, irrelevant: "repeated", words: 64, seed: 0 });
	const { direction, margin } = bagOfWordsSvm(dataset);
	expect(margin).toBeLessThan(balancedEnd(60, 5).margin);
	expect(margin).toBeGreaterThan(balancedEnd(Number.POSITIVE_INFINITY, 5).margin);
	for (let i = 0; i < 60; i++) {
		let output = 0;
		for (let l = 0; l < 5; l++) output += direction[dataset.tokens[i * 5 + l]!]!;
		expect(dataset.labels[i]! * output).toBeGreaterThan(1 - 1e-9);
	}
});

import { expect, test } from "vitest";
import { countTokens, crossEntropyOf, entropyOf } from "./unigram.ts";

test("the plateau of tokens that occur equally often is log n, and H₁ is less where they do not", () => {
	// Two windows of two targets each: the first token of a row is no target.
	const batch = (...tokens: number[]) => [{ tokens: Int32Array.from(tokens) }];
	const even = countTokens(batch(0, 0, 1, 0, 2, 3), 2, 4);
	expect([...even.counts]).toEqual([1, 1, 1, 1]);
	expect(entropyOf(even)).toBeCloseTo(Math.log(4), 12);
	expect(crossEntropyOf(even, even)).toBeCloseTo(Math.log(4), 12);
	const uneven = countTokens(batch(3, 0, 0, 3, 0, 1), 2, 4);
	expect(entropyOf(uneven)).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 12);
	// One more of each: (4, 2, 1, 1) / 8.
	expect(crossEntropyOf(uneven, even)).toBeCloseTo(
		(-Math.log(0.5) - Math.log(0.25) - 2 * Math.log(0.125)) / 4,
		12,
	);
});

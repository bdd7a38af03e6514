import { expect, test } from "vitest";
import { leakSignature, meanHeadSignature } from "./leak.ts";

test("for 83 tokens the leak attends to 41.012 positions, 0.976 of queries to more than one; a mean head 42.0, 0.988", () => {
	expect(leakSignature(83).positions).toBeCloseTo(41.012, 3);
	expect(leakSignature(83).split).toBeCloseTo(0.976, 3);
	expect(meanHeadSignature(83).positions).toBe(42);
	expect(meanHeadSignature(83).split).toBeCloseTo(0.988, 3);
});

test("for 700 tokens the leak attends to 349.501 positions and a mean head to 350.5", () => {
	expect(leakSignature(700).positions).toBeCloseTo(349.501, 3);
	expect(meanHeadSignature(700).positions).toBe(350.5);
});

test("the counts' sums are those of the docstring to 1e-12, and a mean head's variance is T(T + 1)/12", () => {
	for (const time of [2, 3, 10, 83, 700]) {
		const [mean, leak] = [meanHeadSignature(time), leakSignature(time)];
		expect(mean.positions).toBeCloseTo((time + 1) / 2, 12);
		expect(mean.split).toBeCloseTo((time - 1) / time, 12);
		expect(mean.deviation ** 2 / ((time * (time + 1)) / 12)).toBeCloseTo(1, 12);
		expect(leak.positions).toBeCloseTo(((time * (time - 1)) / 2 + 1) / time, 12);
		expect(leak.split).toBeCloseTo((time - 2) / time, 12);
	}
});

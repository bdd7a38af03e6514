import { expect, test } from "vitest";
import { studentProbability, studentQuantile } from "./student.ts";

test("the two-sided 95 % quantiles are those of the printed tables", () => {
	for (const [degrees, quantile] of [
		[1, 12.706],
		[2, 4.303],
		[3, 3.182],
		[4, 2.776],
		[5, 2.571],
		[10, 2.228],
		[30, 2.042],
		[102, 1.983],
	] as const)
		expect(studentQuantile(0.95, degrees)).toBeCloseTo(quantile, 3);
});

test("quantile and probability are inverse to each other", () => {
	for (const degrees of [1, 2, 7, 100])
		for (const probability of [0.1, 0.5, 0.99])
			expect(studentProbability(studentQuantile(probability, degrees), degrees)).toBeCloseTo(probability, 12);
});

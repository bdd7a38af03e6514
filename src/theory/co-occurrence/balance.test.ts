import { describe, expect, test } from "vitest";
import { balancedEnd, contractiveRoot } from "./balance.ts";

describe("the class-symmetric hard-margin SVM", () => {
	test.each([
		{ n: 12, L: 5, s1: 1.737, s4: 0.382, ratio: 0.875, margin: 0.5847 },
		{ n: 12, L: 3, s1: 1.5, s4: 0, ratio: 1, margin: 0.378 },
		{ n: 24, L: 3, s1: 1.45, s4: 0, ratio: 1.222, margin: 0.3185 },
		{ n: 24, L: 5, s1: 1.57, s4: 0.18, ratio: 1.071, margin: 0.4592 },
		{ n: 60, L: 5, s1: 1.4408, s4: 0, ratio: 1.269, margin: 0.3487 },
		{ n: 600, L: 5, s1: 1.404, s4: 0, ratio: 1.474, margin: 0.2552 },
		{ n: Number.POSITIVE_INFINITY, L: 5, s1: 1.4, s4: 0, ratio: 1.5, margin: 0.2425 },
	])("of n = $n, L = $L has R* = $ratio and γ = $margin, to 1e-3", ({ n, L, s1, s4, ratio, margin }) => {
		const end = balancedEnd(n, L);
		expect(Math.abs(end.sums[0] - s1)).toBeLessThan(1e-3);
		expect(end.sums[2]).toBeCloseTo(1, 9);
		expect(Math.abs(end.sums[3] - s4)).toBeLessThan(1e-3);
		expect(Math.abs(end.ratio - ratio)).toBeLessThan(1e-3);
		expect(Math.abs(end.margin - margin)).toBeLessThan(1e-3);
	});

	test("has word values ∝ (2, 2, −3) for infinitely many samples, (1.0535, 1.0535, −1.3365) for 60", () => {
		[2, 2, -3].forEach((value, k) => {
			expect(balancedEnd(Number.POSITIVE_INFINITY, 5).G[k]).toBeCloseTo(value, 9);
		});
		[1.0535, 1.0535, -1.3365].forEach((value, k) => {
			expect(balancedEnd(60, 5).G[k]).toBeCloseTo(value, 4);
		});
		const [g1, , g3] = balancedEnd(24, 3).G;
		expect(g3 / g1).toBeCloseTo(-1.222, 3);
	});

	test("the quadratic in the proof of Lemma 4.5 has its contractive root at exactly 3/2 for 7 : 5 : 5 : 0", () => {
		expect(contractiveRoot([7, 5, 5, 0])).toBeCloseTo(1.5, 15);
	});
});

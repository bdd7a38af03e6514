import { expect, test } from "vitest";
import { logGammaRatio } from "./gamma.ts";

test("quotients of gamma functions at known points, to 1e-13", () => {
	// Γ(6)/Γ(1) = 120, Γ(½)/Γ(1) = √π, Γ(100.5)/Γ(100) by Γ(n + ½) = (2n)! √π / (4ⁿ n!).
	expect(logGammaRatio([1, 0], [5, 0])).toBeCloseTo(Math.log(120), 13);
	expect(logGammaRatio([1, 0], [-0.5, 0])).toBeCloseTo(Math.log(Math.PI) / 2, 13);
	let half = Math.log(Math.PI) / 2;
	for (let i = 1; i <= 100; i++) half += Math.log((i - 0.5) / Math.max(1, i - 1));
	expect(logGammaRatio([100, 0], [0.5, 0])).toBeCloseTo(half, 12);
});

test("|Γ(1 + iy)|² = πy / sinh πy and |Γ(½ + iy)|² = π / cosh πy, to 1e-12", () => {
	for (const y of [0.01, 0.5, 1, 3, 12]) {
		expect(2 * logGammaRatio([1, 0], [0, y])).toBeCloseTo(
			Math.log((Math.PI * y) / Math.sinh(Math.PI * y)),
			12,
		);
		expect(2 * logGammaRatio([1, 0], [-0.5, y])).toBeCloseTo(Math.log(Math.PI / Math.cosh(Math.PI * y)), 12);
	}
});

test("far out the quotient keeps its digits: ln Γ(x + 1)/Γ(x) = ln x to 1e-15 of itself", () => {
	for (const x of [16, 1e3, 1e6, 1e9])
		expect(logGammaRatio([x, 0], [1, 0]) / Math.log(x) - 1).toBeLessThan(1e-15);
});

test("a step of 1 from any complex point multiplies by its modulus: ln |Γ(z + 1)/Γ(z)| = ln |z|, to 1e-14", () => {
	for (const x of [0.3, 1, 20, 1e4])
		for (const y of [0.1, 2, 700, 1e6])
			expect(logGammaRatio([x, y], [1, 0]) / Math.log(Math.hypot(x, y)) - 1).toBeLessThan(1e-14);
});

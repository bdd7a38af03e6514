import { expect, test } from "vitest";
import { log1mexp, logAddExp } from "./logarithms.ts";

test("ln(1 − e^x) has 15 digits where 1 − e^x is near 0 and where it is near 1", () => {
	// To first orders: ln(−x) + x/2 near 0, and −e^x far from it.
	for (const x of [-1e-12, -1e-8, -1e-6])
		expect(Math.abs(log1mexp(x) / (Math.log(-x) + x / 2) - 1)).toBeLessThan(1e-14);
	for (const x of [-40, -100, -700]) expect(Math.abs(log1mexp(x) / -Math.exp(x) - 1)).toBeLessThan(1e-15);
	for (const x of [-0.5, -Math.LN2, -0.8])
		expect(Math.abs(log1mexp(x) - Math.log(1 - Math.exp(x)))).toBeLessThan(4e-16);
	expect(log1mexp(0)).toBe(Number.NEGATIVE_INFINITY);
	expect(Math.abs(log1mexp(Number.NEGATIVE_INFINITY))).toBe(0);
});

test("ln(e^x + e^y) neither overflows nor makes NaN of two infinities", () => {
	expect(logAddExp(1000, 1000)).toBe(1000 + Math.LN2);
	expect(logAddExp(-3, Number.NEGATIVE_INFINITY)).toBe(-3);
	expect(logAddExp(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
});

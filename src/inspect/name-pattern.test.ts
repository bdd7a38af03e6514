import fc from "fast-check";
import { expect, test } from "vitest";
import { fitsPattern } from "./name-pattern.ts";

test("a pattern fits whole names: * is anything, ? one character", () => {
	expect(fitsPattern("*attention*", "h.0.attention.weight")).toBe(true);
	expect(fitsPattern("h.?.bias", "h.3.bias")).toBe(true);
	expect(fitsPattern("h.?.bias", "h.12.bias")).toBe(false);
	expect(fitsPattern("h.3", "h.3.bias")).toBe(false);
	expect(fitsPattern("h.3", "hx3")).toBe(false);
	expect(fitsPattern("", "h")).toBe(false);
	expect(fitsPattern("**", "")).toBe(true);
});

test("a pattern fits what the regular expression of the same meaning fits", () => {
	const letters = (alphabet: string) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 8 });
	fc.assert(
		fc.property(letters("ab*?"), letters("ab"), (pattern, name) => {
			const source = pattern.replaceAll("*", ".*").replaceAll("?", ".");
			expect(fitsPattern(pattern, name)).toBe(new RegExp(`^${source}$`).test(name));
		}),
		{ numRuns: 2000 },
	);
});

test("a pattern of many stars does not hold up a long name", () => {
	const start = performance.now();
	expect(fitsPattern(`${"*a".repeat(50)}*x`, "a".repeat(1000))).toBe(false);
	expect(fitsPattern(`${"*".repeat(60)}x`, "a".repeat(1000))).toBe(false);
	expect(performance.now() - start).toBeLessThan(1000);
});

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EvenlyKept, logSpaced } from "./rows.ts";

test("of any number of steps at most so many are kept, at one distance, the first among them", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2000 }), (most, steps) => {
			const kept = new EvenlyKept<number>(most);
			for (let step = 0; step < steps; step++) kept.add(step, step);
			const { items } = kept;
			expect(items.length).toBeLessThanOrEqual(most);
			expect(items.length).toBeGreaterThanOrEqual(Math.min(steps, Math.floor(most / 2)));
			const stride = (items[1] ?? 1) - items[0]!;
			expect(items).toEqual(items.map((_, i) => i * stride));
		}),
	);
});

test("logarithmic steps begin with 0, end with the last, and are as many as asked for at most", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 2, max: 500 }), (steps, most) => {
			const spaced = [...logSpaced(steps, most)];
			expect(spaced.length).toBeLessThanOrEqual(most);
			expect(spaced[0]).toBe(0);
			expect(spaced).toContain(steps);
			expect(spaced.every((step) => Number.isInteger(step) && step >= 0 && step <= steps)).toBe(true);
		}),
	);
});

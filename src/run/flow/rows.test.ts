import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EvenlyKept, logSpaced, timesBetween } from "./rows.ts";

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

test("moments within a step lie within it, and leave no gap of more than 1/20 decade from the earliest on", () => {
	const exponent = fc.double({ min: -6, max: 6, noNaN: true });
	fc.assert(
		fc.property(
			exponent,
			fc.double({ min: 1e-6, max: 4, noNaN: true }),
			exponent,
			(at, decades, earliestAt) => {
				const [start, end, earliest] = [10 ** at, 10 ** (at + decades), 10 ** earliestAt];
				for (const from of [start, 0]) {
					const times = timesBetween(from, end, earliest);
					expect(times.every((time) => time > from && time < end)).toBe(true);
					if (end <= earliest) expect(times).toEqual([]);
					else {
						const all = [Math.max(from, earliest), ...times, end];
						const gaps = all.slice(1).map((time, i) => Math.log10(time / all[i]!));
						expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
						expect(Math.max(...gaps)).toBeLessThan(0.05 + 1e-6);
					}
				}
			},
		),
	);
	expect(timesBetween(1, 10, 0.01)).toHaveLength(19);
	expect(timesBetween(0, 1, 0.1)).toHaveLength(20);
});

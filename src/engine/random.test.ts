import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../error.ts";
import { philox4x32, stream } from "./random.ts";

const block = (...words: [number, number, number, number, number, number]): string[] => {
	const out = new Uint32Array(4);
	philox4x32(...words, out);
	return [...out].map((word) => word.toString(16).padStart(8, "0"));
};

const mean = (values: Float64Array, f = (x: number) => x): number =>
	values.reduce((sum, x) => sum + f(x), 0) / values.length;

describe("philox4x32", () => {
	// The three vectors of Random123's `kat_vectors` for philox4x32 with 10 rounds.
	it("gives the published answers", () => {
		expect(block(0, 0, 0, 0, 0, 0)).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
		const ones = 0xffffffff;
		expect(block(ones, ones, ones, ones, ones, ones)).toEqual([
			"408f276d",
			"41c83b0e",
			"a20bc7c6",
			"6d5451fd",
		]);
		expect(block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)).toEqual([
			"d16cfe09",
			"94fdcceb",
			"5001e420",
			"24126ea1",
		]);
	});
});

describe("a random stream", () => {
	const offset = fc.integer({ min: 0, max: 2 ** 52 });
	const length = fc.integer({ min: 0, max: 9 });

	it("gives the same numbers however it is cut", () => {
		const s = stream(7, "test");
		fc.assert(
			fc.property(offset, length, length, (at, n, m) => {
				for (const draw of [
					(k: number, from: number) => [...s.uniform(k, from)],
					(k: number, from: number) => [...s.normal(k, from)],
					(k: number, from: number) => [...s.integers(k, 1000, from)],
				])
					expect([...draw(n, at), ...draw(m, at + n)]).toEqual(draw(n + m, at));
			}),
		);
	});

	// Every later result rests on these: a change of the hash or of the order of words would change all runs.
	it("gives the numbers that it always gave", () => {
		expect([...stream(0, "init").uniform(2)]).toMatchInlineSnapshot(`
			[
			  0.38655483777051325,
			  0.2049786499836529,
			]
		`);
		expect([
			...stream(2 ** 53 - 1, "a purpose of more than sixteen bytes").integers(3, 1000),
		]).toMatchInlineSnapshot(`
			[
			  151,
			  50,
			  859,
			]
		`);
	});

	it("is another one for each seed and each purpose, prefixes and trailing zeros included", () => {
		const firsts = new Set<number>();
		const purposes = [
			"",
			"\0",
			"a",
			"a\0",
			"sixteen bytes!!!",
			"sixteen bytes!!!\0",
			"sixteen bytes!!!b",
			"é",
		];
		const seeds = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
		for (const seed of seeds)
			for (const purpose of purposes) firsts.add(stream(seed, purpose).uniform(1)[0]!);
		expect(firsts.size).toBe(seeds.length * purposes.length);
	});

	it("is not correlated with the stream of the next seed or with itself one place on", () => {
		const n = 100_000;
		const [a, b, shifted] = [stream(1, "x").normal(n), stream(2, "x").normal(n), stream(1, "x").normal(n, 1)];
		// The correlation of n independent pairs has the standard deviation 1/√n; 4 of them.
		for (const other of [b, shifted])
			expect(Math.abs(mean(a.map((x, i) => x * other[i]!)))).toBeLessThan(4 / Math.sqrt(n));
	});

	it("is uniform in [0, 1)", () => {
		const n = 100_000;
		const sorted = stream(3, "uniform").uniform(n).sort();
		expect(sorted[0]).toBeGreaterThanOrEqual(0);
		expect(sorted[n - 1]).toBeLessThan(1);
		// Kolmogorov-Smirnov: √n·D exceeds 1.95 once in a thousand seeds.
		const distance = sorted.reduce((worst, x, i) => Math.max(worst, (i + 1) / n - x, x - i / n), 0);
		expect(Math.sqrt(n) * distance).toBeLessThan(1.95);
	});

	it("has normal moments", () => {
		const n = 200_000;
		const x = stream(4, "normal").normal(n);
		// Standard deviations of the sample moments of a normal distribution: √(1, 2, 15, 96)/√n; 4 of them.
		expect(Math.abs(mean(x))).toBeLessThan(4 / Math.sqrt(n));
		expect(Math.abs(mean(x, (v) => v * v) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
		expect(Math.abs(mean(x, (v) => v ** 3))).toBeLessThan(4 * Math.sqrt(15 / n));
		expect(Math.abs(mean(x, (v) => v ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
	});

	it("draws each integer below the bound equally often", () => {
		const [n, bound] = [70_000, 7];
		const counts = new Float64Array(bound);
		for (const i of stream(5, "integers").integers(n, bound)) counts[i]!++;
		// χ² with 6 degrees of freedom exceeds 22.46 once in a thousand seeds.
		const expected = n / bound;
		expect(counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0)).toBeLessThan(22.46);
	});

	it("permutes: every number once, every order equally often", () => {
		fc.assert(
			fc.property(fc.nat(), fc.integer({ min: 0, max: 200 }), (seed, n) => {
				expect([...stream(seed, "p").permutation(n).sort()]).toEqual(Array.from({ length: n }, (_, i) => i));
			}),
		);
		const orders = new Map<string, number>();
		for (let seed = 0; seed < 6000; seed++) {
			const order = stream(seed, "p").permutation(3).join();
			orders.set(order, (orders.get(order) ?? 0) + 1);
		}
		// χ² with 5 degrees of freedom exceeds 20.5 once in a thousand.
		expect(orders.size).toBe(6);
		expect([...orders.values()].reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
	});

	it("refuses a seed that is no integer from 0 to 2^53 - 1", () => {
		for (const seed of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => stream(seed, "x")).toThrow(UserError);
	});
});

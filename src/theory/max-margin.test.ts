import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stream } from "../engine/random.ts";
import { maxMargin } from "./max-margin.ts";

const margins = (rows: Float64Array, direction: Float64Array) =>
	Array.from({ length: rows.length / direction.length }, (_, i) =>
		direction.reduce((sum, value, k) => sum + value * rows[i * direction.length + k]!, 0),
	);

function normals(seed: number): () => number {
	const values = stream(seed, "max-margin test").normal(2000);
	let next = 0;
	return () => values[next++]!;
}

describe("hard-margin SVM", () => {
	test("AND with a bias has the direction (2, 2, −3), the margin 1/√17 and dual weights 7 : 5 : 5 : 0", () => {
		const { direction, margin, weights } = maxMargin(
			Float64Array.of(1, 1, 1, -1, 0, -1, 0, -1, -1, 0, 0, -1),
			3,
		);
		[2, 2, -3].forEach((value, k) => {
			expect(direction[k]).toBeCloseTo(value, 12);
		});
		expect(margin).toBeCloseTo(1 / Math.sqrt(17), 12);
		[7, 5, 5, 0].forEach((value, i) => {
			expect(weights[i]).toBeCloseTo(value, 11);
		});
	});

	test("meets the conditions of optimality on random separable rows, more or fewer than dimensions, to 1e-9", () => {
		fc.assert(
			fc.property(
				fc.nat(1000),
				fc.integer({ min: 1, max: 30 }),
				fc.integer({ min: 2, max: 30 }),
				(seed, n, d) => {
					const normal = normals(seed);
					const truth = Array.from({ length: d }, () => normal());
					const rows = new Float64Array(n * d);
					for (let i = 0; i < n; i++) {
						const row = truth.map(() => normal());
						const sign = Math.sign(row.reduce((sum, value, k) => sum + value * truth[k]!, 0));
						row.forEach((value, k) => {
							rows[i * d + k] = sign * value + 0.1 * truth[k]!;
						});
					}
					const { direction, margin, weights } = maxMargin(rows, d);
					const scale = 1 / margin ** 2;
					margins(rows, direction).forEach((value, i) => {
						expect(value).toBeGreaterThan(1 - 1e-9 * Math.sqrt(scale));
						expect(weights[i]).toBeGreaterThanOrEqual(0);
						expect(weights[i]! * (value - 1)).toBeLessThan(1e-9 * scale);
					});
					expect(weights.reduce((a, b) => a + b) / scale).toBeCloseTo(1, 9);
				},
			),
			{ numRuns: 60 },
		);
	});

	test("copies of a row, and rows that depend on others, change nothing", () => {
		const rows = [1, 0.5, 0.2, -0.3, 1, 0.1];
		const { direction } = maxMargin(Float64Array.from(rows), 3);
		const twice = [...rows, ...rows, ...[0, 1, 2].map((k) => rows[k]! + rows[k + 3]!)];
		maxMargin(Float64Array.from(twice), 3).direction.forEach((value, k) => {
			expect(value).toBeCloseTo(direction[k]!, 12);
		});
	});

	test("no direction separates a row from its opposite, and the error says so", () => {
		expect(() => maxMargin(Float64Array.of(1, 0, -1, 0), 2)).toThrow(/separable.*all 2 rows/);
		expect(() => maxMargin(Float64Array.of(0, 0), 2)).toThrow(/separable/);
		expect(() => maxMargin(Float64Array.of(1, 0, 1), 2)).toThrow(/whole rows of 2 numbers.*got 3/);
	});

	test("three rows around the origin in the plane are not separable either", () => {
		const at = (degrees: number) => [
			Math.cos((degrees * Math.PI) / 180),
			Math.sin((degrees * Math.PI) / 180),
		];
		expect(() => maxMargin(Float64Array.from([at(0), at(121), at(240)].flat()), 2)).toThrow(/separable/);
	});
});

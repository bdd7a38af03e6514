import { expect, test } from "vitest";
import type { StoredType } from "../checkpoint/stored-type.ts";
import type { StoredTensor } from "../checkpoint/weights.ts";
import { MatrixPasses } from "./matrix-passes.ts";
import { leadingPair, spectrumTolerance } from "./spectrum.ts";

function stored(bytes: Uint8Array, shape: readonly number[], dtype: StoredType): StoredTensor {
	return {
		name: "w",
		file: "f",
		shape,
		dtype,
		async readBytes(into, begin) {
			into.set(bytes.subarray(begin, begin + into.length));
		},
	};
}

/** Element i is ((i² mod 2³²) · 2654435761 mod 2³²) / 2³² − ½ in float32: the same numbers in any program. */
const scrambled = (length: number): Float32Array =>
	Float32Array.from({ length }, (_, i) => {
		const square = Number((BigInt(i) * BigInt(i)) % 2n ** 32n);
		return (Math.imul(square, 2654435761) >>> 0) / 2 ** 32 - 0.5;
	});

async function opened(values: Float32Array | Float64Array, rows: number, columns: number) {
	const passes = new MatrixPasses();
	const dtype = values instanceof Float64Array ? "F64" : "F32";
	await passes.read(stored(new Uint8Array(values.buffer), [rows, columns], dtype));
	return passes;
}

/** numpy.linalg.svd in float64 of the same float32 numbers. */
const fromNumpy = [
	{ rows: 48, columns: 20, norm: 3.020200414962035, stableRank: 8.50382186017787 },
	{ rows: 20, columns: 48, norm: 3.35487239552689, stableRank: 6.891815894643704 },
	{ rows: 5, columns: 1, norm: 0.647731984638026, stableRank: 1 },
	{ rows: 200, columns: 130, norm: 7.087744855930782, stableRank: 43.01767128849947 },
];

test.each(fromNumpy)(
	"the largest singular value of $rows × $columns is numpy's",
	async ({ rows, columns, norm, stableRank }) => {
		const values = scrambled(rows * columns);
		const passes = await opened(values, rows, columns);
		const pair = (await leadingPair((v) => passes.gram(v), columns))!;
		// The error of σ² is within the residual, and as a rule about its square.
		expect(pair.residual).toBeLessThanOrEqual(spectrumTolerance);
		expect(Math.abs(Math.sqrt(pair.squared) / norm - 1)).toBeLessThan(1e-8);
		const squared = values.reduce((sum, x) => sum + x * x, 0);
		expect(Math.abs(squared / pair.squared / stableRank - 1)).toBeLessThan(1e-8);
		const product = passes.gram(pair.vector);
		const off = Math.hypot(...product.map((x, i) => x - pair.squared * pair.vector[i]!)) / pair.squared;
		expect(off).toBeLessThan(2 * spectrumTolerance);
	},
);

test("beginning near the answer takes fewer passes and finds the same, even where another vector now leads", async () => {
	const passes = await opened(scrambled(200 * 130), 200, 130);
	const multiply = (v: Float64Array) => passes.gram(v);
	const cold = (await leadingPair(multiply, 130))!;
	const warm = (await leadingPair(multiply, 130, cold.vector))!;
	expect(warm.iterations).toBeLessThan(cold.iterations);
	expect(Math.abs(warm.squared / cold.squared - 1)).toBeLessThan(1e-8);
	const diagonal = (v: Float64Array) => v.map((x, i) => x * (i === 7 ? 4 : i === 3 ? 3 : 1 / (i + 1)));
	const before = Float64Array.from({ length: 20 }, (_, i) => (i === 3 ? 1 : 0));
	expect((await leadingPair(diagonal, 20, before))!.squared).toBeCloseTo(4, 8);
});

test("a matrix of rank one is found in two passes, and a matrix of zeros has no leading vector", async () => {
	const rankOne = Float32Array.from({ length: 12 * 7 }, (_, i) => (Math.floor(i / 7) + 1) * ((i % 7) - 3));
	const passes = await opened(rankOne, 12, 7);
	const pair = (await leadingPair((v) => passes.gram(v), 7))!;
	expect(pair.squared).toBeCloseTo(650 * 28, 8);
	expect(pair.iterations).toBeLessThanOrEqual(2);
	const zeros = await opened(new Float32Array(84), 12, 7);
	expect(await leadingPair((v) => zeros.gram(v), 7)).toBeUndefined();
});

test.each([
	[5, 3],
	[1, 17],
	[33, 1],
	[700, 401],
])("sums of squares by column and by row of %d × %d are those of a plain loop", async (rows, columns) => {
	const values = scrambled(rows * columns);
	for (const held of [values, Float64Array.from(values)]) {
		const passes = await opened(held, rows, columns);
		const [byColumn, byRow] = [new Float64Array(columns), new Float64Array(rows)];
		values.forEach((x, i) => {
			byColumn[i % columns]! += x * x;
			byRow[Math.floor(i / columns)]! += x * x;
		});
		const worst = (a: Float64Array, b: Float64Array) =>
			a.reduce((most, x, i) => Math.max(most, Math.abs(x / b[i]! - 1)), 0);
		expect(worst(passes.squaredColumns(), byColumn)).toBeLessThan(1e-13);
		expect(worst(passes.squaredRows(), byRow)).toBeLessThan(1e-13);
	}
});

test("a matrix of 4 GiB, or with more columns than the loops have room for, does not fit; the largest heads do", () => {
	const fits = (dtype: StoredType, ...shape: number[]) => MatrixPasses.fits({ dtype, shape });
	expect(fits("BF16", 128_256, 16_384)).toBe(true);
	expect(fits("F32", 128_256, 16_384)).toBe(false);
	expect(fits("F32", 1, 300_000_000)).toBe(false);
});

test("what is read before leaves no trace: a larger matrix, with values that are not finite", async () => {
	const passes = new MatrixPasses();
	const wild = new Float32Array(300 * 50).fill(Number.NaN);
	await passes.read(stored(new Uint8Array(wild.buffer), [300, 50], "F32"));
	passes.squaredColumns();
	const values = scrambled(6 * 5);
	await passes.read(stored(new Uint8Array(values.buffer), [6, 5], "F32"));
	const fresh = await opened(values, 6, 5);
	const v = Float64Array.of(1, -2, 3, 4, 5);
	expect(passes.gram(v)).toEqual(fresh.gram(v));
	expect(passes.gram(v).every(Number.isFinite)).toBe(true);
});

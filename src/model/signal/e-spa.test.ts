import fc from "fast-check";
import { expect, test } from "vitest";
import { eSpa } from "./e-spa.ts";
import { espaGammas, gammaSteps } from "./schedule.ts";

const layersOf = (count: number, gammaL: number) => gammaSteps(espaGammas(count, gammaL)).map(eSpa);

/** Compares row by row with what is printed, to 1e-9: the lower triangle row by row. */
function expectPrinted(matrix: Float64Array, printed: readonly number[][]): void {
	for (const [i, row] of printed.entries())
		for (const [j, value] of row.entries())
			expect(Math.abs(matrix[i * printed.length + j]! - value)).toBeLessThan(1e-9);
}

test("three layers to γ_L = 0.2 have the specification's A, D and B at five tokens, to 1e-9 (T9)", () => {
	const layers = layersOf(3, 0.2);
	const d = 0.8311551308;
	expectPrinted(layers[0]!.matrix(5), [
		[1],
		[0.5560405998, d],
		[0.3091811486, 0.4621559974, d],
		[0.1719172713, 0.256977498, 0.4621559974, d],
		[0.0955929827, 0.1428899221, 0.256977498, 0.4621559974, d],
	]);
	expectPrinted(layers[1]!.matrix(5), [
		[1],
		[0.2608718821, d],
		[0.1886176437, 0.1387923343, d],
		[0.136375815, 0.1003507272, 0.1387923343, d],
		[0.0986035163, 0.0725563735, 0.1003507272, 0.1387923343, d],
	]);
	expectPrinted(layers[2]!.matrix(5), [
		[1],
		[0.2177824213, d],
		[0.1783051658, 0.0795439344, d],
		[0.1459839227, 0.0651250653, 0.0795439344, d],
		[0.119521527, 0.0533198938, 0.0651250653, 0.0795439344, d],
	]);
	const rescalings = [
		[1, 1.3871957305, 1.6024922768, 1.7222058975, 1.788771531],
		[1, 1.0920270129, 1.1585651088, 1.2066740073, 1.2414580821],
		[1, 1.0489375521, 1.089004231, 1.1218080531, 1.1486655512],
	];
	for (const [l, printed] of rescalings.entries())
		for (const [i, value] of layers[l]!.rescaling(5).entries())
			expect(Math.abs(value - printed[i]!)).toBeLessThan(1e-9);
	const biases: [number, number[]][] = [
		[0, [-1.6453880227, -1.2434128785, -0.6564989123]],
		[1, [-1.8152156263, -2.1219587249, -0.3321210862]],
		[2, [-2.2628596602, -3.0700466545, -2.8700466545, -2.6700466545, -0.3235397003]],
	];
	for (const [l, printed] of biases) {
		const row = layers[l]!.biasRow(printed.length - 1);
		expect(row).toHaveLength(printed.length);
		for (const [j, value] of row.entries()) expect(Math.abs(value - printed[j]!)).toBeLessThan(1e-9);
	}
});

test("D at token 511 of 36 layers to γ_L = 0.005 is as printed to 1e-9, and so is its limit (T9, T12)", () => {
	const layers = layersOf(36, 0.005);
	for (const [l, printed] of [
		[1, 1.4357477766],
		[18, 1.070082895],
		[36, 1.0613240332],
	] as const)
		expect(Math.abs(layers[l - 1]!.rowSum(511) - printed)).toBeLessThan(1e-9);
	expect(Math.abs(layers[35]!.rowSumLimit - 1.066489772)).toBeLessThan(1e-9);
});

test("D rises from 1 to its limit √((1+b)(1−a) / ((1+a)(1−b))), which late tokens reach to 1e-10 (T12)", () => {
	for (const { gammaIn, gammaOut } of gammaSteps(espaGammas(12, 0.02))) {
		const layer = eSpa({ gammaIn, gammaOut });
		const [a, b] = [Math.exp(-gammaIn), Math.exp(-gammaOut)];
		expect(Math.abs(layer.rowSumLimit - Math.sqrt(((1 + b) * (1 - a)) / ((1 + a) * (1 - b))))).toBeLessThan(
			1e-12,
		);
		const sums = layer.rescaling(400);
		expect(sums[0]).toBe(1);
		for (let i = 1; i < sums.length; i++) expect(sums[i]!).toBeGreaterThanOrEqual(sums[i - 1]! - 1e-14);
		expect(Math.abs(layer.rowSum(2000) - layer.rowSumLimit)).toBeLessThan(1e-10);
	}
});

test("every layer of a schedule has the diagonal α_L^(1/L) after token 0, to 1e-14 (T7)", () => {
	const alpha = Math.sqrt(-Math.expm1(-2 * 0.005));
	for (const layer of layersOf(36, 0.005)) {
		const matrix = layer.matrix(9);
		expect(matrix[0]).toBe(1);
		for (let i = 1; i < 9; i++) expect(Math.abs(matrix[i * 10]! - alpha ** (1 / 36))).toBeLessThan(1e-14);
	}
});

test("at 2048 tokens the first layer's bias is finite in float32, where the logarithm of its weights is not (T6)", () => {
	const [layer] = layersOf(36, 0.005);
	const bias = Float32Array.from(layer!.bias(2048));
	expect(bias.every(Number.isFinite)).toBe(true);
	const lost = Float32Array.from(layer!.biasRow(2047), (value) => Math.log(Math.fround(Math.exp(value))));
	expect(lost.filter((value) => value === Number.NEGATIVE_INFINITY).length).toBeGreaterThan(1900);
});

test("at 512 tokens the smallest logarithm of a weight of the first layer is −540.3, to 0.05 (T6)", () => {
	const { lnFirst, lnOff, slope, lnDiagonal } = layersOf(36, 0.005)[0]!;
	expect(Math.abs(lnOff - slope * 509 + 540.3)).toBeLessThan(0.05);
	expect(lnFirst).toBeCloseTo(-slope, 14);
	expect(lnDiagonal).toBeCloseTo(Math.log(0.9379767814), 9);
});

/** A decay from 1e-4 to about 20, as many small as large. */
const gamma = fc.double({ min: -9, max: 3, noNaN: true }).map(Math.exp);

test("A is non-negative and D at least 1 for all 0 < γ_out ≤ γ_in, infinite γ_in included (T4, T12)", () => {
	fc.assert(
		fc.property(
			fc.oneof({ arbitrary: gamma, weight: 9 }, fc.constant(Number.POSITIVE_INFINITY)),
			gamma,
			fc.integer({ min: 1, max: 40 }),
			(first, second, length) => {
				const layer = eSpa({ gammaIn: Math.max(first, second), gammaOut: Math.min(first, second) });
				expect(layer.matrix(length).every((value) => value >= 0)).toBe(true);
				expect(layer.rescaling(length).every((value) => value >= 1 - 1e-14)).toBe(true);
			},
		),
	);
});

test("from a kernel to the same one A is the identity, exactly, and its bias −∞ below the diagonal", () => {
	const layer = eSpa({ gammaIn: 0.3, gammaOut: 0.3 });
	expect(Array.from(layer.matrix(3))).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
	expect(Array.from(layer.rescaling(3))).toEqual([1, 1, 1]);
	const never = Number.NEGATIVE_INFINITY;
	expect(Array.from(layer.bias(3))).toEqual([0, 0, 0, never, 0, 0, never, never, 0]);
});

test("decays that differ in their last bits make weights, not NaN", () => {
	for (let n = 1; n < 2000; n++) {
		const gammaOut = n * 5e-4;
		const layer = eSpa({ gammaIn: gammaOut * (1 + Number.EPSILON), gammaOut });
		expect(layer.matrix(3).every((value) => value >= 0 && value <= 1)).toBe(true);
	}
});

test("a step that would make weights negative is refused, and the message names it", () => {
	expect(() => eSpa({ gammaIn: 0.1, gammaOut: 0.2 })).toThrow(
		"Expected `gammaOut` to be at most `gammaIn` (0.1), got 0.2. Weights would be negative",
	);
	expect(() => eSpa({ gammaIn: 1, gammaOut: 0 })).toThrow("Expected `gammaOut` to be above 0, got 0");
	expect(() => eSpa({ gammaIn: Number.NaN, gammaOut: 1 })).toThrow(
		"Expected `gammaIn` to be above 0, got NaN",
	);
	expect(() => eSpa({ gammaIn: Number.POSITIVE_INFINITY, gammaOut: Number.POSITIVE_INFINITY })).toThrow(
		"Expected `gammaOut` to be finite",
	);
});

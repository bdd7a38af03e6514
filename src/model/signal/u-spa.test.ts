import fc from "fast-check";
import { expect, test } from "vitest";
import { rhoSteps, uspaRhos } from "./schedule.ts";
import { uSpa } from "./u-spa.ts";

const layersOf = (count: number, rhoL: number) => rhoSteps(uspaRhos(count, rhoL)).map(uSpa);

function expectPrinted(matrix: Float64Array, printed: readonly number[][], first = 0): void {
	for (const [n, row] of printed.entries())
		for (const [j, value] of row.entries())
			expect(Math.abs(matrix[(first + n) * 5 + j]! - value)).toBeLessThan(1e-9);
}

test("three layers to ρ_L = 0.8 have the specification's A and D at five tokens, to 1e-9 (T9)", () => {
	const layers = layersOf(3, 0.8);
	const first = [0.4151964524, 0.266901041, 0.1972777499, 0.1566106532, 0.8324243707];
	expectPrinted(layers[0]!.matrix(5), [first], 4);
	expectPrinted(layers[1]!.matrix(5), [
		[1],
		[0.3143335936, 0.8277315836],
		[0.288452859, 0.0953373377, 0.7947279544],
		[0.2779008914, 0.08478537, 0.0483222341, 0.7823720854],
		[0.2725586971, 0.0794431758, 0.0429800399, 0.0295549255, 0.7763682147],
	]);
	expectPrinted(layers[2]!.matrix(5), [
		[1],
		[0.275702934, 0.7967982263],
		[0.2583609651, 0.0455144283, 0.7776391811],
		[0.2527668669, 0.0399203302, 0.0200207998, 0.7717140862],
		[0.2502644322, 0.0374178955, 0.0175183651, 0.0114134487, 0.7691085714],
	]);
	const rescalings = [
		[1, 1.3249282293, 1.5517961425, 1.7264037137, 1.8684102672],
		[1, 1.1420651773, 1.1785181511, 1.1933805809, 1.200905053],
		[1, 1.0725011603, 1.0815145745, 1.0844220831, 1.0857227129],
	];
	for (const [l, printed] of rescalings.entries())
		for (const [i, value] of layers[l]!.rescaling(5).entries())
			expect(Math.abs(value - printed[i]!)).toBeLessThan(1e-9);
});

/** M_ij of dA/dρ = M A, in closed form (§3.2); x_k = 1 / (1 + kρ). */
function generator(rho: number, i: number, j: number): number {
	const x = (k: number) => 1 / (1 + k * rho);
	if (i < j) return 0;
	if (i === j) return (x(i - 1) * x(i) - 1 / (1 - rho)) / 2;
	return (x(i - 1) * x(i) + x(j - 1) * x(j)) / 2;
}

test("a small step is its generator: (A(ρ → ρ + h) − I) / h is M to 1e-5 at h = 1e-7 (T10)", () => {
	const h = 1e-7;
	const length = 24;
	for (const rho of [0, 0.1, 0.5, 0.8]) {
		const matrix = uSpa({ rhoIn: rho, rhoOut: rho + h }).matrix(length);
		for (let i = 0; i < length; i++)
			for (let j = 0; j < length; j++) {
				const quotient = (matrix[i * length + j]! - (i === j ? 1 : 0)) / h;
				expect(Math.abs(quotient - generator(rho, i, j))).toBeLessThan(1e-5);
			}
	}
});

test("A is non-negative and D at least 1 for all 0 ≤ ρ_in ≤ ρ_out < 1 (T4, T12)", () => {
	const rho = fc.double({ min: 0, max: 0.999, noNaN: true });
	fc.assert(
		fc.property(rho, rho, fc.integer({ min: 1, max: 40 }), (first, second, length) => {
			const layer = uSpa({ rhoIn: Math.min(first, second), rhoOut: Math.max(first, second) });
			expect(layer.matrix(length).every((value) => value >= 0)).toBe(true);
			expect(layer.rescaling(length).every((value) => value >= 1 - 1e-12)).toBe(true);
		}),
	);
});

test("between any two of sixteen cosines from 0 to 0.975, 48 tokens, every weight is above 1e-7 (T4)", () => {
	let least = 1;
	for (let from = 0; from < 16; from++)
		for (let to = from + 1; to < 16; to++) {
			const matrix = uSpa({ rhoIn: from * 0.065, rhoOut: to * 0.065 }).matrix(48);
			least = Math.min(least, ...matrix.filter((_, at) => at % 48 <= Math.floor(at / 48)));
		}
	expect(least).toBeGreaterThan(1e-7);
});

test("the diagonal tends to √((1−ρ_out) / (1−ρ_in)), the same in every layer of a schedule (T7)", () => {
	const factor = 0.2 ** (1 / 24);
	for (const [l, layer] of layersOf(12, 0.8).entries()) {
		const own = Math.exp(layer.biasRow(999)[999]!) * layer.rescaling(1000)[999]!;
		// As 1/T from the identity, and as 1/T² from any other kernel.
		expect(Math.abs(own - factor)).toBeLessThan(l === 0 ? 6e-4 : 4e-6);
	}
});

test("36 layers at 2048 tokens have finite biases in float32, and weights of 3e-9 at the least (T6)", () => {
	const layers = layersOf(36, 0.8);
	for (const layer of [layers[0]!, layers[17]!, layers[35]!])
		expect(Float32Array.from(layer.biasRow(2047)).every(Number.isFinite)).toBe(true);
	expect(Math.exp(Math.min(...layers[35]!.biasRow(2047)))).toBeCloseTo(3.34e-9, 10);
});

test("from a kernel to the same one A is the identity to 1e-15, its zeros exact", () => {
	const matrix = uSpa({ rhoIn: 0.6, rhoOut: 0.6 }).matrix(8);
	for (const [at, value] of matrix.entries())
		if (at % 9 === 0) expect(Math.abs(value - 1)).toBeLessThan(1e-15);
		else expect(value).toBe(0);
});

test("a step that would make weights negative is refused, and the message names it", () => {
	expect(() => uSpa({ rhoIn: 0.5, rhoOut: 0.4 })).toThrow(
		"Expected `rhoOut` to be at least `rhoIn` (0.5), got 0.4. Weights would be negative",
	);
	expect(() => uSpa({ rhoIn: -0.1, rhoOut: 0.4 })).toThrow("Expected `rhoIn` to be in [0, 1), got -0.1");
	expect(() => uSpa({ rhoIn: 0.1, rhoOut: 1 })).toThrow("Expected `rhoOut` to be in [0, 1), got 1");
});

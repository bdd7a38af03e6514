import fc from "fast-check";
import { inverse, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { product } from "./layer.ts";
import { espaGammas, rhoSteps, uspaRhos } from "./schedule.ts";
import { spaLayers } from "./spa.ts";
import { choleskyFactor, type TargetKernel, targetKernel } from "./target-kernel.ts";

const largestDifference = (a: Float64Array, b: Float64Array): number =>
	a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

const transpose = (a: Float64Array, n: number): Float64Array =>
	a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]!);

/** L_out L_in⁻¹ by a numeric inverse. */
function fromFactors(input: TargetKernel, output: TargetKernel, length: number): Float64Array {
	const factor = (target: TargetKernel) =>
		Matrix.from1DArray(length, length, Array.from(choleskyFactor(target, length)));
	return Float64Array.from(
		factor(output)
			.mmul(inverse(factor(input)))
			.to1DArray(),
	);
}

const gammas = espaGammas(36, 0.005);
const rhos = uspaRhos(36, 0.8);
/** Both paths of 36 layers as published: layers, and the targets before and after each. */
const paths = [
	{
		name: "E-SPA",
		layers: spaLayers({ kind: "e-spa", layers: 36 }),
		targets: Array.from(gammas, (gamma): TargetKernel => ({ kernel: "exponential", gamma })),
		tolerance: 1e-12,
	},
	{
		name: "U-SPA",
		layers: spaLayers({ kind: "u-spa", layers: 36 }),
		targets: Array.from(rhos, (rho): TargetKernel => ({ kernel: "uniform", rho })),
		tolerance: 1e-10,
	},
] as const;

for (const { name, layers, targets, tolerance } of paths) {
	test(`${name}: the closed form of A is L_l L_(l−1)⁻¹ to 1e-10 in every layer (T2)`, () => {
		for (const [l, layer] of layers.entries())
			expect(largestDifference(layer.matrix(48), fromFactors(targets[l]!, targets[l + 1]!, 48))).toBeLessThan(
				1e-10,
			);
	});

	test(`${name}: after each of 36 layers the kernel of 64 tokens is its target, to ${tolerance} (T3)`, () => {
		const length = 64;
		let whole = choleskyFactor(targets[0]!, length);
		for (const [l, layer] of layers.entries()) {
			whole = product(layer.matrix(length), whole, length, length);
			const kernel = product(whole, transpose(whole, length), length, length);
			expect(largestDifference(kernel, targetKernel(targets[l + 1]!, length))).toBeLessThan(tolerance);
		}
		expect(largestDifference(whole, choleskyFactor(targets.at(-1)!, length))).toBeLessThan(tolerance);
	});

	test(`${name}: D times the softmax of the masked bias is A, to 1e-12 (T5)`, () => {
		const length = 64;
		for (const layer of layers)
			expect(
				largestDifference(
					attention(layer.bias(length), layer.rescaling(length), length),
					layer.matrix(length),
				),
			).toBeLessThan(1e-12);
	});

	test(`${name}: what belongs to 20 tokens is, exactly, the beginning of what belongs to 64 (T8)`, () => {
		for (const layer of [layers[0]!, layers[17]!, layers[35]!]) {
			expect(layer.rescaling(64).slice(0, 20)).toEqual(layer.rescaling(20));
			for (const part of ["matrix", "weights", "bias"] as const) {
				const [short, long] = [layer[part](20), layer[part](64)];
				for (let i = 0; i < 20; i++)
					expect(long.slice(64 * i, 64 * i + 20)).toEqual(short.slice(20 * i, 20 * i + 20));
			}
		}
	});

	test(`${name}: A x in O(T) is the dense product to 1e-12, for one column and for five (T11)`, () => {
		for (const width of [1, 5])
			for (const [l, layer] of layers.entries()) {
				const x = stream(l, "x").normal(64 * width);
				const dense = product(layer.matrix(64), x, 64, width);
				expect(largestDifference(layer.apply(x, width), dense)).toBeLessThan(1e-12);
			}
	});

	test(`${name}: D are the row sums of A to 1e-13, and nothing is clamped (T12)`, () => {
		for (const layer of layers) {
			const sums = product(layer.matrix(64), new Float64Array(64).fill(1), 64, 1);
			expect(largestDifference(layer.rescaling(64), sums)).toBeLessThan(1e-13);
			expect(layer.clamped(64)).toBe(0);
		}
	});

	test(`${name}: a row for decoding is the row of the whole bias, and weights are its powers, to 1e-15`, () => {
		for (const layer of layers) {
			expect(layer.biasRow(30)).toEqual(layer.bias(64).slice(64 * 30, 64 * 30 + 31));
			const row = layer.weights(64).slice(64 * 30, 64 * 30 + 31);
			expect(largestDifference(row, layer.biasRow(30).map(Math.exp))).toBeLessThan(1e-15);
		}
	});

	test(`${name}: in the other direction, from more alike to less, some weight is negative (T4)`, () => {
		for (const l of [1, 12, 35])
			expect(Math.min(...fromFactors(targets[l + 1]!, targets[l]!, 24))).toBeLessThan(-1e-4);
	});
}

/** diag(D) softmax(bias), with positions after a row's own masked. */
function attention(bias: Float64Array, rescaling: Float64Array, length: number): Float64Array {
	const out = new Float64Array(length * length);
	for (let i = 0; i < length; i++) {
		const powers = bias.subarray(i * length, i * length + i + 1).map(Math.exp);
		const total = powers.reduce((sum, value) => sum + value, 0);
		for (const [j, power] of powers.entries()) out[i * length + j] = (rescaling[i]! * power) / total;
	}
	return out;
}

test("three tokens suffice for a negative weight wherever kernels become less alike by more than 1 % (T4)", () => {
	const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
	const decay = fc.double({ min: -6, max: 2, noNaN: true }).map(Math.exp);
	fc.assert(
		fc.property(share, share, (first, second) => {
			const [low, high] = [Math.min(first, second), Math.max(first, second)];
			fc.pre(high > 1.01 * low);
			const rising = fromFactors({ kernel: "uniform", rho: high }, { kernel: "uniform", rho: low }, 3);
			expect(Math.min(...rising)).toBeLessThan(0);
		}),
	);
	fc.assert(
		fc.property(decay, decay, (first, second) => {
			const [low, high] = [Math.min(first, second), Math.max(first, second)];
			fc.pre(high > 1.01 * low);
			const narrowing = fromFactors(
				{ kernel: "exponential", gamma: low },
				{ kernel: "exponential", gamma: high },
				3,
			);
			expect(Math.min(...narrowing)).toBeLessThan(0);
		}),
	);
});

test("dividing columns by D, as both published implementations do, makes another attention: 0.121 off in A", () => {
	const length = 64;
	const layer = spaLayers({ kind: "e-spa", layers: 12 })[0]!;
	const matrix = layer.matrix(length);
	const rescaling = layer.rescaling(length);
	const divided = (by: (i: number, j: number) => number) =>
		matrix.map((value, at) => {
			const [i, j] = [Math.floor(at / length), at % length];
			return i < j ? 0 : Math.log(value / rescaling[by(i, j)]!);
		});
	const error = (bias: Float64Array) =>
		largestDifference(attention(bias, rescaling, length), layer.matrix(length));
	expect(error(divided((_, j) => j))).toBeCloseTo(0.121, 3);
	expect(error(divided((i) => i))).toBeLessThan(1e-12);
});

test("softmax does not see a shift of a row: ln A serves as well as ln P, with the same D, to 1e-12", () => {
	const layer = spaLayers({ kind: "u-spa", layers: 6 })[0]!;
	const logs = layer.matrix(32).map((value) => (value > 0 ? Math.log(value) : 0));
	expect(largestDifference(attention(logs, layer.rescaling(32), 32), layer.matrix(32))).toBeLessThan(1e-12);
});

test("E-SPA cannot begin at a uniform kernel: weights of −0.007, −0.025 and −0.057 for r = 0.005, 0.02, 0.05", () => {
	const gamma = espaGammas(36, 0.005)[1]!;
	for (const [rho, printed] of [
		[0.005, -0.007],
		[0.02, -0.025],
		[0.05, -0.057],
	] as const) {
		const first = fromFactors({ kernel: "uniform", rho }, { kernel: "exponential", gamma }, 64);
		expect(Math.min(...first)).toBeCloseTo(printed, 3);
	}
});

test("U-SPA that begins at ρ_0 = r is exact for tokens alike with the share r, to 1e-12", () => {
	const length = 48;
	const r = 0.124;
	let whole = choleskyFactor({ kernel: "uniform", rho: r }, length);
	const path = rhoSteps(uspaRhos(12, 0.8, r));
	for (const [l, layer] of spaLayers({ kind: "u-spa", layers: 12, start: r }).entries()) {
		whole = product(layer.matrix(length), whole, length, length);
		const kernel = product(whole, transpose(whole, length), length, length);
		const target = targetKernel({ kernel: "uniform", rho: path[l]!.rhoOut }, length);
		expect(largestDifference(kernel, target)).toBeLessThan(1e-12);
	}
});

test("U-SPA that knows of its leaky ReLUs ends at ρ_L = 0.8 after 24 blocks, to 3e-13, with no weight negative", () => {
	const a = 0.61413917; // C_f(0) = 0.5 over 24 of them
	const cMap = (c: number) =>
		c + ((1 - a) ** 2 / (Math.PI * (1 + a * a))) * (Math.sqrt(1 - c * c) - c * Math.acos(c));
	const length = 48;
	let kernel = targetKernel({ kernel: "uniform", rho: 0 }, length);
	for (const layer of spaLayers({ kind: "u-spa", layers: 24, cMap })) {
		const matrix = layer.matrix(length);
		expect(matrix.every((value) => value >= 0)).toBe(true);
		const mixed = product(product(matrix, kernel, length, length), transpose(matrix, length), length, length);
		kernel = mixed.map((value, at) => {
			const [i, j] = [Math.floor(at / length), at % length];
			const norms = Math.sqrt(mixed[i * length + i]! * mixed[j * length + j]!);
			return i === j ? value : norms * cMap(value / norms);
		});
	}
	expect(largestDifference(kernel, targetKernel({ kernel: "uniform", rho: 0.8 }, length))).toBeLessThan(
		3e-13,
	);
});

test("rows that are none are refused, and the message says how many numbers came", () => {
	const layer = spaLayers({ kind: "e-spa", layers: 2 })[0]!;
	expect(() => layer.apply(new Float64Array(7), 3)).toThrow("rows of `width` 3, got 7 numbers");
	expect(() => layer.apply(new Float64Array(6), 0)).toThrow("`width` to be a positive integer, got 0");
	expect(() => layer.matrix(0)).toThrow("`length` to be a positive integer, got 0");
});

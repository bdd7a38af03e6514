import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { bidirectionalESpa, bidirectionalUSpa } from "./bidirectional.ts";
import { exponentialPower } from "./exponential-root.ts";
import { product, type SpaLayer } from "./layer.ts";
import { espaGammas, gammaSteps, rhoSteps, uspaRhos } from "./schedule.ts";
import { spaLayers } from "./spa.ts";
import { targetKernel } from "./target-kernel.ts";

const largestDifference = (a: Float64Array, b: Float64Array): number =>
	a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

/** The symmetric power of the uniform kernel, by a numeric eigendecomposition. */
function uniformPower(rho: number, length: number, power: number): Float64Array {
	const kernel = Matrix.from1DArray(
		length,
		length,
		Array.from(targetKernel({ kernel: "uniform", rho }, length)),
	);
	const { eigenvectorMatrix: v, realEigenvalues } = new EigenvalueDecomposition(kernel, {
		assumeSymmetric: true,
	});
	const scaled = v.mmul(Matrix.diag(realEigenvalues.map((value) => value ** power)));
	return Float64Array.from(scaled.mmul(v.transpose()).to1DArray());
}

/** The product of all layers at a length, the last leftmost. */
const whole = (layers: readonly SpaLayer[], length: number): Float64Array =>
	layers.reduce(
		(done, layer) => product(layer.matrix(length), done, length, length),
		targetKernel({ kernel: "uniform", rho: 0 }, length),
	);

test("E-SPA: 36 layers multiply to the symmetric root of the last kernel, to 1e-11 at 96 tokens (T13)", () => {
	const layers = spaLayers({ kind: "e-spa", layers: 36, mask: "bidirectional" });
	expect(largestDifference(whole(layers, 96), exponentialPower(0.005, 96, 1 / 2))).toBeLessThan(1e-11);
});

test("U-SPA: 12 layers multiply to the symmetric root of the last kernel, to 1e-13 at 96 tokens (T13)", () => {
	const layers = spaLayers({ kind: "u-spa", layers: 12, mask: "bidirectional" });
	expect(largestDifference(whole(layers, 96), uniformPower(0.8, 96, 1 / 2))).toBeLessThan(1e-13);
});

test("E-SPA: no weight of the published schedules is below −1e-12, and what is clamped below 5e-14 (T13)", () => {
	for (const [layers, length] of [
		[6, 196],
		[12, 64],
		[36, 96],
	] as const)
		for (const layer of gammaSteps(espaGammas(layers, 0.005)).map(bidirectionalESpa)) {
			expect(layer.matrix(length).reduce((least, value) => Math.min(least, value))).toBeGreaterThan(-1e-12);
			expect(layer.clamped(length)).toBeLessThan(length * Number.EPSILON + 5e-14);
		}
});

test("E-SPA: nor is a weight below −1e-13 for any of 400 pairs of decays from 0.0001 to 8, up to 33 tokens (T13)", () => {
	for (const length of [2, 3, 5, 8, 33])
		for (const gammaIn of [Number.POSITIVE_INFINITY, 8, 4, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.01])
			for (const share of [0.999, 0.99, 0.9, 0.7, 0.5, 0.2, 0.05, 0.01]) {
				const gammaOut = share * Math.min(gammaIn, 8);
				const matrix = bidirectionalESpa({ gammaIn, gammaOut }).matrix(length);
				expect(Math.min(...matrix)).toBeGreaterThan(-1e-13);
			}
});

test("E-SPA: the first layer at 196 tokens is clamped, and its bias finite, from −31 up, for it", () => {
	const layer = spaLayers({ kind: "e-spa", layers: 36, mask: "bidirectional" })[0]!;
	expect(layer.clamped(196)).toBeGreaterThan(0);
	const bias = layer.bias(196);
	expect(bias.every(Number.isFinite)).toBe(true);
	expect(Math.min(...bias)).toBeGreaterThan(-32);
	// At 8 tokens every weight is well above round-off.
	expect(layer.clamped(8)).toBe(0);
});

test("U-SPA: the closed form is Σ_out^½ Σ_in^−½ to 1e-13, positive, its D the same everywhere", () => {
	const length = 40;
	for (const { rhoIn, rhoOut } of rhoSteps(uspaRhos(6, 0.8, 0.05))) {
		const layer = bidirectionalUSpa({ rhoIn, rhoOut });
		const matrix = layer.matrix(length);
		const numeric = product(
			uniformPower(rhoOut, length, 1 / 2),
			uniformPower(rhoIn, length, -1 / 2),
			length,
			length,
		);
		expect(largestDifference(matrix, numeric)).toBeLessThan(1e-13);
		expect(Math.min(...matrix)).toBeGreaterThan(1e-4);
		expect(new Set(layer.rescaling(length)).size).toBe(1);
		expect(layer.clamped(length)).toBe(0);
	}
});

const steps = [
	["E-SPA", bidirectionalESpa({ gammaIn: 0.6, gammaOut: 0.3 })],
	["U-SPA", bidirectionalUSpa({ rhoIn: 0.2, rhoOut: 0.4 })],
] as const;

for (const [name, layer] of steps) {
	test(`${name}: D times the softmax of the bias, nothing masked, is A, to 1e-12 (T5)`, () => {
		const length = 32;
		const powers = layer.bias(length).map(Math.exp);
		const totals = product(powers, new Float64Array(length).fill(1), length, 1);
		const rescaling = layer.rescaling(length);
		const made = powers.map((value, at) => {
			const i = Math.floor(at / length);
			return (rescaling[i]! * value) / totals[i]!;
		});
		expect(largestDifference(made, layer.matrix(length))).toBeLessThan(1e-12);
		expect(largestDifference(layer.weights(length), powers)).toBeLessThan(1e-15);
		for (const total of totals) expect(Math.abs(total - 1)).toBeLessThan(1e-12);
	});

	test(`${name}: A x is the dense product to 1e-13`, () => {
		const x = stream(1, "x").normal(32 * 3);
		expect(largestDifference(layer.apply(x, 3), product(layer.matrix(32), x, 32, 3))).toBeLessThan(1e-13);
	});
}

test("a step in the wrong direction is refused here too", () => {
	expect(() => bidirectionalESpa({ gammaIn: 0.1, gammaOut: 0.2 })).toThrow("`gammaOut` to be at most");
	expect(() => bidirectionalUSpa({ rhoIn: 0.3, rhoOut: 0.2 })).toThrow("`rhoOut` to be at least");
});

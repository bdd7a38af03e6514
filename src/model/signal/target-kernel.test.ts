import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { choleskyFactor, columnNorms, type TargetKernel, targetKernel } from "./target-kernel.ts";

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
	Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

const square = (values: Float64Array, length: number): Matrix =>
	Matrix.from1DArray(length, length, Array.from(values));

test("both closed forms of L are the Cholesky factors of their kernels to 1e-12, up to 128 tokens (T1)", () => {
	const targets: TargetKernel[] = [
		...[0.005, 0.05, 0.2, 1, 5].map((gamma) => ({ kernel: "exponential", gamma }) as const),
		...[0, 0.02, 0.3, 0.8, 0.97].map((rho) => ({ kernel: "uniform", rho }) as const),
	];
	for (const target of targets)
		for (const length of [1, 2, 17, 128]) {
			const kernel = square(targetKernel(target, length), length);
			const numeric = new CholeskyDecomposition(kernel).lowerTriangularMatrix.to1DArray();
			expect(largestDifference(choleskyFactor(target, length), numeric)).toBeLessThan(1e-12);
		}
});

test("an infinite decay and a cosine of 0 are the identity, exactly", () => {
	const identity = Matrix.eye(6).to1DArray();
	for (const target of [
		{ kernel: "exponential", gamma: Number.POSITIVE_INFINITY },
		{ kernel: "uniform", rho: 0 },
	] as const) {
		expect(Array.from(targetKernel(target, 6))).toEqual(identity);
		expect(Array.from(choleskyFactor(target, 6))).toEqual(identity);
	}
});

test("columns of L have a mean squared norm of 1 to 1e-12, and token 0 by far the most (§3.3)", () => {
	const length = 128;
	const norms = (target: TargetKernel) => columnNorms(choleskyFactor(target, length), length);
	const exponential = norms({ kernel: "exponential", gamma: 0.005 });
	const uniform = norms({ kernel: "uniform", rho: 0.8 });
	for (const all of [exponential, uniform])
		expect(Math.abs(all.reduce((sum, value) => sum + value, 0) / length - 1)).toBeLessThan(1e-12);
	expect(exponential[0]).toBeCloseTo(72.6, 1);
	expect(exponential[1]).toBeCloseTo(0.72, 2);
	expect(exponential[127]).toBeCloseTo(0.01, 2);
	for (const [j, printed] of [82.3, 9.3, 3.7, 2.1].entries()) expect(uniform[j]).toBeCloseTo(printed, 1);
	expect(uniform[127]).toBeCloseTo(0.2, 1);
});

test("a kernel that is none is refused, and the message names what was given", () => {
	expect(() => targetKernel({ kernel: "exponential", gamma: 0 }, 4)).toThrow("`gamma` to be above 0, got 0");
	expect(() => choleskyFactor({ kernel: "uniform", rho: 1 }, 4)).toThrow("`rho` to be in [0, 1), got 1");
	expect(() => targetKernel({ kernel: "uniform", rho: 0.5 }, 0)).toThrow("`length` to be a positive integer");
});

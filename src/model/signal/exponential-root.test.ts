import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { exponentialPower } from "./exponential-root.ts";
import { product } from "./layer.ts";
import { targetKernel } from "./target-kernel.ts";

const largestDifference = (a: Float64Array, b: Float64Array): number =>
	a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

const kernelOf = (gamma: number, length: number) => targetKernel({ kernel: "exponential", gamma }, length);

test("the square root squared is the kernel to 1e-13, and times the inverse root the identity to 1e-12", () => {
	for (const length of [1, 2, 3, 20, 129, 196])
		for (const gamma of [30, 2, 0.5, 0.05, 0.005, 1e-4]) {
			const root = exponentialPower(gamma, length, 1 / 2);
			const inverse = exponentialPower(gamma, length, -1 / 2);
			expect(largestDifference(product(root, root, length, length), kernelOf(gamma, length))).toBeLessThan(
				1e-13,
			);
			const identity = kernelOf(Number.POSITIVE_INFINITY, length);
			expect(largestDifference(product(root, inverse, length, length), identity)).toBeLessThan(1e-12);
		}
});

test("the square root is symmetric, exactly, and that of a numeric eigendecomposition, to 1e-12", () => {
	const length = 48;
	for (const gamma of [1, 0.1, 0.005]) {
		const kernel = Matrix.from1DArray(length, length, Array.from(kernelOf(gamma, length)));
		const { eigenvectorMatrix: v, realEigenvalues } = new EigenvalueDecomposition(kernel, {
			assumeSymmetric: true,
		});
		const root = exponentialPower(gamma, length, 1 / 2);
		const numeric = v.mmul(Matrix.diag(realEigenvalues.map(Math.sqrt))).mmul(v.transpose());
		expect(largestDifference(root, Float64Array.from(numeric.to1DArray()))).toBeLessThan(1e-12);
		for (let i = 0; i < length; i++)
			for (let j = 0; j < i; j++) expect(root[i * length + j]).toBe(root[j * length + i]);
	}
});

test("the inverse is tridiagonal, as the idea of the file has it, to 1e-11", () => {
	const [gamma, length] = [0.3, 12];
	const inverse = exponentialPower(gamma, length, -1);
	const b = Math.exp(-gamma);
	const expected = inverse.map((_, at) => {
		const [i, j] = [Math.floor(at / length), at % length];
		const corner = i === 0 || i === length - 1;
		const entry = i === j ? 1 + (corner ? 0 : b * b) : Math.abs(i - j) === 1 ? -b : 0;
		return entry / (1 - b * b);
	});
	expect(largestDifference(inverse, expected)).toBeLessThan(1e-11);
});

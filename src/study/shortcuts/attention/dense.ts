/** Dense matrices [n, n], row by row: the slow ways, independent of the closed forms, that these are held against. */
import { CholeskyDecomposition, inverse, Matrix } from "ml-matrix";
import { product, type SpaLayer } from "../../../model/signal/layer.ts";
import { type TargetKernel, targetKernel } from "../../../model/signal/target-kernel.ts";

export const largestDifference = (a: Float64Array, b: Float64Array): number =>
	a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

export const transpose = (a: Float64Array, n: number): Float64Array =>
	a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]!);

/** A Σ Aᵀ. */
export const transported = (A: Float64Array, kernel: Float64Array, n: number): Float64Array =>
	product(product(A, kernel, n, n), transpose(A, n), n, n);

/** The Cholesky factor of a target kernel, by elimination. */
export function numericFactor(target: TargetKernel, n: number): Matrix {
	const kernel = Matrix.from1DArray(n, n, Array.from(targetKernel(target, n)));
	return new CholeskyDecomposition(kernel).lowerTriangularMatrix;
}

/** L_out L_in⁻¹ by elimination: what the closed form of a layer should be. */
export const numericLayer = (input: TargetKernel, output: TargetKernel, n: number): Float64Array =>
	Float64Array.from(
		numericFactor(output, n)
			.mmul(inverse(numericFactor(input, n)))
			.to1DArray(),
	);

/** The least of the entries that a causal mask leaves. */
export const leastVisible = (A: Float64Array, n: number): number =>
	A.reduce((least, value, at) => (at % n <= Math.floor(at / n) ? Math.min(least, value) : least), 1);

/** diag(D) softmax(B), positions after a row's own masked. */
export function maskedAttention(bias: Float64Array, rescaling: Float64Array, n: number): Float64Array {
	const A = new Float64Array(n * n);
	for (let i = 0; i < n; i++) {
		const powers = bias.subarray(i * n, i * n + i + 1).map(Math.exp);
		const total = powers.reduce((sum, value) => sum + value, 0);
		for (const [j, power] of powers.entries()) A[i * n + j] = (rescaling[i]! * power) / total;
	}
	return A;
}

/**
 * What both published implementations of E-SPA make of a layer: they divide A by its row sums along the wrong axis,
 * `A / A.sum(1)`, which scales column j by 1/D_j in the place of row i by 1/D_i. The logarithm is the bias, and softmax
 * puts the rows, but not the columns, right.
 */
export function columnsDivided(layer: SpaLayer, n: number): Float64Array {
	const rescaling = layer.rescaling(n);
	const bias = layer
		.matrix(n)
		.map((value, at) => (at % n <= Math.floor(at / n) ? Math.log(value / rescaling[at % n]!) : 0));
	return maskedAttention(bias, rescaling, n);
}

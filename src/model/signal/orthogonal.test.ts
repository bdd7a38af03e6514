import { Matrix, QrDecomposition } from "ml-matrix";
import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { haar, scaledOrthogonal } from "./orthogonal.ts";

const sizes = [
	[8, 8],
	[5, 12],
	[12, 5],
	[1, 6],
	[6, 1],
] as const;
const matrix = (values: Float64Array, rows: number, columns: number) =>
	Matrix.from1DArray(rows, columns, values);
const furthest = (a: Matrix, b: Matrix) => Matrix.sub(a, b).abs().max();

test("rows or columns, whichever are fewer, are orthonormal to 1e-14", () => {
	for (const [rows, columns] of [...sizes, [96, 96] as const, [160, 40] as const]) {
		const Q = matrix(haar(stream(1, "haar"), rows, columns), rows, columns);
		const gram = rows <= columns ? Q.mmul(Q.transpose()) : Q.transpose().mmul(Q);
		expect(furthest(gram, Matrix.eye(Math.min(rows, columns)))).toBeLessThan(1e-14);
	}
});

test("it is the Q of the QR factorisation of the stream's numbers, its signs put right by diag R (1e-12)", () => {
	for (const [rows, columns] of sizes) {
		const G = matrix(stream(2, "haar").normal(rows * columns), rows, columns);
		const tall = rows >= columns ? G : G.transpose();
		const { orthogonalMatrix, upperTriangularMatrix } = new QrDecomposition(tall);
		const signs = Matrix.diag(upperTriangularMatrix.diagonal().map(Math.sign));
		const Q = orthogonalMatrix.mmul(signs);
		// Square matrices are made by rows: the factorisation of the transpose.
		const square = rows === columns;
		const expected = rows > columns ? Q : square ? factor(G.transpose()).transpose() : Q.transpose();
		expect(furthest(matrix(haar(stream(2, "haar"), rows, columns), rows, columns), expected)).toBeLessThan(
			1e-12,
		);
	}
});

/** The orthogonal factor whose R has a positive diagonal. */
function factor(G: Matrix): Matrix {
	const { orthogonalMatrix, upperTriangularMatrix } = new QrDecomposition(G);
	return orthogonalMatrix.mmul(Matrix.diag(upperTriangularMatrix.diagonal().map(Math.sign)));
}

test("Haar's moments over 4000 matrices of size 4: E tr Q = 0, E (tr Q)² = 1, E tr Q² = 1, E Q_ij⁴ = 3/(n(n + 2)); 4 standard errors", () => {
	const [n, count] = [4, 4000];
	const samples: Record<string, number[]> = { trace: [], traceSquare: [], squareTrace: [], fourth: [] };
	for (let i = 0; i < count; i++) {
		const Q = matrix(haar(stream(i, "moments"), n, n), n, n);
		samples["trace"]!.push(Q.trace());
		samples["traceSquare"]!.push(Q.trace() ** 2);
		samples["squareTrace"]!.push(Q.mmul(Q).trace());
		samples["fourth"]!.push(Q.get(2, 1) ** 4);
	}
	const expected = { trace: 0, traceSquare: 1, squareTrace: 1, fourth: 3 / (n * (n + 2)) };
	for (const [name, value] of Object.entries(expected)) {
		const xs = samples[name]!;
		const mean = xs.reduce((sum, x) => sum + x, 0) / count;
		const variance = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
		expect(Math.abs(mean - value)).toBeLessThan(4 * Math.sqrt(variance / count));
	}
});

test("signs left to Householder's habit are not uniform: its first entries are all negative or all positive", () => {
	const first = Array.from({ length: 50 }, (_, i) => {
		const G = matrix(stream(i, "habit").normal(16), 4, 4);
		const { orthogonalMatrix } = new QrDecomposition(G);
		return Math.sign(orthogonalMatrix.get(0, 0));
	});
	expect(new Set(first).size).toBe(1);
	const right = Array.from({ length: 50 }, (_, i) => Math.sign(haar(stream(i, "habit"), 4, 4)[0]!));
	expect(new Set(right)).toEqual(new Set([1, -1]));
});

test("scaled: Wx has the mean square of x, exactly (1e-14) into more dimensions, and on average into fewer", () => {
	const meanSquare = (x: readonly number[]) => x.reduce((sum, y) => sum + y * y, 0) / x.length;
	const ratio = (out: number, into: number, seed: number) => {
		const W = matrix(scaledOrthogonal(stream(seed, "w"), out, into), out, into);
		const x = Array.from(stream(seed, "x").normal(into));
		return meanSquare(W.mmul(Matrix.columnVector(x)).getColumn(0)) / meanSquare(x);
	};
	for (const out of [16, 17, 64]) expect(Math.abs(ratio(out, 16, 1) - 1)).toBeLessThan(1e-14);
	const narrow = Array.from({ length: 2000 }, (_, seed) => ratio(4, 16, seed));
	// |Px|²/|x|² is Beta(2, 6) times 4: a deviation of 0.58, of the mean 0.013.
	expect(Math.abs(narrow.reduce((sum, x) => sum + x, 0) / 2000 - 1)).toBeLessThan(0.05);
});

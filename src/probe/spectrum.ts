/**
 * The largest singular value of a matrix W from products WᵀWv alone: power iteration that keeps what it has seen
 * (Lanczos 1950, with every new vector made orthogonal to all before).
 *
 * Power iteration gains a factor (σ₂/σ₁)² a pass over W, which for a random matrix is next to nothing; Lanczos finds the
 * best vector of the whole space that the passes span. Both need one pass an iteration.
 */
import { stream } from "../engine/random.ts";

/** An iteration ends when ‖WᵀWv − σ²v‖ / σ² is no more: σ is then right to half of it, and as a rule to its square. */
export const spectrumTolerance = 1e-5;

/** Most passes over W. */
export const mostIterations = 300;

/** Vectors that are kept; then it begins again with the best. */
const basisLength = 60;

export interface LeadingPair {
	/** σ². */
	readonly squared: number;
	/** The right singular vector, of length 1. */
	readonly vector: Float64Array;
	readonly iterations: number;
	/** ‖WᵀWv − σ²v‖ / σ². */
	readonly residual: number;
}

/** WᵀWv, in an array of its own. */
export type Multiply = (v: Float64Array) => Float64Array | Promise<Float64Array>;

/**
 * Of a matrix with n columns. It begins with a fixed vector of random numbers, and mostly
 * with `near` where it is given: the vector of the same matrix a little earlier. Undefined if W is zero or not finite.
 */
export async function leadingPair(
	multiply: Multiply,
	n: number,
	near?: Float64Array,
): Promise<LeadingPair | undefined> {
	let vector: Float64Array = unit(stream(0, "spectrum").normal(n));
	// A little of everything stays in it: the leading vector may have become another.
	if (near) vector = unit(near.map((value, i) => value + 0.05 * vector[i]!));
	let iterations = 0;
	for (;;) {
		const found = await lanczos(multiply, vector, Math.min(basisLength, mostIterations - iterations));
		if (!found) return undefined;
		iterations += found.iterations;
		vector = found.vector;
		if (found.residual <= spectrumTolerance || iterations >= mostIterations) return { ...found, iterations };
	}
}

async function lanczos(
	multiply: Multiply,
	start: Float64Array,
	length: number,
): Promise<LeadingPair | undefined> {
	const basis = [start];
	const diagonal: number[] = [];
	const beside: number[] = [];
	for (;;) {
		const w = await multiply(basis.at(-1)!);
		diagonal.push(dot(w, basis.at(-1)!));
		for (const v of basis) addTo(w, v, -dot(w, v));
		const next = Math.sqrt(dot(w, w));
		const { value, vector: mix } = largestOfTridiagonal(diagonal, beside);
		if (!(value > 0 && Number.isFinite(value))) return undefined;
		const residual = (next * Math.abs(mix.at(-1)!)) / value;
		if (residual <= spectrumTolerance || basis.length === length) {
			const vector = new Float64Array(start.length);
			basis.forEach((v, i) => {
				addTo(vector, v, mix[i]!);
			});
			return { squared: value, vector: unit(vector), iterations: basis.length, residual };
		}
		beside.push(next);
		basis.push(w.map((x) => x / next));
	}
}

/**
 * Largest eigenvalue of a symmetric tridiagonal matrix, and its vector. Above it every pivot of T − λ is negative: it is
 * found by bisection, and the vector from the pivots, last element first.
 */
function largestOfTridiagonal(diagonal: readonly number[], beside: readonly number[]) {
	const pivots = new Float64Array(diagonal.length);
	const isAbove = (value: number): boolean => {
		for (let i = 0; i < pivots.length; i++) {
			const pivot = diagonal[i]! - value - (i > 0 ? beside[i - 1]! ** 2 / pivots[i - 1]! : 0);
			if (!(pivot < 0)) return false;
			pivots[i] = pivot;
		}
		return true;
	};
	let low = Math.max(...diagonal);
	let high = Math.max(...diagonal.map((d, i) => d + (beside[i] ?? 0) + (beside[i - 1] ?? 0)));
	high += 1e-14 * Math.abs(high);
	for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2)
		if (isAbove(middle)) high = middle;
		else low = middle;
	isAbove(high);
	const vector = new Float64Array(diagonal.length).fill(1);
	for (let i = vector.length - 2; i >= 0; i--) vector[i] = (-beside[i]! * vector[i + 1]!) / pivots[i]!;
	return { value: high, vector: unit(vector) };
}

function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
	return sum;
}

function addTo(target: Float64Array, v: Float64Array, factor: number): void {
	for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * v[i]!;
}

function unit(v: Float64Array): Float64Array {
	const largest = v.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
	const scaled = v.map((x) => x / largest);
	const norm = Math.sqrt(dot(scaled, scaled)) || 1;
	return scaled.map((x) => x / norm);
}

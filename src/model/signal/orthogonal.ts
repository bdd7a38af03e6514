/**
 * Orthogonal matrices at random. An orthogonal weight keeps all products of states exactly, XWᵀWXᵀ = XXᵀ, at any width;
 * one of independent normal entries keeps them on average only.
 *
 * G = QR with G of independent normal entries and a positive diagonal of R makes Q uniform: that factorisation is
 * unique, and G as likely as OG for every orthogonal O, so Q is as likely as OQ (Haar's measure; Mezzadri 2007). A
 * routine that leaves the signs of R to chance or habit needs them put right; Gram and Schmidt divide by lengths, which
 * are positive.
 */
import type { RandomStream } from "../../engine/random.ts";

/**
 * Uniformly random [rows, columns], row-major: orthonormal rows or, where there are more rows than columns, orthonormal
 * columns; a square one is orthogonal. Takes the stream's first rows·columns normal numbers. Orthonormal to 1e-14.
 */
export function haar(random: RandomStream, rows: number, columns: number): Float64Array {
	const values = random.normal(rows * columns);
	const wide = rows <= columns;
	const vectors = wide
		? Array.from({ length: rows }, (_, i) => values.subarray(i * columns, (i + 1) * columns))
		: Array.from({ length: columns }, (_, j) =>
				Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]!),
			);
	orthonormalise(vectors);
	return wide ? values : values.map((_, k) => vectors[k % columns]![Math.floor(k / columns)]!);
}

/**
 * Scale-corrected uniform orthogonal weight [out, in] (SUO; Martens et al. 2021): Haar's times max(1, √(out / in)), so
 * that y = Wx has the mean square of x: exactly for out ≥ in, in the mean over W for out < in.
 */
export function scaledOrthogonal(random: RandomStream, out: number, into: number): Float64Array {
	const scale = Math.max(1, Math.sqrt(out / into));
	return haar(random, out, into).map((x) => scale * x);
}

/**
 * Gram-Schmidt in place, each vector twice over: once leaves errors where vectors are nearly dependent. The first time
 * is right-looking, each finished vector taken out of all later ones, four of which share its reading.
 */
function orthonormalise(vectors: readonly Float64Array[]): void {
	for (const [i, v] of vectors.entries()) {
		for (const u of vectors.slice(0, i)) takeOut(u, v);
		const norm = Math.sqrt(dot(v, v));
		for (let k = 0; k < v.length; k++) v[k]! /= norm;
		let next = i + 1;
		for (; next + 4 <= vectors.length; next += 4)
			takeOutOfFour(v, vectors[next]!, vectors[next + 1]!, vectors[next + 2]!, vectors[next + 3]!);
		for (const w of vectors.slice(next)) takeOut(v, w);
	}
}

/** v − (u·v)u in place, |u| = 1. */
function takeOut(u: Float64Array, v: Float64Array): void {
	const along = dot(u, v);
	for (let k = 0; k < v.length; k++) v[k]! -= along * u[k]!;
}

/** The same of four vectors at twice the speed: one sum would wait for itself at every term. */
function takeOutOfFour(
	u: Float64Array,
	a: Float64Array,
	b: Float64Array,
	c: Float64Array,
	d: Float64Array,
): void {
	let alongA = 0;
	let alongB = 0;
	let alongC = 0;
	let alongD = 0;
	for (let k = 0; k < u.length; k++) {
		alongA += a[k]! * u[k]!;
		alongB += b[k]! * u[k]!;
		alongC += c[k]! * u[k]!;
		alongD += d[k]! * u[k]!;
	}
	for (let k = 0; k < u.length; k++) {
		a[k]! -= alongA * u[k]!;
		b[k]! -= alongB * u[k]!;
		c[k]! -= alongC * u[k]!;
		d[k]! -= alongD * u[k]!;
	}
}

function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
	return sum;
}

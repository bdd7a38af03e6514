/**
 * The three loops in which a flow spends its time. Each works on four numbers or four pairs at once, so that what is read
 * serves four multiplications and no sum waits for another; the order is fixed, so results are too.
 */
import type { PairList } from "./word-pairs.ts";

/** Σ x[i + r] y[j + r] over `length` numbers. */
export function dot(x: Float64Array, i: number, y: Float64Array, j: number, length: number): number {
	let [a, b, c, d] = [0, 0, 0, 0];
	let r = 0;
	for (; r + 3 < length; r += 4) {
		a += x[i + r]! * y[j + r]!;
		b += x[i + r + 1]! * y[j + r + 1]!;
		c += x[i + r + 2]! * y[j + r + 2]!;
		d += x[i + r + 3]! * y[j + r + 3]!;
	}
	for (; r < length; r++) a += x[i + r]! * y[j + r]!;
	return a + b + (c + d);
}

/** The product of each pair's vectors, [pairs]: those of keys lie from `key` on, those of queries from `query` on. */
export function dotPairs(
	{ starts, partners, numbers }: PairList,
	state: Float64Array,
	key: number,
	query: number,
	width: number,
	products: Float64Array,
): void {
	for (let word = 0; word + 1 < starts.length; word++) {
		const from = key + word * width;
		const end = starts[word + 1]!;
		let p = starts[word]!;
		for (; p + 3 < end; p += 4) {
			const q0 = query + partners[p]! * width;
			const q1 = query + partners[p + 1]! * width;
			const q2 = query + partners[p + 2]! * width;
			const q3 = query + partners[p + 3]! * width;
			let [s0, s1, s2, s3] = [0, 0, 0, 0];
			for (let r = 0; r < width; r++) {
				const x = state[from + r]!;
				s0 += x * state[q0 + r]!;
				s1 += x * state[q1 + r]!;
				s2 += x * state[q2 + r]!;
				s3 += x * state[q3 + r]!;
			}
			products[numbers[p]!] = s0;
			products[numbers[p + 1]!] = s1;
			products[numbers[p + 2]!] = s2;
			products[numbers[p + 3]!] = s3;
		}
		for (; p < end; p++) products[numbers[p]!] = dot(state, from, state, query + partners[p]! * width, width);
	}
}

/** Adds to each word's vector in `out`, from `to` on, its partners' in `state`, from `from` on, as the pairs weigh them. */
export function gatherPairs(
	{ starts, partners, numbers }: PairList,
	weights: Float64Array,
	state: Float64Array,
	from: number,
	width: number,
	out: Float64Array,
	to: number,
): void {
	for (let word = 0; word + 1 < starts.length; word++) {
		const at = to + word * width;
		const end = starts[word + 1]!;
		let p = starts[word]!;
		for (; p + 3 < end; p += 4) {
			const q0 = from + partners[p]! * width;
			const q1 = from + partners[p + 1]! * width;
			const q2 = from + partners[p + 2]! * width;
			const q3 = from + partners[p + 3]! * width;
			const w0 = weights[numbers[p]!]!;
			const w1 = weights[numbers[p + 1]!]!;
			const w2 = weights[numbers[p + 2]!]!;
			const w3 = weights[numbers[p + 3]!]!;
			for (let r = 0; r < width; r++)
				out[at + r]! +=
					w0 * state[q0 + r]! + w1 * state[q1 + r]! + (w2 * state[q2 + r]! + w3 * state[q3 + r]!);
		}
		for (; p < end; p++) {
			const q = from + partners[p]! * width;
			const weight = weights[numbers[p]!]!;
			for (let r = 0; r < width; r++) out[at + r]! += weight * state[q + r]!;
		}
	}
}

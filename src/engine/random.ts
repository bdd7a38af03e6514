/**
 * Random numbers as a pure function of a seed, a purpose and a position.
 *
 * Nothing is "drawn": a stream is an endless fixed sequence, and any stretch of it can be asked for at any time. A
 * resumed run therefore replays nothing, a measurement disturbs nothing, and every device sees the same numbers.
 *
 *     (seed, purpose) --hash--> key, upper half of the counter        position --> lower half of the counter
 *                                            Philox4x32-10 (counter, key) --> 128 random bits
 *
 * Philox4x32-10 is the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3" (SC 2011). The hash is a CBC chain of the same function over the UTF-8 bytes of the purpose.
 */
import { UserError } from "../error.ts";

/**
 * One endless sequence per kind of number. All kinds are made of the same bits: use one kind a stream. `offset` is
 * the position of the first number in the sequence, default 0, so `uniform(3, 5)` is `uniform(8).slice(5)`.
 */
export interface RandomStream {
	/** Numbers in [0, 1), multiples of 2^-53. */
	uniform(n: number, offset?: number): Float64Array;
	/** Standard normal numbers, by the method of Box and Muller; |x| < 8.6. */
	normal(n: number, offset?: number): Float64Array;
	/** Integers in [0, bound), bound <= 2^31; their probabilities differ by less than 2^-53. */
	integers(n: number, bound: number, offset?: number): Int32Array;
	/** The numbers 0..n-1 in random order (Fisher-Yates). Give each permutation a stream of its own. */
	permutation(n: number): Int32Array;
}

/** `x`·`m` >>> 32 of two unsigned 32-bit numbers, by 16-bit halves; no intermediate sum exceeds 32 bits. */
function multiplyHigh(x: number, m: number): number {
	const xl = x & 0xffff;
	const xh = x >>> 16;
	const ml = m & 0xffff;
	const mh = m >>> 16;
	const t = (Math.imul(xh, ml) + (Math.imul(xl, ml) >>> 16)) | 0;
	const u = ((t & 0xffff) + Math.imul(xl, mh)) | 0;
	return (Math.imul(xh, mh) + (t >>> 16) + (u >>> 16)) | 0;
}

/** One block of Philox4x32-10: encrypts the counter (c0..c3) under the key (k0, k1) into the four words of `out`. */
export function philox4x32(
	c0: number,
	c1: number,
	c2: number,
	c3: number,
	k0: number,
	k1: number,
	out: Uint32Array,
): void {
	for (let round = 0; round < 10; round++) {
		const high0 = multiplyHigh(c0, 0xd2511f53);
		const high1 = multiplyHigh(c2, 0xcd9e8d57);
		const low0 = Math.imul(c0, 0xd2511f53);
		const low1 = Math.imul(c2, 0xcd9e8d57);
		c0 = high1 ^ c1 ^ k0;
		c1 = low1;
		c2 = high0 ^ c3 ^ k1;
		c3 = low0;
		k0 = (k0 + 0x9e3779b9) | 0;
		k1 = (k1 + 0xbb67ae85) | 0;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

/** The 128 bits that name a stream. The length of the purpose goes first, so that no purpose is a prefix of another. */
function hash(seed: number, purpose: string): Uint32Array {
	const text = new TextEncoder().encode(purpose);
	const bytes = new Uint8Array(16 * (1 + Math.ceil(text.length / 16)));
	bytes.set(text, 16);
	const words = new DataView(bytes.buffer);
	words.setUint32(0, text.length, true);
	const state = new Uint32Array(4);
	for (let at = 0; at < bytes.length; at += 16) {
		const [c0, c1, c2, c3] = state.map((word, i) => word ^ words.getUint32(at + 4 * i, true));
		philox4x32(c0!, c1!, c2!, c3!, seed >>> 0, Math.floor(seed / 2 ** 32), state);
	}
	return state;
}

/**
 * The random stream of a purpose, such as `"init/blocks.0.attn.q.weight"`. Streams of different seeds or purposes are
 * independent. Throws UserError unless the seed is an integer from 0 to 2^53 - 1.
 */
export function stream(seed: number, purpose: string): RandomStream {
	if (!Number.isSafeInteger(seed) || seed < 0)
		throw new UserError(
			`Expected \`seed\` to be an integer from 0 to 2^53 - 1, got ${seed}. Choose another seed.`,
		);
	const [k0, k1, c2, c3] = hash(seed, purpose) as unknown as [number, number, number, number];

	/** Each block of four words makes the numbers at positions 2i and 2i + 1 out of two uniform ones. */
	function fill<T extends Float64Array | Int32Array>(
		values: T,
		offset: number,
		first: (u: number, v: number) => number,
		second: (u: number, v: number) => number,
	): T {
		const words = new Uint32Array(4);
		const end = offset + values.length;
		for (let position = offset - (offset % 2); position < end; position += 2) {
			const block = position / 2;
			philox4x32(block, Math.floor(block / 2 ** 32), c2, c3, k0, k1, words);
			const u = ((words[0]! >>> 5) * 2 ** 26 + (words[1]! >>> 6)) * 2 ** -53;
			const v = ((words[2]! >>> 5) * 2 ** 26 + (words[3]! >>> 6)) * 2 ** -53;
			if (position >= offset) values[position - offset] = first(u, v);
			if (position + 1 < end) values[position + 1 - offset] = second(u, v);
		}
		return values;
	}

	const uniform = (n: number, offset = 0) =>
		fill(
			new Float64Array(n),
			offset,
			(u) => u,
			(_, v) => v,
		);

	return {
		uniform,
		// 1 - u lies in (0, 1]: its logarithm is finite.
		normal: (n, offset = 0) =>
			fill(
				new Float64Array(n),
				offset,
				(u, v) => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v),
				(u, v) => Math.sqrt(-2 * Math.log(1 - u)) * Math.sin(2 * Math.PI * v),
			),
		integers: (n, bound, offset = 0) =>
			fill(
				new Int32Array(n),
				offset,
				(u) => Math.floor(u * bound),
				(_, v) => Math.floor(v * bound),
			),
		permutation(n) {
			const order = Int32Array.from({ length: n }, (_, i) => i);
			const draws = uniform(n);
			for (let i = n - 1; i > 0; i--) {
				const j = Math.floor(draws[i]! * (i + 1));
				[order[i], order[j]] = [order[j]!, order[i]!];
			}
			return order;
		},
	};
}

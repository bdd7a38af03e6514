import fc from "fast-check";
import { expect, test } from "vitest";
import { byteSizes, type StoredType } from "../checkpoint/stored-type.ts";
import { widen } from "../checkpoint/widen.ts";
import { chunkLength, noTotals, TensorSums, type Totals } from "./tensor-sums.ts";
import { type Held, ValueMemory } from "./value-memory.ts";

const about = (dtype: StoredType) => ({ name: "w", file: "f", dtype });

/** Noise that is the same every time; with `near`, that vector a little further on. */
function noise(length: number, seed: number, near?: Float32Array): Float32Array {
	let state = seed;
	return Float32Array.from({ length }, (_, i) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		const value = state / 2 ** 32 - 0.5;
		return near ? near[i]! + 0.01 * value : value;
	});
}

const bytesOf = (values: Float32Array | Float64Array | Uint16Array) => new Uint8Array(values.buffer.slice(0));

/** Sums of three tensors of any type, read in chunks of `chunk` elements. */
function sumsOf(
	stored: readonly { bytes: Uint8Array; dtype: StoredType }[],
	held: Held,
	chunk = chunkLength,
): Totals {
	const sums = new TensorSums(3);
	const totals = noTotals();
	const count = stored[0]!.bytes.length / byteSizes[stored[0]!.dtype];
	for (let begin = 0; begin < count; begin += chunk) {
		const length = Math.min(chunk, count - begin);
		for (const [slot, { bytes, dtype }] of stored.entries()) {
			const size = byteSizes[dtype];
			sums.room(slot, { dtype }, length, held).set(bytes.subarray(begin * size, (begin + length) * size));
			sums.settle(slot, about(dtype), length, held);
		}
		sums.add(totals, 0, 1, 2, length, held);
	}
	return totals;
}

test("sums agree with a plain loop in float64 to 1e-13, whatever the length", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(), (length, seed) => {
			const x = noise(length, seed);
			const [p, f] = [noise(length, seed + 1, x), noise(length, seed + 2)];
			const plain = (other: Float32Array | undefined) =>
				x.reduce((sum, value, i) => sum + (value - (other?.[i] ?? 0)) ** 2, 0);
			const totals = sumsOf(
				[x, p, f].map((values) => ({ bytes: bytesOf(values), dtype: "F32" })),
				"float32",
			);
			for (const [sum, expected] of [
				[totals.squared, plain(undefined)],
				[totals.squaredStep, plain(p)],
				[totals.squaredDistance, plain(f)],
			] as const)
				expect(Math.abs(sum - expected)).toBeLessThanOrEqual(1e-13 * expected);
			expect(totals.nonFinite).toBe(0);
		}),
		{ numRuns: 200 },
	);
});

test("no bit depends on the stored type or on the size of the chunks", () => {
	const length = chunkLength + 65_536 + 1234;
	const halves = [1, 2, 3].map((seed) => Uint16Array.from(noise(length, seed), (x) => 0x3f00 + 0x200 * x));
	const bf16 = halves.map((codes) => ({ bytes: bytesOf(codes), dtype: "BF16" as const }));
	const f32 = bf16.map(({ bytes }) => ({
		bytes: bytesOf(widen(bytes, about("BF16"))),
		dtype: "F32" as const,
	}));
	const f64 = bf16.map(({ bytes }) => ({
		bytes: bytesOf(Float64Array.from(widen(bytes, about("BF16")))),
		dtype: "F64" as const,
	}));
	const expected = sumsOf(f32, "float32");
	expect(expected.squaredStep).toBeGreaterThan(0);
	expect(sumsOf(bf16, "float32")).toEqual(expected);
	expect(sumsOf(bf16, "float64")).toEqual(expected);
	expect(sumsOf(f32, "float64")).toEqual(expected);
	expect(sumsOf(f64, "float64")).toEqual(expected);
	expect(sumsOf([f64[0]!, bf16[1]!, f32[2]!], "float64")).toEqual(expected);
	expect(sumsOf(f32, "float32", 65_536)).toEqual(expected);
	expect(sumsOf(bf16, "float32", 2 * 65_536)).toEqual(expected);
});

test("equal tensors are at distance 0, and a sum of small terms keeps them all", () => {
	const x = { bytes: bytesOf(noise(100_001, 1)), dtype: "F32" as const };
	expect(sumsOf([x, x, x], "float32")).toMatchObject({ squaredStep: 0, squaredDistance: 0 });
	// In float32, 2²⁴ ones and one more are 2²⁴.
	const ones = { bytes: bytesOf(new Float32Array(2 ** 24 + 1).fill(1)), dtype: "F32" as const };
	expect(sumsOf([ones, ones, ones], "float32").squared).toBe(2 ** 24 + 1);
});

test.each(["F16", "BF16", "F8_E5M2", "F8_E4M3"] as const)(
	"every code of %s becomes the value of its type",
	(dtype) => {
		const size = byteSizes[dtype];
		const codes = 256 ** size;
		const stored =
			size === 2
				? bytesOf(Uint16Array.from({ length: codes }, (_, i) => i))
				: Uint8Array.from({ length: codes }, (_, i) => i);
		const expected = widen(stored, about(dtype));
		const memory = new ValueMemory(codes * 8);
		for (const held of ["float32", "float64"] as const) {
			memory.room(0, { dtype }, codes, held).set(stored);
			memory.settle(0, about(dtype), codes, held);
			const values = new (held === "float32" ? Float32Array : Float64Array)(memory.buffer, 0, codes);
			expect(values.findIndex((value, i) => !Object.is(value, expected[i]))).toBe(-1);
		}
	},
);

test("values that are not finite are counted, and the sum is not finite", () => {
	const x = noise(70_000, 1);
	x.set([Number.NaN, Number.POSITIVE_INFINITY], 65_535);
	const stored = { bytes: bytesOf(x), dtype: "F32" as const };
	const totals = sumsOf([stored, stored, stored], "float32");
	expect(totals.nonFinite).toBe(2);
	expect(Number.isFinite(totals.squared)).toBe(false);
});

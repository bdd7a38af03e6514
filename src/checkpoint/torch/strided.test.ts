import fc from "fast-check";
import { expect, test } from "vitest";
import { readStrided } from "./strided.ts";
import { Storage, TensorView } from "./values.ts";

const values = Int16Array.from({ length: 40_000 }, (_, i) => i % 32_749);
const bytes = new Uint8Array(values.buffer);
const read = async (into: Uint8Array, begin: number) => {
	// A span may be read beyond the asked-for values, never beyond the storage.
	expect(begin + into.length).toBeLessThanOrEqual(bytes.length);
	into.set(bytes.subarray(begin, begin + into.length));
};

/** Row-major, one value after another, by the definition of strides. */
function definition(offset: number, shape: readonly number[], strides: readonly number[]): number[] {
	if (!shape.length) return [values[offset]!];
	const [size, ...inner] = shape;
	return Array.from({ length: size! }, (_, i) =>
		definition(offset + i * strides[0]!, inner, strides.slice(1)),
	).flat();
}

test("any range of any view is what the definition of strides says", async () => {
	const view = fc
		.array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 900 })), { maxLength: 5 })
		.filter((dims) => dims.reduce((sum, [size, stride]) => sum + (size - 1) * stride, 0) < 30_000);
	await fc.assert(
		fc.asyncProperty(
			view,
			fc.nat(9000),
			fc.double({ min: 0, max: 1, noNaN: true }),
			fc.double({ min: 0, max: 1, noNaN: true }),
			async (dims, offset, from, share) => {
				const [shape, strides] = [dims.map(([size]) => size), dims.map(([, stride]) => stride)];
				const expected = new Uint8Array(Int16Array.from(definition(offset, shape, strides)).buffer);
				const begin = Math.floor(from * expected.length);
				const part = new Uint8Array(Math.floor(share * (expected.length - begin)));
				const tensor = new TensorView(new Storage("I16", "0", values.length), "I16", offset, shape, strides);
				await readStrided(tensor, read, part, begin);
				expect(Buffer.from(part).equals(expected.subarray(begin, begin + part.length))).toBe(true);
			},
		),
		{ numRuns: 1000 },
	);
});

test("long rows of a slice are read by themselves: no byte between them", async () => {
	const tensor = new TensorView(new Storage("I16", "0", values.length), "I16", 5, [3, 4096], [10_000, 1]);
	let total = 0;
	const into = new Uint8Array(3 * 8192);
	await readStrided(
		tensor,
		async (part, begin) => {
			total += part.length;
			await read(part, begin);
		},
		into,
		0,
	);
	expect(total).toBe(into.length);
	expect([...new Int16Array(into.buffer)]).toEqual(definition(5, [3, 4096], [10_000, 1]));
});

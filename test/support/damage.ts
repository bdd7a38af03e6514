/** What failing disks, killed programs and wrong hands do to a file, for property tests. */
import fc from "fast-check";

/** A position in a file of any length. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const flip = fc.tuple(place, fc.nat(7)).map(([at, bit]) => (bytes: Buffer): Buffer => {
	const flipped = Buffer.from(bytes);
	if (bytes.length) flipped[Math.floor(at * bytes.length)]! ^= 1 << bit;
	return flipped;
});

const splice = fc
	.tuple(place, fc.oneof(fc.nat(9), fc.constant(Number.POSITIVE_INFINITY)), fc.uint8Array({ maxLength: 9 }))
	.map(([at, remove, insert]) => (bytes: Buffer): Buffer => {
		const begin = Math.floor(at * bytes.length);
		return Buffer.concat([bytes.subarray(0, begin), insert, bytes.subarray(begin + remove)]);
	});

/** A function from bytes to damaged bytes: one to three flipped bits, cuts, truncations and insertions. */
export const damage: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc
	.array(fc.oneof(flip, splice), { minLength: 1, maxLength: 3 })
	.map((steps) => (bytes) => steps.reduce((damaged, step) => step(damaged), bytes));

/**
 * Strided tensors read as if they were row-major: transposed, sliced or as they are.
 *
 * The trailing dimensions that lie end to end are one run of bytes. Where a run is long, each is read by itself, and
 * where it is short (a transposed matrix has runs of one value) the span that the asked-for part covers is read once
 * and its values are picked out: that is no more than the storage, whose bytes are in the file.
 */
import { byteSizes } from "../stored-type.ts";
import type { TensorView } from "./values.ts";

/** Reads bytes of the storage from `begin` on. */
type ReadStorage = (into: Uint8Array, begin: number) => Promise<void>;

const longRun = 2 ** 12;

/** Fills `into` with the tensor's bytes from `begin` on, row-major. */
export async function readStrided(
	{ dtype, offset, shape, strides }: TensorView,
	read: ReadStorage,
	into: Uint8Array,
	begin: number,
): Promise<void> {
	const width = byteSizes[dtype];
	const total = shape.reduce((a, b) => a * b, width);
	if (begin < 0 || begin + into.length > total)
		throw new RangeError(
			`Expected a range in the ${total} bytes of the tensor, got ${begin} + ${into.length}`,
		);
	if (!into.length) return;
	// How many values lie end to end, and how many dimensions are left outside of such a run.
	let [run, outer] = [1, shape.length];
	while (outer > 0 && (shape[outer - 1] === 1 || strides[outer - 1] === run)) run *= shape[--outer]!;
	/** The index of the run with this number, in each outer dimension. */
	const digitsOf = (index: number): number[] => {
		const digits = shape.slice(0, outer);
		for (let d = outer - 1, rest = index; d >= 0; d--) {
			digits[d] = rest % shape[d]!;
			rest = Math.floor(rest / shape[d]!);
		}
		return digits;
	};
	/** Where in the storage a run lies, in bytes. */
	const place = (digits: readonly number[]): number =>
		digits.reduce((at, digit, d) => at + digit * strides[d]!, offset) * width;
	const bytes = run * width;
	const [first, last] = [Math.floor(begin / bytes), Math.floor((begin + into.length - 1) / bytes)];
	if (bytes >= longRun || first === last) {
		for (let index = first; index <= last; index++) {
			const from = Math.max(index * bytes, begin);
			const to = Math.min((index + 1) * bytes, begin + into.length);
			await read(into.subarray(from - begin, to - begin), place(digitsOf(index)) + (from - index * bytes));
		}
		return;
	}
	// The first dimension in which the first and the last run differ; those after it are taken as seen whole.
	const [digits, ends] = [digitsOf(first), digitsOf(last)];
	const split = digits.findIndex((digit, d) => digit !== ends[d]);
	const bound = (digits: readonly number[], after: (d: number) => number) =>
		digits.reduce((at, digit, d) => at + (d <= split ? digit : after(d)) * strides[d]!, offset) * width;
	const low = bound(digits, () => 0);
	const span = new Uint8Array(bound(ends, (d) => shape[d]! - 1) + bytes - low);
	await read(span, low);
	let at = place(digits) - low;
	for (let index = first; index <= last; index++) {
		const from = Math.max(index * bytes, begin);
		const length = Math.min((index + 1) * bytes, begin + into.length) - from;
		const [source, target] = [at + from - index * bytes, from - begin];
		for (let i = 0; i < length; i++) into[target + i] = span[source + i]!;
		// The place of the next run, counted up: to divide for each would take longer than to copy.
		for (let d = outer - 1; d >= 0; d--) {
			at += strides[d]! * width;
			if (++digits[d]! < shape[d]!) break;
			at -= shape[d]! * strides[d]! * width;
			digits[d] = 0;
		}
	}
}

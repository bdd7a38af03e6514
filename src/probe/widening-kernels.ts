/** Loops that make float32 of float16 and bfloat16, and float64 of float32, 128 bits at a time. */
import { lanes, moduleOf, op, type WasmType } from "../engine/fuse/wasm.ts";
import {
	addInt,
	advance,
	and,
	equalInt,
	extendHigh,
	extendLow,
	or,
	promoteLow,
	shiftLeft,
	splatInt,
} from "./vector-code.ts";

const { simd } = op;

/**
 * `run(source, end of source, target)`: 16 bytes at the source become 32 at the target. The source may be the upper half
 * of the target: each vector is read before what it becomes reaches the next.
 */
function widening(halves: (part: "low" | "high") => number[], extra = 0): Uint8Array<ArrayBuffer> {
	const [source, end, target, low, high, input] = [0, 1, 2, 3, 4, 5];
	const body = [
		...op.get(source),
		...op.load,
		...op.set(input),
		...halves("low"),
		...op.set(low),
		...halves("high"),
		...op.set(high),
		...op.get(target),
		...op.get(low),
		...op.store,
		...op.get(target),
		...op.get(high),
		...op.storeAt(16),
		...advance(source, 16),
		...advance(target, 32),
	];
	const locals: WasmType[] = Array.from({ length: 3 + extra }, () => "v128");
	const more = [...op.get(source), ...op.get(end), ...op.i32LessUnsigned];
	return moduleOf(["i32", "i32", "i32"], locals, op.loop(body, more));
}

const input = 5;

/** bfloat16 is the upper half of a float32. */
export const fromBfloat16 = () =>
	widening((part) => [
		...op.get(input),
		...(part === "low" ? extendLow : extendHigh),
		...op.i32(16),
		...shiftLeft,
	]);

/** The exponent of float16 has bias 15, that of float32 127; infinities, NaN and subnormals are set right. */
export function fromFloat16(): Uint8Array<ArrayBuffer> {
	const [code, magnitude, exponent] = [6, 7, 8];
	return widening(
		(part) => [
			...op.get(input),
			...(part === "low" ? extendLow : extendHigh),
			...op.set(code),
			...op.get(code),
			...splatInt(0x7fff),
			...and,
			...op.i32(13),
			...shiftLeft,
			...op.set(magnitude),
			...op.get(magnitude),
			...splatInt(0x0f800000),
			...and,
			...op.set(exponent),
			// Subnormal: fraction · 2⁻²⁴ = (1 + fraction / 2¹⁰) · 2⁻¹⁴ − 2⁻¹⁴, exactly.
			...op.get(magnitude),
			...splatInt(113 << 23),
			...addInt,
			...splatInt(113 << 23),
			...simd(lanes.float32.sub),
			// Infinity and NaN, or a number.
			...op.get(magnitude),
			...splatInt(224 << 23),
			...addInt,
			...op.get(magnitude),
			...splatInt(112 << 23),
			...addInt,
			...op.get(exponent),
			...splatInt(0x0f800000),
			...equalInt,
			...op.select,
			...op.get(exponent),
			...splatInt(0),
			...equalInt,
			...op.select,
			// The sign.
			...op.get(code),
			...splatInt(0x8000),
			...and,
			...op.i32(16),
			...shiftLeft,
			...or,
		],
		3,
	);
}

const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15];
export const fromFloat32 = () =>
	widening((part) => [
		...op.get(input),
		...(part === "low" ? [] : [...op.get(input), ...simd(0x0d), ...upperHalf, ...upperHalf]),
		...promoteLow,
	]);

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../error.ts";
import type { StoredType } from "./stored-type.ts";
import { widen } from "./widen.ts";

const widened = (dtype: StoredType, bytes: Uint8Array) => widen(bytes, { name: "x", file: "f", dtype });
const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
const bytesOf = (values: ArrayBufferView) =>
	new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe("8-bit floating point", () => {
	// The corners of each format, from its definition: the least number, the least normal one, one, the largest.
	it.each<[StoredType, Record<number, number>]>([
		[
			"F8_E4M3",
			{
				0: 0,
				1: 2 ** -9,
				8: 2 ** -6,
				56: 1,
				57: 1.125,
				126: 448,
				127: Number.NaN,
				255: Number.NaN,
				254: -448,
			},
		],
		[
			"F8_E5M2",
			{
				0: 0,
				1: 2 ** -16,
				4: 2 ** -14,
				60: 1,
				61: 1.25,
				123: 57344,
				124: Infinity,
				125: Number.NaN,
				252: -Infinity,
			},
		],
		["F8_E4M3FNUZ", { 0: 0, 1: 2 ** -10, 8: 2 ** -7, 64: 1, 127: 240, 128: Number.NaN, 255: -240 }],
		["F8_E5M2FNUZ", { 0: 0, 1: 2 ** -17, 4: 2 ** -15, 64: 1, 127: 57344, 128: Number.NaN, 255: -57344 }],
		["F8_E8M0", { 0: 2 ** -127, 1: 2 ** -126, 127: 1, 254: 2 ** 127, 255: Number.NaN }],
	])("of type %s has the values of its definition", (dtype, known) => {
		const values = widened(dtype, codes);
		expect(values).toBeInstanceOf(Float32Array);
		for (const [code, value] of Object.entries(known)) expect(values[Number(code)]).toBe(value);
		// Positive numbers are ordered as their codes are.
		const positive = [...values.slice(0, dtype === "F8_E8M0" ? 255 : 128)].filter((x) => Number.isFinite(x));
		expect(positive).toEqual(positive.toSorted((a, b) => a - b));
		expect(new Set(positive).size).toBe(positive.length);
	});

	it("E5M2 is the upper half of a half-precision number, for every code", () => {
		const halves = Uint16Array.from(codes, (code) => code << 8);
		expect(widened("F8_E5M2", codes)).toEqual(widened("F16", bytesOf(halves)));
	});

	it("keeps the sign of zero where the format has one", () => {
		for (const dtype of ["F8_E4M3", "F8_E5M2"] as const)
			expect(widened(dtype, Uint8Array.of(128))[0]).toBe(-0);
	});
});

describe("integers", () => {
	it("come as float32 where it holds them all, otherwise as float64", () => {
		const cases: [StoredType, ArrayBufferView, Float32Array | Float64Array][] = [
			["BOOL", Uint8Array.of(0, 1, 7), Float32Array.of(0, 1, 1)],
			["U8", Uint8Array.of(0, 255), Float32Array.of(0, 255)],
			["I8", Int8Array.of(-128, 127), Float32Array.of(-128, 127)],
			["U16", Uint16Array.of(65535), Float32Array.of(65535)],
			["I16", Int16Array.of(-32768, 32767), Float32Array.of(-32768, 32767)],
			["U32", Uint32Array.of(2 ** 32 - 1), Float64Array.of(2 ** 32 - 1)],
			["I32", Int32Array.of(-(2 ** 31), 2 ** 31 - 1), Float64Array.of(-(2 ** 31), 2 ** 31 - 1)],
			["I64", BigInt64Array.of(-(2n ** 53n), 2n ** 53n), Float64Array.of(-(2 ** 53), 2 ** 53)],
			["U64", BigUint64Array.of(2n ** 64n - 1n), Float64Array.of(2 ** 64)],
		];
		for (const [dtype, stored, values] of cases) expect(widened(dtype, bytesOf(stored))).toEqual(values);
	});
});

it("64-bit integers are rounded to the nearest float64, as a BigInt is", () => {
	fc.assert(
		fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (integers) => {
			const signed = BigInt64Array.from(integers);
			expect(widened("I64", bytesOf(signed))).toEqual(Float64Array.from(signed, Number));
			const unsigned = new BigUint64Array(signed.buffer);
			expect(widened("U64", bytesOf(unsigned))).toEqual(Float64Array.from(unsigned, Number));
		}),
	);
});

it("float64 and float32 come bit for bit, from any place in a buffer", () => {
	const bytes = new Uint8Array(33);
	bytes.set(bytesOf(Float64Array.of(Math.PI, -0)), 1);
	expect(widened("F64", bytes.subarray(1, 17))).toEqual(Float64Array.of(Math.PI, -0));
	bytes.set(bytesOf(Float32Array.of(Math.PI, Number.NaN)), 1);
	expect(widened("F32", bytes.subarray(1, 9))).toEqual(Float32Array.of(Math.PI, Number.NaN));
});

it("complex numbers are refused, naming tensor and file", () => {
	expect(() => widened("C64", new Uint8Array(8))).toThrow(UserError);
	expect(() => widened("C64", new Uint8Array(8))).toThrow("tensor `x` of `f` to hold real numbers, got C64");
});

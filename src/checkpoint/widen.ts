/**
 * Stored bytes as numbers that a program can calculate with: float32 where it holds every value of the type exactly,
 * float64 otherwise.
 *
 * The small floating-point types have at most 65,536 values, which are computed once and looked up.
 * (F8_E5M2 and F8_E4M3: Micikevicius et al. 2022; their FNUZ forms, with one NaN in place of −0: Noune et al. 2022;
 * F8_E8M0: the scales of the OCP microscaling formats 2023.)
 */
import { UserError } from "../error.ts";
import { byteSizes } from "./stored-type.ts";
import type { StoredTensor } from "./weights.ts";

/**
 * The values of little-endian `bytes`, of the type of `tensor`: Float64Array for F64, I64, U64, I32 and U32, otherwise
 * Float32Array. Integers beyond ±2⁵³ are rounded to the nearest float64; any BOOL but 0 is 1. F32 and F64 are viewed in
 * place where they are aligned. Throws UserError for complex numbers, naming tensor and file.
 */
export function widen(
	bytes: Uint8Array,
	tensor: Pick<StoredTensor, "name" | "file" | "dtype">,
): Float32Array | Float64Array {
	const { dtype } = tensor;
	if (dtype === "C64")
		throw new UserError(
			`Expected tensor \`${tensor.name}\` of \`${tensor.file}\` to hold real numbers, got ${dtype}. Convert it first.`,
		);
	const size = byteSizes[dtype];
	const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
	const view = [aligned.buffer, aligned.byteOffset, Math.floor(bytes.length / size)] as const;
	switch (dtype) {
		case "F64":
			return new Float64Array(...view);
		case "F32":
			return new Float32Array(...view);
		case "BF16":
			return widenBfloat16(new Uint16Array(...view));
		case "I8":
			return new Float32Array(new Int8Array(...view));
		case "U8":
			return new Float32Array(bytes);
		case "BOOL":
			return Float32Array.from(bytes, (x) => (x ? 1 : 0));
		case "I16":
			return new Float32Array(new Int16Array(...view));
		case "U16":
			return new Float32Array(new Uint16Array(...view));
		case "I32":
			return new Float64Array(new Int32Array(...view));
		case "U32":
			return new Float64Array(new Uint32Array(...view));
		case "I64":
			return widenLong(aligned, (high) => high | 0);
		case "U64":
			return widenLong(aligned, (high) => high);
		case "F16":
			return lookUp(new Uint16Array(...view), tableOf(dtype));
		default:
			return lookUp(bytes, tableOf(dtype));
	}
}

/** Two halves of 32 bits, the lower first: their sum is rounded once, so to the nearest. (BigInts are 30 times slower.) */
function widenLong(bytes: Uint8Array, signed: (high: number) => number): Float64Array {
	const halves = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 8) * 2);
	const values = new Float64Array(halves.length / 2);
	for (let i = 0; i < values.length; i++) values[i] = signed(halves[2 * i + 1]!) * 2 ** 32 + halves[2 * i]!;
	return values;
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array): Float32Array {
	const bits = new Uint32Array(halves.length);
	for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16;
	return new Float32Array(bits.buffer);
}

function lookUp(codes: Uint8Array | Uint16Array, table: Float32Array): Float32Array {
	const values = new Float32Array(codes.length);
	for (let i = 0; i < values.length; i++) values[i] = table[codes[i]!]!;
	return values;
}

/** Of each type, the value of a code. */
const decoders = {
	F16: signed(5, 10, 15, "ieee"),
	F8_E5M2: signed(5, 2, 15, "ieee"),
	F8_E4M3: signed(4, 3, 7, "finite"),
	F8_E5M2FNUZ: signed(5, 2, 16, "unsigned zero"),
	F8_E4M3FNUZ: signed(4, 3, 8, "unsigned zero"),
	F8_E8M0: (code: number) => (code === 255 ? Number.NaN : 2 ** (code - 127)),
};

const tables = new Map<string, Float32Array>();

function tableOf(dtype: keyof typeof decoders): Float32Array {
	let table = tables.get(dtype);
	if (!table) {
		table = Float32Array.from({ length: 256 ** byteSizes[dtype] }, (_, code) => decoders[dtype](code));
		tables.set(dtype, table);
	}
	return table;
}

/**
 * Sign, exponent and fraction. What the largest exponent means: "ieee", infinity and NaN; "finite", numbers, but NaN for
 * the largest fraction; "unsigned zero", numbers, and NaN is what would be −0.
 */
function signed(
	exponentBits: number,
	fractionBits: number,
	bias: number,
	special: "ieee" | "finite" | "unsigned zero",
): (code: number) => number {
	const [one, largest, minus] = [
		2 ** fractionBits,
		2 ** exponentBits - 1,
		2 ** (exponentBits + fractionBits),
	];
	return (code) => {
		const [exponent, fraction] = [(code >>> fractionBits) & largest, code & (one - 1)];
		const sign = code >= minus ? -1 : 1;
		if (special === "unsigned zero" && code === minus) return Number.NaN;
		if (special === "finite" && exponent === largest && fraction === one - 1) return Number.NaN;
		if (special === "ieee" && exponent === largest)
			return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
		const magnitude = exponent ? one + fraction : fraction;
		return sign * magnitude * 2 ** (Math.max(exponent, 1) - bias - fractionBits);
	};
}

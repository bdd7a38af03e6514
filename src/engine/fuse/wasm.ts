/**
 * Just enough of the WebAssembly binary format for one function that loops over vectors in an imported memory: the
 * engine's fused updates, and the sums over checkpoints (`src/probe/sum-kernels.ts`).
 */

/** LEB128, as the format writes sizes and offsets. */
export const unsigned = (value: number): number[] => {
	const bytes: number[] = [];
	let rest = value;
	do {
		const byte = rest % 128;
		rest = Math.floor(rest / 128);
		bytes.push(rest ? byte | 128 : byte);
	} while (rest);
	return bytes;
};

const vector = (items: readonly (readonly number[])[]): number[] => [
	...unsigned(items.length),
	...items.flat(),
];
const section = (id: number, content: readonly number[]): number[] => [
	id,
	...unsigned(content.length),
	...content,
];
const text = (value: string): number[] => [...unsigned(value.length), ...new TextEncoder().encode(value)];

export const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type WasmType = keyof typeof types;

/** Vector instructions by lane type. */
export const lanes = {
	float32: {
		splat: 0x13,
		eq: 0x41,
		ne: 0x42,
		lt: 0x43,
		le: 0x45,
		neg: 0xe1,
		sqrt: 0xe3,
		add: 0xe4,
		sub: 0xe5,
		mul: 0xe6,
		div: 0xe7,
		min: 0xe8,
		max: 0xe9,
	},
	float64: {
		splat: 0x14,
		eq: 0x47,
		ne: 0x48,
		lt: 0x49,
		le: 0x4b,
		neg: 0xed,
		sqrt: 0xef,
		add: 0xf0,
		sub: 0xf1,
		mul: 0xf2,
		div: 0xf3,
		min: 0xf4,
		max: 0xf5,
	},
} as const;

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

export const op = {
	get: (local: number) => [0x20, ...unsigned(local)],
	set: (local: number) => [0x21, ...unsigned(local)],
	i32: (value: number) => [0x41, ...signed(value)],
	f32: (value: number) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
	f64: (value: number) => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
	i32Add: [0x6a],
	i32LessUnsigned: [0x49],
	/** Vector from or to the address on the stack; addresses are multiples of 16. */
	load: [...simd(0x00), 4, 0],
	store: [...simd(0x0b), 4, 0],
	/** The same at `offset` bytes from the address. */
	loadAt: (offset: number) => [...simd(0x00), 4, ...unsigned(offset)],
	storeAt: (offset: number) => [...simd(0x0b), 4, ...unsigned(offset)],
	/** second, first, mask: lanes of the first where the mask is set. */
	select: simd(0x52),
	simd,
	/** Runs `body` while `condition` leaves a nonzero number. */
	loop: (body: readonly number[], condition: readonly number[]) => [
		0x03,
		0x40,
		...body,
		...condition,
		0x0d,
		0,
		0x0b,
	],
};

function signed(value: number): number[] {
	const bytes: number[] = [];
	let rest = value;
	for (;;) {
		const byte = rest & 127;
		rest >>= 7;
		if ((rest === 0 && !(byte & 64)) || (rest === -1 && byte & 64)) return [...bytes, byte];
		bytes.push(byte | 128);
	}
}

/** A module that imports `env.memory` and exports one function `run` without a result. */
export function moduleOf(
	parameters: readonly WasmType[],
	locals: readonly WasmType[],
	code: readonly number[],
): Uint8Array<ArrayBuffer> {
	const body = [...vector(locals.map((t) => [1, types[t]])), ...code, 0x0b];
	return Uint8Array.from([
		...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
		...section(1, vector([[0x60, ...vector(parameters.map((t) => [types[t]])), 0]])),
		...section(2, vector([[...text("env"), ...text("memory"), 2, 0, 0]])),
		...section(3, vector([[0]])),
		...section(7, vector([[...text("run"), 0, 0]])),
		...section(10, vector([[...unsigned(body.length), ...body]])),
	]);
}

/** Vector instructions of WebAssembly that only the loops over checkpoints use (`sum-kernels.ts`, `widening-kernels.ts`). */
import { op, unsigned } from "../engine/fuse/wasm.ts";

const { simd } = op;

export const load64 = (offset: number) => [...simd(0x5d), 3, ...unsigned(offset)];
export const promoteLow = simd(0x5f);
export const extendLow = simd(0xa9);
export const extendHigh = simd(0xaa);
export const shiftLeft = simd(0xab);
export const and = simd(0x4e);
export const or = simd(0x50);
export const addInt = simd(0xae);
export const equalInt = simd(0x37);
export const lane = (index: number) => [...simd(0x21), index];
export const addScalar = [0xa0];
export const storeScalar = (offset: number) => [0x39, 3, ...unsigned(offset)];
export const splatInt = (value: number) => [...op.i32(value | 0), ...simd(0x11)];

export const advance = (local: number, bytes: number) => [
	...op.get(local),
	...op.i32(bytes),
	...op.i32Add,
	...op.set(local),
];

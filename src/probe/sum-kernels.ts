/**
 * The loops of `tensor-sums.ts` as WebAssembly with vectors of 128 bits.
 *
 * Sums run in eight lanes of float64. Element i of a block goes to lane i mod 8, whatever type it is stored in, and the
 * lanes are added in one order at the end: equal values give equal bits.
 */
import { lanes, moduleOf, op, type WasmType } from "../engine/fuse/wasm.ts";
import { addScalar, advance, lane, load64, promoteLow, storeScalar } from "./vector-code.ts";
import { fromBfloat16, fromFloat16, fromFloat32 } from "./widening-kernels.ts";

const { simd } = op;
const { add, sub, mul } = lanes.float64;

/**
 * `run(x, end of x, p, f, out)`: Σx², Σ(x − p)², Σ(x − f)² as three float64 at `out`. Addresses are multiples of 16, the
 * number of elements of 8.
 */
function sums(from: "float32" | "float64"): Uint8Array<ArrayBuffer> {
	const [x, end, p, f, out] = [0, 1, 2, 3, 4];
	const [value, difference] = [5, 6];
	// Four vectors of two lanes for each of the three sums.
	const total = (which: number, k: number) => 7 + 4 * which + k;
	const bytes = from === "float32" ? 8 : 16;
	const pair = (pointer: number, k: number) => [
		...op.get(pointer),
		...(from === "float32" ? [...load64(bytes * k), ...promoteLow] : op.loadAt(bytes * k)),
	];
	const addSquare = (which: number, k: number, of: number) => [
		...op.get(total(which, k)),
		...op.get(of),
		...op.get(of),
		...simd(mul),
		...simd(add),
		...op.set(total(which, k)),
	];
	const body = [0, 1, 2, 3].flatMap((k) => [
		...pair(x, k),
		...op.set(value),
		...addSquare(0, k, value),
		...[p, f].flatMap((other, i) => [
			...op.get(value),
			...pair(other, k),
			...simd(sub),
			...op.set(difference),
			...addSquare(1 + i, k, difference),
		]),
	]);
	const step = [x, p, f].flatMap((pointer) => advance(pointer, 4 * bytes));
	const more = [...op.get(x), ...op.get(end), ...op.i32LessUnsigned];
	const results = [0, 1, 2].flatMap((which) => [
		...op.get(out),
		...[0, 1].flatMap((half) => [
			...[0, 2].flatMap((k) => [...op.get(total(which, k)), ...op.get(total(which, k + 1)), ...simd(add)]),
			...simd(add),
			...lane(half),
		]),
		...addScalar,
		...storeScalar(8 * which),
	]);
	const locals: WasmType[] = Array.from({ length: 14 }, () => "v128");
	return moduleOf(["i32", "i32", "i32", "i32", "i32"], locals, [
		...op.loop([...body, ...step], more),
		...results,
	]);
}

/**
 * `run(rows, stride, v, end of v, z)`: z += Σ w (wᵀv) over four rows w, `stride` bytes apart; v and z are of float64 and
 * of a multiple of four elements. With `squares`, z += w² by element instead, and v only tells the length.
 */
function fourRows(from: "float32" | "float64", squares = false): Uint8Array<ArrayBuffer> {
	const [rows, stride, v, end, z] = [0, 1, 2, 3, 4];
	const [second, third, fourth, at, offset] = [5, 6, 7, 8, 9];
	const starts = [rows, second, third, fourth];
	const [value] = [10];
	const sum = (row: number, k: number) => 11 + 2 * row + k;
	const bytes = from === "float32" ? 8 : 16;
	const pair = (row: number, k: number) => [
		...op.get(starts[row]!),
		...op.get(offset),
		...op.i32Add,
		...(from === "float32" ? [...load64(bytes * k), ...promoteLow] : op.loadAt(bytes * k)),
	];
	const pairs = [0, 1];
	const rowNumbers = [0, 1, 2, 3];
	const begin = [...op.get(v), ...op.set(at), ...op.i32(0), ...op.set(offset)];
	const step = [...advance(at, 32), ...advance(offset, 2 * bytes)];
	const more = [...op.get(at), ...op.get(end), ...op.i32LessUnsigned];
	const dots = [
		...begin,
		...op.loop(
			[
				...pairs.flatMap((k) => [
					...op.get(at),
					...op.loadAt(16 * k),
					...op.set(value),
					...rowNumbers.flatMap((row) => [
						...op.get(sum(row, k)),
						...pair(row, k),
						...op.get(value),
						...simd(mul),
						...simd(add),
						...op.set(sum(row, k)),
					]),
				]),
				...step,
			],
			more,
		),
		...rowNumbers.flatMap((row) => [
			...[0, 1].flatMap((half) => [
				...op.get(sum(row, 0)),
				...op.get(sum(row, 1)),
				...simd(add),
				...lane(half),
			]),
			...addScalar,
			...simd(lanes.float64.splat),
			...op.set(sum(row, 0)),
		]),
	];
	const update = op.loop(
		[
			...pairs.flatMap((k) => [
				...op.get(z),
				...op.get(z),
				...op.loadAt(16 * k),
				...rowNumbers.flatMap((row) => [
					...pair(row, k),
					...(squares ? [...op.set(value), ...op.get(value), ...op.get(value)] : op.get(sum(row, 0))),
					...simd(mul),
					...simd(add),
				]),
				...op.storeAt(16 * k),
			]),
			...advance(z, 32),
			...step,
		],
		more,
	);
	const places = [second, third, fourth].flatMap((row) => [
		...op.get(row === second ? rows : row - 1),
		...op.get(stride),
		...op.i32Add,
		...op.set(row),
	]);
	const locals: WasmType[] = [
		...Array.from({ length: 5 }, (): WasmType => "i32"),
		...Array.from({ length: 9 }, (): WasmType => "v128"),
	];
	return moduleOf(["i32", "i32", "i32", "i32", "i32"], locals, [
		...places,
		...(squares ? [] : dots),
		...begin,
		...update,
	]);
}

type Run = (...addresses: number[]) => void;

const modules = new Map<string, WebAssembly.Module>();

/** Loops over numbers held as float32 and as float64; they work on addresses of their memory. */
export interface SumKernels {
	/** (x, end of x, p, f, out) */
	readonly sums: { readonly float32: Run; readonly float64: Run };
	/** (rows, stride, v, end of v, z) */
	readonly gram: { readonly float32: Run; readonly float64: Run };
	/** The same, of squares. */
	readonly columns: { readonly float32: Run; readonly float64: Run };
	/** (source, end of source, target): to float32 of halves, to float64 of float32. */
	readonly widen: { readonly BF16: Run; readonly F16: Run; readonly F32: Run };
}

export function sumKernels(memory: WebAssembly.Memory): SumKernels {
	const run = (name: string, bytes: () => Uint8Array<ArrayBuffer>): Run => {
		const module = modules.get(name) ?? new WebAssembly.Module(bytes());
		modules.set(name, module);
		return new WebAssembly.Instance(module, { env: { memory } }).exports["run"] as Run;
	};
	const both = (name: string, bytes: (held: "float32" | "float64") => Uint8Array<ArrayBuffer>) => ({
		float32: run(`${name} float32`, () => bytes("float32")),
		float64: run(`${name} float64`, () => bytes("float64")),
	});
	return {
		sums: both("sums", sums),
		gram: both("gram", fourRows),
		columns: both("columns", (held) => fourRows(held, true)),
		widen: {
			BF16: run("BF16", fromBfloat16),
			F16: run("F16", fromFloat16),
			F32: run("F32", fromFloat32),
		},
	};
}

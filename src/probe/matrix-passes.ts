/**
 * Passes over a matrix that is held as it is stored: blocks of its rows are widened one after the other
 * (`value-memory.ts`), so a matrix of bfloat16 takes no more room than its bytes.
 */
import { byteSizes } from "../checkpoint/stored-type.ts";
import type { StoredTensor } from "../checkpoint/weights.ts";
import { heldAs, heldBytes, padded, ValueMemory } from "./value-memory.ts";

/** Elements of a block of rows, if four rows have no more. */
const blockLength = 2 ** 17;

/** What one array can hold, and a row of which four are numbers in the loops' memory. */
const [mostBytes, mostColumns] = [2 ** 32 - 1, 2 ** 22];

/** Rows as numbers, beginning at `address` of the memory. */
interface Block {
	readonly memory: ValueMemory;
	readonly address: number;
	readonly firstRow: number;
	readonly rows: number;
}

const storedBytes = ({ shape, dtype }: Pick<StoredTensor, "shape" | "dtype">): number =>
	shape.reduce((a, b) => a * b, byteSizes[dtype]);

/** Where the vectors v and z of a pass lie, with `columns` numbers each; the rows follow. */
const vectorsIn = (columns: number) => ({ v: 0, z: padded(columns) * 8, rows: padded(columns) * 16 });

export class MatrixPasses {
	#memory = new ValueMemory(0);
	#bytes = new Uint8Array(0);
	#tensor: StoredTensor | undefined;

	/** Whether a matrix can be held: of less than 4 GiB as stored, and no more than four million columns. */
	static fits({ shape, dtype }: Pick<StoredTensor, "shape" | "dtype">): boolean {
		return storedBytes({ shape, dtype }) <= mostBytes && shape[1]! <= mostColumns;
	}

	/** Reads a matrix [rows, columns] that fits, which the passes then are over. */
	async read(tensor: StoredTensor): Promise<void> {
		const length = storedBytes(tensor);
		// The matrices of one tensor take the same room one after the other; a new tensor gives the old room back first.
		if (this.#bytes.length !== length) {
			this.#bytes = new Uint8Array(0);
			this.#bytes = new Uint8Array(length);
		}
		this.#tensor = tensor;
		await tensor.readBytes(this.#bytes, 0);
	}

	/** WᵀWv, of length columns. */
	gram(v: Float64Array): Float64Array {
		return this.#pass("gram", v);
	}

	/** Σ over rows of w², of length columns. */
	squaredColumns(): Float64Array {
		return this.#pass("columns", new Float64Array(this.#shape[1]));
	}

	/** Σ over columns of w², of length rows. */
	squaredRows(): Float64Array {
		const [rows, columns] = this.#shape;
		const sums = new Float64Array(rows);
		const Values = this.#held === "float64" ? Float64Array : Float32Array;
		for (const block of this.#blocks()) {
			const values = new Values(block.memory.buffer, block.address, block.rows * columns);
			for (let i = 0; i < values.length; i++) {
				const row = block.firstRow + Math.floor(i / columns);
				sums[row] = sums[row]! + values[i]! ** 2;
			}
		}
		return sums;
	}

	get #shape(): readonly [number, number] {
		return this.#tensor!.shape as [number, number];
	}

	get #held() {
		return heldAs([this.#tensor!]);
	}

	/** Runs a loop of four rows at a time, which reads the vector v and adds to another, all over the matrix. */
	#pass(which: "gram" | "columns", v: Float64Array): Float64Array {
		const columns = v.length;
		const held = this.#held;
		const stride = columns * heldBytes[held];
		const at = vectorsIn(columns);
		let result = new Float64Array(columns);
		for (const { memory, address, firstRow, rows } of this.#blocks()) {
			if (firstRow === 0) {
				new Float64Array(memory.buffer, 0, 2 * padded(columns)).fill(0);
				new Float64Array(memory.buffer, at.v, columns).set(v);
				result = new Float64Array(memory.buffer, at.z, columns);
			}
			for (let row = 0; row < rows; row += 4)
				memory.kernels[which][held](address + row * stride, stride, at.v, at.z, at.z);
		}
		return result.slice();
	}

	/** Blocks of whole rows, with zeros for the rows that are missing to a multiple of four. */
	*#blocks(): Generator<Block> {
		const tensor = this.#tensor!;
		const held = this.#held;
		const size = heldBytes[held];
		const [rows, columns] = this.#shape;
		const most = 4 * Math.max(1, Math.floor(blockLength / (4 * columns)));
		const address = vectorsIn(columns).rows;
		/** Beyond the rows: up to three more, and what the last vector of the last row reads too far. */
		const spare = padded(3 * columns) + 8;
		const bytes = address + (padded(most * columns) + spare) * size;
		if (this.#memory.buffer.byteLength < bytes) this.#memory = new ValueMemory(bytes);
		const memory = this.#memory;
		const rowBytes = columns * byteSizes[tensor.dtype];
		for (let firstRow = 0; firstRow < rows; firstRow += most) {
			const count = Math.min(most, rows - firstRow);
			const length = count * columns;
			const stored = this.#bytes.subarray(firstRow * rowBytes, (firstRow + count) * rowBytes);
			memory.room(address, tensor, length, held).set(stored);
			memory.settle(address, tensor, length, held);
			const zeros = count % 4 === 0 ? 8 : spare;
			new Uint8Array(memory.buffer, address + padded(length) * size, zeros * size).fill(0);
			yield { memory, address, firstRow, rows: count };
		}
	}
}

/**
 * Sums over the values of a tensor as they are read, chunk by chunk, and over what separates them from earlier ones:
 *
 *     Σ x²        Σ (x − p)²        Σ (x − f)²
 *
 * with p and f the same chunk at two other checkpoints. In float64, in an order that depends on nothing but an element's
 * place: blocks of 65,536 elements one after the other, eight lanes in each. The stored type, the file's layout and the
 * size of the chunks change no bit.
 */
import type { StoredTensor } from "../checkpoint/weights.ts";
import { type Held, heldBytes, padded, ValueMemory } from "./value-memory.ts";

const block = 2 ** 16;

/** Most elements of a chunk: whole blocks, and few enough that three chunks stay in a processor's cache. */
export const chunkLength = 4 * block;

/** What a tensor's sums grow in. */
export interface Totals {
	squared: number;
	squaredStep: number;
	squaredDistance: number;
	/** Values that are NaN or infinite. */
	nonFinite: number;
}

export const noTotals = (): Totals => ({ squared: 0, squaredStep: 0, squaredDistance: 0, nonFinite: 0 });

const slotBytes = chunkLength * heldBytes.float64;

/** Where the loop leaves its three sums. */
const resultBytes = 64;

const addressOf = (slot: number): number => resultBytes + slot * slotBytes;

export class TensorSums {
	readonly #memory: ValueMemory;
	readonly #results: Float64Array;

	/** Room for `slots` chunks, numbered from 0. */
	constructor(slots: number) {
		this.#memory = new ValueMemory(addressOf(slots));
		this.#results = new Float64Array(this.#memory.buffer, 0, 3);
	}

	/** Where the bytes of `count` values go. `settle` makes them numbers. */
	room(slot: number, tensor: Pick<StoredTensor, "dtype">, count: number, held: Held): Uint8Array {
		return this.#memory.room(addressOf(slot), tensor, count, held);
	}

	settle(
		slot: number,
		tensor: Pick<StoredTensor, "name" | "file" | "dtype">,
		count: number,
		held: Held,
	): void {
		this.#memory.settle(addressOf(slot), tensor, count, held);
	}

	/** Adds the sums of the chunk in slot `x`, compared with those in `p` and `f` where there are any. */
	add(
		totals: Totals,
		x: number,
		p: number | undefined,
		f: number | undefined,
		count: number,
		held: Held,
	): void {
		const { buffer, kernels } = this.#memory;
		const size = heldBytes[held];
		const [atX, atP, atF] = [addressOf(x), addressOf(p ?? x), addressOf(f ?? x)];
		for (let begin = 0; begin < count; begin += block) {
			const length = Math.min(block, count - begin);
			const offset = begin * size;
			kernels.sums[held](atX + offset, atX + offset + padded(length) * size, atP + offset, atF + offset, 0);
			const squared = this.#results[0]!;
			totals.squared += squared;
			if (p !== undefined) totals.squaredStep += this.#results[1]!;
			if (f !== undefined) totals.squaredDistance += this.#results[2]!;
			if (!Number.isFinite(squared))
				totals.nonFinite += countNonFinite(
					held === "float64"
						? new Float64Array(buffer, atX + offset, length)
						: new Float32Array(buffer, atX + offset, length),
				);
		}
	}
}

function countNonFinite(values: Float32Array | Float64Array): number {
	let count = 0;
	for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) count++;
	return count;
}

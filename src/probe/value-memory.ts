/**
 * Memory of the loops (`sum-kernels.ts`), and how stored bytes become numbers in it.
 *
 * Bytes are read straight into it. Small types are widened in place: they lie at the end of their room, and what they
 * become grows over them from its beginning. Rooms are padded with zeros to whole vectors of eight.
 */
import { byteSizes } from "../checkpoint/stored-type.ts";
import type { StoredTensor } from "../checkpoint/weights.ts";
import { widen } from "../checkpoint/widen.ts";
import { type SumKernels, sumKernels } from "./sum-kernels.ts";

/** How values that are calculated with together are held: as float64 if any of their types needs it. */
export type Held = "float32" | "float64";

export const heldAs = (tensors: readonly Pick<StoredTensor, "dtype">[]): Held =>
	tensors.some(({ dtype }) => dtype === "F64") ? "float64" : "float32";

export const heldBytes = { float32: 4, float64: 8 } as const;

/** The least multiple of 8 that is no less. */
export const padded = (count: number): number => Math.ceil(count / 8) * 8;

export class ValueMemory {
	readonly buffer: ArrayBuffer;
	readonly kernels: SumKernels;

	constructor(bytes: number) {
		const pages = Math.ceil(bytes / 65_536);
		const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
		this.buffer = memory.buffer;
		this.kernels = sumKernels(memory);
	}

	/** Where the bytes of `count` values of a tensor go that are to lie at `address`, a multiple of 16. */
	room(address: number, { dtype }: Pick<StoredTensor, "dtype">, count: number, held: Held): Uint8Array {
		const end = address + padded(count) * heldBytes[held];
		return new Uint8Array(this.buffer, end - padded(count) * byteSizes[dtype], count * byteSizes[dtype]);
	}

	/** Makes what was put into `room` numbers at `address`. */
	settle(
		address: number,
		tensor: Pick<StoredTensor, "name" | "file" | "dtype">,
		count: number,
		held: Held,
	): void {
		const { dtype } = tensor;
		const { buffer, kernels } = this;
		const end = address + padded(count) * heldBytes[held];
		const stored = end - padded(count) * byteSizes[dtype];
		const floats = end - padded(count) * 4;
		const used = count * byteSizes[dtype];
		new Uint8Array(buffer, stored + used, end - stored - used).fill(0);
		if (dtype === "F64") return;
		if (dtype === "BF16" || dtype === "F16") kernels.widen[dtype](stored, end, floats);
		else if (dtype !== "F32") {
			const values = widen(new Uint8Array(buffer, stored, used).slice(), tensor);
			new Float32Array(buffer, floats, padded(count)).fill(0);
			new Float32Array(buffer, floats, count).set(values);
		}
		if (held === "float64") kernels.widen.F32(floats, end, address);
	}
}

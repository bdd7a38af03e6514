/**
 * The tensors of one checkpoint, in whatever files they lie: one interface over safetensors, shards and PyTorch's
 * zip archives, on a disk or behind HTTP. Nothing is read before it is asked for, and any range of a tensor can be.
 */
import type { StoredType } from "./stored-type.ts";

/** One tensor of a checkpoint, where it lies. */
export interface StoredTensor {
	readonly name: string;
	readonly dtype: StoredType;
	readonly shape: readonly number[];
	/** The file that holds its bytes: a path or an address. */
	readonly file: string;
	/**
	 * Fills `into` with the tensor's bytes from byte `begin` on, little-endian and row-major whatever its strides in the
	 * file. Throws UserError, naming file and tensor, if the file can no longer give them.
	 */
	readBytes(into: Uint8Array, begin: number): Promise<void>;
}

/** Something that was found and left aside, and why. */
export interface Ignored {
	readonly path: string;
	readonly reason: string;
}

export interface Weights {
	/** As it was asked for: a file, a folder or an address. */
	readonly location: string;
	/** In the order of their files, and in each by their place. */
	readonly tensors: ReadonlyMap<string, StoredTensor>;
	/** The files that hold them. */
	readonly files: readonly string[];
	/** What else lies there and is no tensor of the model, such as an optimizer's state. */
	readonly ignored: readonly Ignored[];
	/** Numbers stored beside the tensors, such as nanoGPT's `iter_num`. */
	readonly numbers: Readonly<Record<string, number>>;
	close(): Promise<void>;
}

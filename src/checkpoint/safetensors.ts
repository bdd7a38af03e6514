/**
 * Safetensors files, read by range and written as a stream.
 *
 * Opening reads the header only; each tensor is then read into the one buffer that its typed array views. Writing
 * takes tensors one at a time from wherever they live (an engine's `Tensor` is accepted as it is), so no more than
 * one of them is on the host. Values are little-endian on disk, as on every machine that Node supports natively
 * except s390x, which is not.
 */
import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { DType, Spec, TypedArray } from "../engine/types.ts";
import { bytesOf, checkedValues, dtypeOf, sizeOf } from "../engine/values.ts";
import { nearest, UserError } from "../error.ts";
import { type ByteSource, openSource } from "./byte-source.ts";
import { asUserError } from "./disk.ts";
import { type Header, type PlacedHeader, readHeader } from "./header.ts";
import type { StoredType } from "./stored-type.ts";
import { widen } from "./widen.ts";

/** A tensor to be written, or one that waits in a file: its values come when they are asked for. */
export interface TensorSource extends Spec {
	read(): Promise<TypedArray>;
}

/** Host values as a source; Uint8Array stands for bool, as in the engine. */
export const hostTensor = (values: TypedArray, shape: readonly number[]): TensorSource => ({
	shape,
	dtype: dtypeOf(values),
	read: async () => values,
});

export interface SafetensorsFile extends Header {
	readonly path: string;
	/**
	 * The values of one tensor, row-major. F64, F32, I32 and U8/BOOL come as they are, F16 and BF16 widened to
	 * Float32Array. Throws UserError for an unknown name (naming the nearest), for other types, and when the file has
	 * become shorter since it was opened.
	 */
	read(name: string): Promise<TypedArray>;
	/** One tensor with its type on the host, to be read later; throws like `read`. */
	source(name: string): TensorSource;
	close(): Promise<void>;
}

/** How each stored type that can be read appears on the host. */
const hostTypes: Partial<Record<StoredType, DType>> = {
	F64: "float64",
	F32: "float32",
	F16: "float32",
	BF16: "float32",
	I32: "int32",
	U8: "bool",
	BOOL: "bool",
};

const constructors = { int32: Int32Array, bool: Uint8Array };

const storedTypes: Record<DType, StoredType> = { float64: "F64", float32: "F32", int32: "I32", bool: "BOOL" };

/** A call to the system moves less than 2 GiB. */
const largestTransfer = 2 ** 30;

/** Opens a safetensors file and checks its header against its size. Throws UserError naming file and field. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
	const source = await openSource(path);
	try {
		return new OpenFile(source, await readHeader(source));
	} catch (error) {
		await source.close();
		throw error;
	}
}

class OpenFile implements SafetensorsFile {
	readonly path: string;
	readonly tensors: Header["tensors"];
	readonly metadata: Header["metadata"];
	readonly #bytes: ByteSource;
	readonly #start: number;

	constructor(bytes: ByteSource, { tensors, metadata, start }: PlacedHeader) {
		this.path = bytes.path;
		this.tensors = tensors;
		this.metadata = metadata;
		this.#bytes = bytes;
		this.#start = start;
	}

	source(name: string): TensorSource {
		const entry = this.tensors.get(name);
		if (!entry) {
			const near = nearest(name, this.tensors.keys());
			throw new UserError(
				`Expected \`${this.path}\` to hold the tensor \`${name}\`, got ${this.tensors.size} others.${near ? ` Did you mean \`${near}\`?` : ""}`,
			);
		}
		const dtype = hostTypes[entry.dtype];
		if (!dtype)
			throw new UserError(
				`Expected tensor \`${name}\` of \`${this.path}\` to be of type ${Object.keys(hostTypes).join(", ")}, got ${entry.dtype}. Convert it first.`,
			);
		return {
			shape: entry.shape,
			dtype,
			read: async () => {
				const bytes = new Uint8Array(entry.end - entry.begin);
				await this.#bytes.read(bytes, this.#start + entry.begin);
				if (dtype === "int32" || dtype === "bool") return new constructors[dtype](bytes.buffer);
				return widen(bytes, { name, file: this.path, dtype: entry.dtype });
			},
		};
	}

	async read(name: string): Promise<TypedArray> {
		return this.source(name).read();
	}

	close(): Promise<void> {
		return this.#bytes.close();
	}
}

/**
 * Writes a safetensors file and flushes it to the disk; returns its size in bytes and the SHA-256 of its bytes, in
 * hexadecimal. The header is padded to 8 bytes and wider types come first, so that every tensor is aligned for
 * programs that map the file. Throws UserError if the disk refuses; a part of the file may then remain.
 */
export async function writeSafetensors(
	path: string,
	tensors: Readonly<Record<string, TensorSource>>,
	metadata: Readonly<Record<string, string>> = {},
): Promise<{ bytes: number; sha256: string }> {
	const ordered = Object.entries(tensors).sort(([, a], [, b]) => bytesOf(b.dtype) - bytesOf(a.dtype));
	let end = 0;
	const entries = ordered.map(([name, { shape, dtype }]) => {
		const begin = end;
		end += sizeOf(shape) * bytesOf(dtype);
		return [name, { dtype: storedTypes[dtype], shape, data_offsets: [begin, end] }];
	});
	const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
	const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
	header.writeBigUInt64LE(BigInt(header.length - 8));
	json.copy(header, 8);

	const sha256 = createHash("sha256");
	try {
		const file = await open(path, "w");
		try {
			await writeBytes(file, header, sha256);
			for (const [name, tensor] of ordered) {
				const values = checkedValues(await tensor.read(), tensor.shape, tensor.dtype, name);
				await writeBytes(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), sha256);
			}
			await file.sync();
		} finally {
			await file.close();
		}
	} catch (error) {
		throw asUserError(error, path);
	}
	return { bytes: header.length + end, sha256: sha256.digest("hex") };
}

async function writeBytes(file: FileHandle, bytes: Uint8Array, hash: Hash): Promise<void> {
	hash.update(bytes);
	for (let at = 0; at < bytes.length; )
		at += (await file.write(bytes, at, Math.min(bytes.length - at, largestTransfer))).bytesWritten;
}

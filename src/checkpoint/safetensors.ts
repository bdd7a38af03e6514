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
import { asUserError } from "./disk.ts";
import { type Header, maximumHeaderLength, parseHeader, refusal } from "./header.ts";
import type { StoredType } from "./stored-type.ts";

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

const constructors = { float64: Float64Array, float32: Float32Array, int32: Int32Array, bool: Uint8Array };

const storedTypes: Record<DType, StoredType> = { float64: "F64", float32: "F32", int32: "I32", bool: "BOOL" };

/** A call to the system moves less than 2 GiB. */
const largestTransfer = 2 ** 30;

/** Opens a safetensors file and checks its header against its size. Throws UserError naming file and field. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
	const file = await open(path, "r").catch((error) => {
		throw asUserError(error, path);
	});
	try {
		const fail = refusal(path);
		const { size } = await file.stat();
		if (size < 8) fail("the size", "at least 8 bytes", size);
		const length = Number(new DataView(await readRange(file, 0, 8, path)).getBigUint64(0, true));
		if (length > Math.min(size - 8, maximumHeaderLength))
			fail("the header's length", `at most ${Math.min(size - 8, maximumHeaderLength)}`, length);
		const header = parseHeader(
			new Uint8Array(await readRange(file, 8, length, path)),
			size - 8 - length,
			path,
		);
		return new OpenFile(path, header, file, 8 + length);
	} catch (error) {
		await file.close();
		throw asUserError(error, path);
	}
}

class OpenFile implements SafetensorsFile {
	readonly path: string;
	readonly tensors: Header["tensors"];
	readonly metadata: Header["metadata"];
	readonly #file: FileHandle;
	/** Where the data begin, in bytes from the start of the file. */
	readonly #start: number;

	constructor(path: string, header: Header, file: FileHandle, start: number) {
		this.path = path;
		this.tensors = header.tensors;
		this.metadata = header.metadata;
		this.#file = file;
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
				const { begin, end } = entry;
				const buffer = await readRange(this.#file, this.#start + begin, end - begin, this.path);
				if (entry.dtype === "BF16") return widenBfloat16(new Uint16Array(buffer));
				if (entry.dtype === "F16") return widenFloat16(new Uint16Array(buffer));
				return new constructors[dtype](buffer);
			},
		};
	}

	async read(name: string): Promise<TypedArray> {
		return this.source(name).read();
	}

	close(): Promise<void> {
		return this.#file.close();
	}
}

/** `length` bytes from `position`, read straight into the buffer that is returned. */
async function readRange(
	file: FileHandle,
	position: number,
	length: number,
	path: string,
): Promise<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	for (let at = 0; at < length; ) {
		const { bytesRead } = await file.read(bytes, at, Math.min(length - at, largestTransfer), position + at);
		if (bytesRead === 0) refusal(path)("the size", `at least ${position + length} bytes`, position + at);
		at += bytesRead;
	}
	return bytes.buffer;
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array): Float32Array {
	const bits = new Uint32Array(halves.length);
	for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16;
	return new Float32Array(bits.buffer);
}

/** IEEE half precision: sign 1, exponent 5 (bias 15), fraction 10 bits; every value is exact in float32. */
function widenFloat16(halves: Uint16Array): Float32Array {
	const values = new Float32Array(halves.length);
	for (let i = 0; i < values.length; i++) {
		const half = halves[i]!;
		const [exponent, fraction] = [(half >>> 10) & 31, half & 1023];
		const magnitude =
			exponent === 31
				? fraction
					? Number.NaN
					: Number.POSITIVE_INFINITY
				: exponent
					? (1024 + fraction) * 2 ** (exponent - 25)
					: fraction * 2 ** -24;
		values[i] = half & 0x8000 ? -magnitude : magnitude;
	}
	return values;
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

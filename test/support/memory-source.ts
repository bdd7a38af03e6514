/** A file in memory, for tests of readers; and safetensors files made by hand, as damaged as a test wants them. */
import type { ByteSource } from "../../src/checkpoint/byte-source.ts";
import { refusal } from "../../src/checkpoint/header.ts";

/** A source that remembers the longest buffer that it was asked to fill. */
export interface MemorySource extends ByteSource {
	readonly longest: number;
}

export function memorySource(bytes: Uint8Array, path = "memory.safetensors"): MemorySource {
	let longest = 0;
	return {
		path,
		size: bytes.length,
		get longest() {
			return longest;
		},
		async read(into, position) {
			longest = Math.max(longest, into.length);
			const end = position + into.length;
			if (end > bytes.length) refusal(path)("the size", `at least ${end} bytes`, bytes.length);
			into.set(bytes.subarray(position, end));
		},
		async close() {},
	};
}

/** A safetensors file: a header, as JSON or as text, then data. */
export function safetensorsBytes(header: unknown, data: Uint8Array | readonly number[] = []): Buffer {
	const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(json.length));
	return Buffer.concat([length, json, Uint8Array.from(data)]);
}

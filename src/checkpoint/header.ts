/**
 * The header of a safetensors file: what tensors it holds and where their bytes lie.
 *
 *     [8 bytes: length n, little-endian][n bytes: JSON][the tensors' bytes, end to end]
 *
 * The JSON maps each name to `{ dtype, shape, data_offsets: [begin, end] }`, offsets counted from the end of the
 * header, and `__metadata__` to a record of strings. Nothing in a header is believed before it is checked: files come
 * from the network, from killed programs and from failing disks. (Format: github.com/huggingface/safetensors.)
 */
import { UserError } from "../error.ts";
import type { ByteSource } from "./byte-source.ts";
import { byteSizes, type StoredType } from "./stored-type.ts";
import { isRecord, parseStrictJson } from "./strict-json.ts";

/** A tensor as it lies in the file; `begin` and `end` are bytes from the end of the header. */
export interface TensorEntry {
	readonly dtype: StoredType;
	readonly shape: readonly number[];
	readonly begin: number;
	readonly end: number;
}

export interface Header {
	/** In the order of their places. */
	readonly tensors: ReadonlyMap<string, TensorEntry>;
	readonly metadata: Readonly<Record<string, string>>;
}

/** A header, and where the data begin, in bytes from the start of the file. */
export interface PlacedHeader extends Header {
	readonly start: number;
}

/** Longer headers are refused before they are read, as the reference implementation does. */
const maximumHeaderLength = 100_000_000;

/** An object of objects, with lists in them. */
const deepest = 3;
/** PyTorch has at most 64 dimensions; names of tensors are paths through a model. */
const [mostDimensions, longestName] = [64, 1000];

type Fail = (field: string, expected: string, got: unknown) => never;

/** The refusal of a file: `field` (of a tensor or a header) is not as `expected`. */
export const refusal =
	(path: string): Fail =>
	(field, expected, got) => {
		const sentence = `Expected ${field} of \`${path}\` to be ${expected}, got ${show(got)}. `;
		// What a file says cannot move a terminal's cursor.
		const printable = sentence.replaceAll(/\p{Cc}/gu, "\ufffd");
		throw new UserError(`${printable}The file is damaged or incomplete: fetch or write it again.`);
	};

const show = (value: unknown): string =>
	(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value))).slice(0, 80);

/** Reads the header of a file and checks it against the file's size. Throws UserError, naming file and field. */
export async function readHeader(source: ByteSource): Promise<PlacedHeader> {
	const fail = refusal(source.path);
	const { size, path } = source;
	if (size < 8) fail("the size", "at least 8 bytes", size);
	const prefix = new Uint8Array(8);
	await source.read(prefix, 0);
	const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
	const most = Math.min(size - 8, maximumHeaderLength);
	if (length > most) fail("the header's length", `at most ${most}`, length);
	const bytes = new Uint8Array(length);
	await source.read(bytes, 8);
	return { ...parseHeader(bytes, size - 8 - length, path), start: 8 + length };
}

/**
 * Parses and checks a header. `dataLength` is the number of bytes that follow it in the file.
 * Throws UserError, naming file and field, unless the JSON is an object of distinct names, each type is known, each
 * tensor's shape times its type's size is its range, and the ranges fill the data without overlap, hole or rest.
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, path: string): Header {
	const fail = refusal(path);
	let json: unknown;
	try {
		json = parseStrictJson(bytes, deepest);
	} catch (error) {
		fail("the header", "JSON in UTF-8", (error as Error).message);
	}
	if (!isRecord(json)) return fail("the header", "a JSON object", json);
	let metadata: Record<string, string> = {};
	const entries: [string, TensorEntry][] = [];
	for (const [name, value] of Object.entries(json)) {
		if (name === "__metadata__") {
			if (!isRecord(value) || !Object.values(value).every((x) => typeof x === "string"))
				fail("`__metadata__`", "a record of strings", value);
			metadata = value as Record<string, string>;
		} else {
			if (name.length > longestName || /\p{Cc}/u.test(name))
				fail("a tensor's name", `at most ${longestName} characters that can be printed`, name);
			entries.push([name, parseEntry(name, value, fail)]);
		}
	}
	let end = 0;
	entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
	for (const [name, entry] of entries) {
		if (entry.begin !== end)
			fail(
				`\`data_offsets\` of tensor \`${name}\``,
				`${end} at their begin (no hole, no overlap)`,
				entry.begin,
			);
		end = entry.end;
	}
	if (end !== dataLength) fail("the data", `${end} bytes long as its header says`, `${dataLength} bytes`);
	return { tensors: new Map(entries), metadata };
}

function parseEntry(name: string, value: unknown, fail: Fail): TensorEntry {
	if (!isRecord(value)) return fail(`tensor \`${name}\``, "an object", value);
	const { dtype, shape, data_offsets: offsets } = value;
	if (typeof dtype !== "string" || !Object.hasOwn(byteSizes, dtype))
		fail(`\`dtype\` of tensor \`${name}\``, `one of ${Object.keys(byteSizes).join(", ")}`, dtype);
	if (!isCounts(shape)) return fail(`\`shape\` of tensor \`${name}\``, "a list of sizes", shape);
	if (shape.length > mostDimensions)
		fail(`\`shape\` of tensor \`${name}\``, `at most ${mostDimensions} sizes`, shape.length);
	if (!isCounts(offsets) || offsets.length !== 2)
		return fail(`\`data_offsets\` of tensor \`${name}\``, "two positions", offsets);
	const [begin, end] = offsets as [number, number];
	const size = shape.reduce((a, b) => a * b, byteSizes[dtype as StoredType]);
	if (end - begin !== size)
		fail(`\`data_offsets\` of tensor \`${name}\``, `${size} bytes apart for ${dtype}[${shape}]`, offsets);
	return { dtype: dtype as StoredType, shape, begin, end };
}

const isCounts = (value: unknown): value is number[] =>
	Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);

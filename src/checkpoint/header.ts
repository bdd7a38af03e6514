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
import { byteSizes, type StoredType } from "./stored-type.ts";

/** A tensor as it lies in the file; `begin` and `end` are bytes from the end of the header. */
export interface TensorEntry {
	readonly dtype: StoredType;
	readonly shape: readonly number[];
	readonly begin: number;
	readonly end: number;
}

export interface Header {
	readonly tensors: ReadonlyMap<string, TensorEntry>;
	readonly metadata: Readonly<Record<string, string>>;
}

/** Longer headers are refused before they are read, as the reference implementation does. */
export const maximumHeaderLength = 100_000_000;

type Fail = (field: string, expected: string, got: unknown) => never;

/** The refusal of a safetensors file: `field` (of the tensor or header) is not as `expected`. */
export const refusal =
	(path: string): Fail =>
	(field, expected, got) => {
		throw new UserError(
			`Expected ${field} of \`${path}\` to be ${expected}, got ${show(got)}. ` +
				"The file is damaged or incomplete: fetch or write it again.",
		);
	};

const show = (value: unknown): string =>
	typeof value === "string" ? value : (JSON.stringify(value)?.slice(0, 80) ?? String(value));

/**
 * Parses and checks a header. `dataLength` is the number of bytes that follow it in the file.
 * Throws UserError, naming file and field, unless the JSON is an object of distinct names, each type is known, each
 * tensor's shape times its type's size is its range, and the ranges fill the data without overlap, hole or rest.
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, path: string): Header {
	const fail = refusal(path);
	let json: unknown;
	try {
		const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
		json = JSON.parse(text);
		const twice = duplicateKey(text);
		if (twice !== undefined) fail("the names in the header", "distinct", `\`${twice}\` twice`);
	} catch (error) {
		if (error instanceof UserError) throw error;
		fail("the header", "JSON in UTF-8", (error as Error).message);
	}
	if (!isRecord(json)) return fail("the header", "a JSON object", json);
	let metadata: Record<string, string> = {};
	const tensors = new Map<string, TensorEntry>();
	for (const [name, value] of Object.entries(json)) {
		if (name === "__metadata__") {
			if (!isRecord(value) || !Object.values(value).every((x) => typeof x === "string"))
				fail("`__metadata__`", "a record of strings", value);
			metadata = value as Record<string, string>;
		} else tensors.set(name, parseEntry(name, value, fail));
	}
	let end = 0;
	for (const [name, entry] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
		if (entry.begin !== end)
			fail(
				`\`data_offsets\` of tensor \`${name}\``,
				`${end} at their begin (no hole, no overlap)`,
				entry.begin,
			);
		end = entry.end;
	}
	if (end !== dataLength) fail("the data", `${end} bytes long as its header says`, `${dataLength} bytes`);
	return { tensors, metadata };
}

function parseEntry(name: string, value: unknown, fail: Fail): TensorEntry {
	if (!isRecord(value)) return fail(`tensor \`${name}\``, "an object", value);
	const { dtype, shape, data_offsets: offsets } = value;
	if (typeof dtype !== "string" || !Object.hasOwn(byteSizes, dtype))
		fail(`\`dtype\` of tensor \`${name}\``, `one of ${Object.keys(byteSizes).join(", ")}`, dtype);
	if (!isCounts(shape)) return fail(`\`shape\` of tensor \`${name}\``, "a list of sizes", shape);
	if (!isCounts(offsets) || offsets.length !== 2)
		return fail(`\`data_offsets\` of tensor \`${name}\``, "two positions", offsets);
	const [begin, end] = offsets as [number, number];
	const size = shape.reduce((a, b) => a * b, byteSizes[dtype as StoredType]);
	if (end - begin !== size)
		fail(`\`data_offsets\` of tensor \`${name}\``, `${size} bytes apart for ${dtype}[${shape}]`, offsets);
	return { dtype: dtype as StoredType, shape, begin, end };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
	Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);

/** The first key that an object in valid JSON `text` has twice: `JSON.parse` would silently keep the last. */
function duplicateKey(text: string): string | undefined {
	const open: Set<string>[] = [];
	for (const [token, string, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")\s*(:)?|[{}]/g)) {
		if (token === "{") open.push(new Set());
		else if (token === "}") open.pop();
		else if (colon) {
			const key = JSON.parse(string!) as string;
			if (open.at(-1)!.has(key)) return key;
			open.at(-1)!.add(key);
		}
	}
	return undefined;
}

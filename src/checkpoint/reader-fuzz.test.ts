/** Files that lie: whatever is done to one, reading it ends soon, in a sentence or in what the file says. */
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { damage } from "../../test/support/damage.ts";
import { memorySource, safetensorsBytes } from "../../test/support/memory-source.ts";
import { UserError } from "../error.ts";
import { openSafetensorsWeights } from "./safetensors-weights.ts";
import { openShards } from "./shards.ts";
import { byteSizes, type StoredType } from "./stored-type.ts";
import { widen } from "./widen.ts";

const path = "folder/model.safetensors";
type Json = { [name: string]: unknown };

/** A header of tensors end to end, and its data. */
function file(tensors: readonly (readonly [string, StoredType, readonly number[]])[]): [Json, Uint8Array] {
	let end = 0;
	const header: Json = { __metadata__: { format: "pt", step: "12" } };
	for (const [name, dtype, shape] of tensors) {
		const begin = end;
		end += shape.reduce((a, b) => a * b, byteSizes[dtype]);
		header[name] = { dtype, shape, data_offsets: [begin, end] };
	}
	return [header, Uint8Array.from({ length: end }, (_, i) => i * 37)];
}

const files = [
	file([["w", "F32", [2, 3]]]),
	file([
		["model.embed.weight", "BF16", [4, 2]],
		["model.layers.0.q", "F8_E4M3", [3]],
		["scalar", "F64", []],
		["empty", "I64", [0, 7]],
		["mask", "BOOL", [1, 1, 2, 2]],
	]),
	file(Object.keys(byteSizes).map((dtype) => [dtype, dtype as StoredType, [2]] as const)),
];

/** "refused" with a sentence, or "read" as the header claims; anything else fails the test. */
async function outcome(bytes: Uint8Array): Promise<"refused" | "read"> {
	const source = memorySource(bytes, path);
	try {
		const { tensors } = await openSafetensorsWeights(source);
		for (const tensor of tensors.values()) {
			const size = tensor.shape.reduce((a, b) => a * b, 1);
			const stored = new Uint8Array(size * byteSizes[tensor.dtype]);
			expect(stored.length).toBeLessThanOrEqual(bytes.length);
			await tensor.readBytes(stored, 0);
			if (tensor.dtype !== "C64") expect(widen(stored, tensor)).toHaveLength(size);
		}
		return "read";
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		expect(error.message).toContain(path);
		expect(error.message.length).toBeLessThan(2000);
		return "refused";
	} finally {
		expect(source.longest).toBeLessThanOrEqual(bytes.length);
	}
}

const nasty = fc.oneof(
	fc.constantFrom<unknown>(
		-1,
		0,
		1,
		0.5,
		1e10,
		2 ** 53,
		1e308,
		null,
		true,
		"",
		"F32",
		"F4",
		"__proto__",
		"constructor",
		[],
		{},
		[0],
		[0, 0],
		[1, 2],
		[2 ** 32, 2 ** 32],
		[2 ** 53 - 1, 0],
		[[1]],
		[null],
		["1"],
		{ weight: {} },
	),
	fc.array(fc.integer({ min: -2, max: 40 }), { maxLength: 4 }),
	fc.integer(),
	fc.string(),
	fc.string({ unit: "binary" }),
);

/** A change somewhere in JSON: a value replaced, a key removed, renamed or added. */
const change = fc.record({
	place: fc.array(fc.nat(20), { maxLength: 3 }),
	kind: fc.constantFrom("replace", "remove", "rename", "add"),
	value: nasty,
	key: fc.oneof(
		fc.constantFrom("dtype", "shape", "__proto__", "__metadata__", "\u001b[2J"),
		fc.string({ unit: "binary" }),
	),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(json: unknown, { place, kind, value, key }: Change, depth = 0): unknown {
	if (typeof json !== "object" || json === null) return value;
	const entries = Object.entries(json);
	const at = place[depth] === undefined ? -1 : place[depth] % Math.max(1, entries.length);
	const entry = entries[at];
	const last = depth === place.length - 1;
	if (!entry) return kind === "add" && !Array.isArray(json) ? { ...json, [key]: value } : value;
	if (!last) entry[1] = changed(entry[1], { place, kind, value, key }, depth + 1);
	else if (kind === "remove") entries.splice(at, 1);
	else if (kind === "rename") entry[0] = key;
	else entry[1] = value;
	return Array.isArray(json) ? entries.map(([, x]) => x) : Object.fromEntries(entries);
}
const changes = fc.array(change, { minLength: 1, maxLength: 3 });
const apply = (json: unknown, list: readonly Change[]): unknown =>
	list.reduce((now, x) => changed(now, x), json);

/** Counted, so that a generator of which all or none are refused is noticed. */
async function tally(
	runs: number,
	arbitrary: fc.Arbitrary<() => Promise<"refused" | "read">>,
): Promise<number> {
	let refused = 0;
	await fc.assert(
		fc.asyncProperty(arbitrary, async (run) => {
			if ((await run()) === "refused") refused++;
		}),
		{ numRuns: runs, seed: 6 },
	);
	return refused / runs;
}

describe("of mutated safetensors files every one is refused with a sentence, or read as it says", () => {
	it("8,000 with bits flipped, pieces cut out and put in", async () => {
		const runs = fc.tuple(fc.constantFrom(...files), damage).map(
			([[header, data], harm]) =>
				() =>
					outcome(harm(safetensorsBytes(header, data))),
		);
		const share = await tally(8000, runs);
		// Flips in the data are no damage that a header can tell.
		expect(share).toBeGreaterThan(0.5);
		expect(share).toBeLessThan(1);
	});

	it("6,000 with valid JSON that lies", async () => {
		const runs = fc.tuple(fc.constantFrom(...files), changes).map(
			([[header, data], list]) =>
				() =>
					outcome(safetensorsBytes(apply(header, list), data)),
		);
		const share = await tally(6000, runs);
		expect(share).toBeGreaterThan(0.5);
		expect(share).toBeLessThan(1);
	});

	it("1,000 cut short at every place, or longer", async () => {
		for (const [header, data] of files) {
			const bytes = safetensorsBytes(header, data);
			for (let end = 0; end < bytes.length; end++)
				expect(await outcome(bytes.subarray(0, end))).toBe("refused");
			expect(await outcome(Buffer.concat([bytes, Buffer.alloc(1)]))).toBe("refused");
			expect(await outcome(bytes)).toBe("read");
		}
	});
});

describe("of mutated indexes every one is refused with a sentence, or opens files beside it alone", () => {
	const shards = new Map(
		["a", "b"].map((letter) => {
			const [header, data] = file([
				[`${letter}.0`, "F32", [2]],
				[`${letter}.1`, "F16", [3]],
			]);
			return [`folder/model-${letter}.safetensors`, safetensorsBytes(header, data)];
		}),
	);
	const index = {
		metadata: { total_size: 28 },
		weight_map: {
			"a.0": "model-a.safetensors",
			"a.1": "model-a.safetensors",
			"b.0": "model-b.safetensors",
			"b.1": "model-b.safetensors",
		},
	};
	const indexPath = "folder/model.safetensors.index.json";

	async function openIndex(bytes: Uint8Array): Promise<"refused" | "read"> {
		const open = async (location: string) => {
			expect(resolve(location, "..")).toBe(resolve("folder"));
			const shard = shards.get(location);
			if (!shard) throw new UserError(`Expected \`${location}\` to exist, got no such file.`);
			return openSafetensorsWeights(memorySource(shard, location));
		};
		try {
			const { tensors } = await openShards(memorySource(bytes, indexPath), open);
			for (const [name, tensor] of tensors) expect(tensor.name).toBe(name);
			return "read";
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			expect(error.message).toContain("folder/");
			expect(error.message.length).toBeLessThan(2000);
			return "refused";
		}
	}

	it("4,000 with bits flipped, or with names of other places", async () => {
		const text = Buffer.from(JSON.stringify(index));
		const elsewhere = fc
			.tuple(fc.constantFrom(...Object.keys(index.weight_map)), fc.oneof(nasty, fc.webPath(), fc.webUrl()))
			.map(([key, value]) => ({ ...index, weight_map: { ...index.weight_map, [key]: value } }));
		const runs = fc.oneof(
			damage.map((harm) => harm(text)),
			changes.map((list) => Buffer.from(JSON.stringify(apply(index, list)) ?? "")),
			elsewhere.map((json) => Buffer.from(JSON.stringify(json))),
		);
		expect(
			await tally(
				4000,
				runs.map((bytes) => () => openIndex(bytes)),
			),
		).toBeGreaterThan(0.5);
		expect(await openIndex(text)).toBe("read");
	});
});

describe("what was thought of", () => {
	const x = { dtype: "U8", shape: [4], data_offsets: [0, 4] };
	const four = [1, 2, 3, 4];
	const tensor = (fields: object) => safetensorsBytes({ x: { ...x, ...fields } }, four);
	const length = (value: bigint) => {
		const bytes = safetensorsBytes({ x }, four);
		bytes.writeBigUInt64LE(value);
		return bytes;
	};
	const refused: [string, () => Uint8Array, RegExp][] = [
		["a header of 10 GB", () => length(10_000_000_000n), /header's length .* got 10000000000/],
		["a header of 2⁶⁴ − 1 bytes", () => length(2n ** 64n - 1n), /header's length/],
		["a header of no bytes", () => length(0n), /the header/],
		["nothing", () => new Uint8Array(), /the size .* at least 8 bytes, got 0/],
		["ten million brackets", () => safetensorsBytes("[".repeat(1e7)), /nesting deeper than 3/],
		["ten million nested objects", () => safetensorsBytes('{"a":'.repeat(1e7)), /nesting deeper than 3/],
		[
			"a string of 50 MB without an end",
			() => safetensorsBytes(`"${"x".repeat(5e7)}`),
			/a string without an end/,
		],
		[
			"a string of 20 MB of backslashes",
			() => safetensorsBytes(`"${"\\".repeat(2e7)}`),
			/a string without an end/,
		],
		[
			"a name of 20 MB",
			() => safetensorsBytes({ ["x".repeat(2e7)]: x }, four),
			/a tensor's name .* at most 1000/,
		],
		["a name that moves the cursor", () => safetensorsBytes({ "\u001b[2J": x }, four), /a tensor's name/],
		[
			"a million sizes",
			() => tensor({ shape: new Array(1e6).fill(1) }),
			/`shape` .* at most 64 sizes, got 1000000/,
		],
		[
			"a shape of 2²¹⁰ values",
			() => tensor({ shape: [2 ** 52, 2 ** 52, 2 ** 52, 2 ** 52] }),
			/`data_offsets`/,
		],
		["infinity times zero", () => tensor({ shape: [...new Array(30).fill(2 ** 52), 0] }), /`data_offsets`/],
		["offsets that go backwards", () => tensor({ data_offsets: [4, 0] }), /`data_offsets`/],
		["an offset in words", () => tensor({ data_offsets: ["0", "4"] }), /two positions/],
		[
			"an offset beyond the file",
			() => tensor({ data_offsets: [2 ** 40, 2 ** 40 + 4] }),
			/`data_offsets` .* 0 at their begin/,
		],
		["a type of six bits", () => tensor({ dtype: "F6_E2M3" }), /`dtype` of tensor `x` .* got F6_E2M3/],
		["text that is no UTF-8", () => Buffer.concat([length(1n).subarray(0, 8), Buffer.of(0xff)]), /UTF-8/],
	];
	it.each(refused)("%s is refused, naming file and field", async (_, bytes, message) => {
		const source = memorySource(bytes(), path);
		const opening = openSafetensorsWeights(source);
		await expect(opening).rejects.toThrow(UserError);
		await expect(opening).rejects.toThrow(message);
		await expect(opening).rejects.toThrow(path);
		expect(source.longest).toBeLessThanOrEqual(source.size);
	});

	it("a name like those of JavaScript's own objects is a name", async () => {
		const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "1"];
		const entries = names.map(
			(name, i) => `${JSON.stringify(name)}:{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`,
		);
		const { tensors } = await openSafetensorsWeights(
			memorySource(safetensorsBytes(`{${entries.join(",")}}`, [1, 2, 3, 4, 5])),
		);
		expect([...tensors.keys()]).toEqual(names);
	});
});

import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { damage } from "../../test/support/damage.ts";
import type { TypedArray } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import { UserError } from "../error.ts";
import { hostTensor, openSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/torch-train/", import.meta.url));

let folder: string;
let path: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "orrery-safetensors-"));
	path = join(folder, "x.safetensors");
});
afterAll(() => rm(folder, { recursive: true }));

/** A file made by hand: a header, as JSON or as text, then data. */
const handmade = async (header: unknown, data: Uint8Array | number[] = []): Promise<string> => {
	const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(json.length));
	await writeFile(path, Buffer.concat([length, json, Buffer.from(data)]));
	return path;
};

const readAll = async (file: SafetensorsFile): Promise<Record<string, TypedArray>> => {
	const values: Record<string, TypedArray> = {};
	for (const name of file.tensors.keys()) values[name] = await file.read(name);
	return values;
};

describe("openSafetensors", () => {
	it.each(["pre", "post", "res-post"])("reads the file that PyTorch wrote for %s-norm", async (placement) => {
		const json = async (name: string) => JSON.parse(await readFile(join(fixtures, placement, name), "utf8"));
		const [config, expected] = [await json("config.json"), await json("expected.json")];
		const file = await openSafetensors(join(fixtures, placement, "init.safetensors"));
		const shapes = Object.fromEntries([...file.tensors].map(([name, { shape }]) => [name, shape]));
		expect(shapes).toEqual(config.parameters);
		let squares = 0;
		for (const values of Object.values(await readAll(file))) for (const x of values) squares += x * x;
		await file.close();
		// Float64 sums of the same float32 numbers in another order: a few rounding errors.
		const norm = expected.runs.sgd.f64.theta_norm[0];
		expect(Math.abs(Math.sqrt(squares) / norm - 1)).toBeLessThan(1e-12);
	});

	it("widens every half-precision number exactly", async () => {
		const halves = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
		const entry = (dtype: string) => ({ x: { dtype, shape: [2 ** 16], data_offsets: [0, 2 ** 17] } });
		const half = await openSafetensors(await handmade(entry("F16"), new Uint8Array(halves.buffer)));
		const values = await half.read("x");
		await half.close();
		const known = {
			0: 0,
			1: 2 ** -24,
			1023: 1023 * 2 ** -24,
			1024: 2 ** -14,
			15360: 1,
			31743: 65504,
			31744: Infinity,
		};
		for (const [bits, value] of Object.entries(known)) {
			expect(values[Number(bits)]).toBe(value);
			expect(values[Number(bits) + 2 ** 15]).toBe(-value);
		}
		// Half-precision numbers of one sign are ordered as their bits are.
		for (let i = 1; i <= 31744; i++) expect(values[i]! > values[i - 1]!).toBe(true);
		expect(values[31745]).toBeNaN();

		const brain = await openSafetensors(await handmade(entry("BF16"), new Uint8Array(halves.buffer)));
		const wide = new Uint32Array((await brain.read("x")).buffer);
		await brain.close();
		expect(wide.every((bits, i) => bits === i * 2 ** 16)).toBe(true);
	});

	const x = (begin: number, end: number, shape = [end - begin]) => ({
		dtype: "U8",
		shape,
		data_offsets: [begin, end],
	});

	it("accepts scalars, empty tensors and unused types", async () => {
		const header = {
			scalar: x(0, 1, []),
			empty: x(1, 1, [0, 3]),
			long: { dtype: "I64", shape: [1], data_offsets: [1, 9] },
		};
		const file = await openSafetensors(await handmade(header, new Array(9).fill(5)));
		expect(await file.read("scalar")).toEqual(new Uint8Array([5]));
		expect(await file.read("empty")).toHaveLength(0);
		await expect(file.read("long")).rejects.toThrow(/`long` .* got I64/);
		await expect(file.read("emty")).rejects.toThrow(/Did you mean `empty`/);
		await file.close();
	});

	const bytes = [1, 2, 3, 4];
	it.each<[string, unknown, RegExp]>([
		["no JSON", "{", /the header .* JSON/],
		["a list", "[]", /a JSON object/],
		[
			"a name twice",
			'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\\u0061":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
			/`a` twice/,
		],
		["a field twice", '{"a":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}', /`shape` twice/],
		["an unknown type", { a: { ...x(0, 4), dtype: "F7" } }, /`dtype` of tensor `a` .* got F7/],
		["an inherited type", { a: { ...x(0, 4), dtype: "toString" } }, /`dtype` of tensor `a`/],
		["a negative size", { a: x(0, 4, [-2, -2]) }, /`shape` of tensor `a`/],
		["a shape too large to count", { a: x(0, 4, [2 ** 52, 2 ** 52]) }, /`data_offsets` of tensor `a`/],
		["a wrong shape", { a: x(0, 4, [5]) }, /`data_offsets` of tensor `a` .* 5 bytes apart for U8\[5\]/],
		["one offset", { a: { ...x(0, 4), data_offsets: [0] } }, /two positions/],
		["an overlap", { a: x(0, 3), b: x(2, 4) }, /`data_offsets` of tensor `b`/],
		["a hole", { a: x(0, 1), b: x(2, 4) }, /`data_offsets` of tensor `b`/],
		["bytes left over", { a: x(0, 3) }, /the data .* 3 bytes .* got 4/],
		["bytes missing", { a: x(0, 5) }, /the data .* 5 bytes .* got 4/],
		["metadata of numbers", { __metadata__: { step: 1 }, a: x(0, 4) }, /`__metadata__`/],
	])("refuses %s and says where", async (_, header, message) => {
		await handmade(header, bytes);
		await expect(openSafetensors(path)).rejects.toThrow(UserError);
		await expect(openSafetensors(path)).rejects.toThrow(message);
		await expect(openSafetensors(path)).rejects.toThrow(path);
	});

	it("refuses a header that is longer than the file without reading it", async () => {
		await writeFile(path, Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 1, 2, 3]));
		await expect(openSafetensors(path)).rejects.toThrow(/the header's length .* at most 3/);
		await writeFile(path, "short");
		await expect(openSafetensors(path)).rejects.toThrow(/at least 8 bytes, got 5/);
	});

	it("says that a file is missing, or a folder", async () => {
		await expect(openSafetensors(join(folder, "none"))).rejects.toThrow(/none` to exist/);
		await expect(openSafetensors(folder)).rejects.toThrow(UserError);
	});

	it("notices that a file has become shorter since it was opened", async () => {
		const file = await openSafetensors(await handmade({ a: x(0, 4) }, bytes));
		await truncate(path, (await readFile(path)).length - 1);
		await expect(file.read("a")).rejects.toThrow(UserError);
		await file.close();
	});
});

describe("writeSafetensors", () => {
	const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
	const fill = <T extends TypedArray>(values: T, seed: number): T => {
		for (let i = 0; i < values.length; i++) values[i] = (seed * (i + 1)) / 7;
		return values;
	};
	const tensor = fc
		.tuple(shape, fc.constantFrom(Float32Array, Float64Array, Int32Array, Uint8Array), fc.nat())
		.map(([s, type, seed]) => hostTensor(fill(new type(sizeOf(s)), seed), s));
	const tensors = fc.dictionary(fc.string({ unit: "grapheme", minLength: 1 }), tensor, { maxKeys: 5 });

	it("writes what openSafetensors reads, every tensor aligned", async () => {
		await fc.assert(
			fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (written, metadata) => {
				const { bytes } = await writeSafetensors(path, written, metadata);
				expect((await readFile(path)).length).toBe(bytes);
				const file = await openSafetensors(path);
				expect({ ...file.metadata }).toEqual({ ...metadata });
				expect([...file.tensors.keys()].sort()).toEqual(Object.keys(written).sort());
				for (const [name, { begin }] of file.tensors) {
					const [{ dtype, shape, read }, source] = [file.source(name), written[name]!];
					expect({ dtype, shape }).toEqual({ dtype: source.dtype, shape: source.shape });
					const values = await read();
					expect(values).toEqual(await source.read());
					if (values.length) expect(begin % values.BYTES_PER_ELEMENT).toBe(0);
				}
				await file.close();
			}),
			{ numRuns: 60 },
		);
	});

	it("keeps every bit of a float, NaN payloads and -0 included", async () => {
		const bits = new Uint32Array([0x7fc00001, 0xff800001, 0x80000000, 1, 0x7f7fffff]);
		await writeSafetensors(path, { x: hostTensor(new Float32Array(bits.buffer), [5]) });
		const file = await openSafetensors(path);
		expect(new Uint32Array((await file.read("x")).buffer)).toEqual(bits);
		await file.close();
	});

	it("holds one tensor at a time", async () => {
		let [open, most] = [0, 0];
		const source = {
			shape: [2],
			dtype: "float32" as const,
			async read() {
				most = Math.max(most, ++open);
				await new Promise(setImmediate);
				open--;
				return new Float32Array(2);
			},
		};
		await writeSafetensors(path, { a: source, b: source, c: source });
		expect(most).toBe(1);
	});
});

describe("a file with any bytes changed", () => {
	it("is refused with a UserError, or read with the shapes that it claims", async () => {
		await writeSafetensors(path, {
			weight: hostTensor(new Float32Array(6), [2, 3]),
			count: hostTensor(new Int32Array(2), [2]),
		});
		const original = await readFile(path);
		let opened = 0;
		await fc.assert(
			fc.asyncProperty(damage, async (change) => {
				await writeFile(path, change(original));
				let file: SafetensorsFile | undefined;
				try {
					file = await openSafetensors(path);
					opened++;
					for (const [name, { shape }] of file.tensors)
						expect(await file.read(name)).toHaveLength(sizeOf(shape));
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
				} finally {
					await file?.close();
				}
			}),
			{ numRuns: 500 },
		);
		// Both outcomes happened.
		expect(opened).toBeGreaterThan(0);
		expect(opened).toBeLessThan(500);
	});
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UserError } from "../error.ts";
import { readTexts } from "./text.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "orrery-text-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, content: string | Uint8Array): Promise<string> => {
	await writeFile(join(folder, name), content);
	return join(folder, name);
};

const poem = "one line\ntwo lines\nthree lines\nfour\n";

describe("readTexts", () => {
	it("reads plain and gzipped text alike", async () => {
		const plain = await readTexts({ train: await file("a", poem), validation: await file("b", "x") });
		const zipped = await readTexts({
			train: await file("a.gz", gzipSync(poem)),
			validation: await file("b", "x"),
		});
		expect(plain.splits.get("train")).toBe(poem);
		expect([...zipped.splits]).toEqual([...plain.splits]);
		expect(zipped.hash).toBe(plain.hash);
	});

	it("keeps the last lines for validation where there is no file for it, and loses nothing", async () => {
		const train = await file("a", poem);
		for (const [validationFraction, first] of [
			[0.9, "one line\n"],
			[0.5, "one line\ntwo lines\n"],
			[0.3, "one line\ntwo lines\nthree lines\n"],
		] as const) {
			const { splits } = await readTexts({ train, validationFraction });
			expect([...splits]).toEqual([
				["train", first],
				["validation", poem.slice(first.length)],
			]);
		}
	});

	it("cuts a text of one line, but no character", async () => {
		const { splits } = await readTexts({ train: await file("a", "😀".repeat(3)), validationFraction: 0.5 });
		expect([...splits.values()]).toEqual(["😀😀", "😀"]);
	});

	it("has another hash for another text or another split", async () => {
		const [a, b, ab] = [await file("a", "a"), await file("b", "b"), await file("ab", "ab")];
		const sources = [
			{ train: a, validation: b },
			{ train: b, validation: a },
			{ train: ab, validation: b },
			{ train: a, validation: ab },
			{ train: a, validation: b, test: b },
		];
		const hashes = await Promise.all(sources.map(async (source) => (await readTexts(source)).hash));
		expect(new Set(hashes).size).toBe(sources.length);
	});

	it.each<[string, string | Uint8Array, RegExp]>([
		["an empty file", "", /to hold text, got 0 bytes/],
		["white space alone", " \n\n", /to hold text, got 3 bytes/],
		["bytes that are not UTF-8", new Uint8Array([104, 105, 0xff]), /UTF-8/],
		["half a gzip file", gzipSync(poem).subarray(0, 20), /complete gzip file/],
		["a gzip file with a flipped bit", gzipSync(poem).map((byte, i) => (i === 25 ? byte ^ 4 : byte)), /gzip/],
	])("refuses %s, naming it", async (_, content, message) => {
		const train = await file("bad", content);
		const reading = readTexts({ train });
		await expect(reading).rejects.toThrow(UserError);
		await expect(reading).rejects.toThrow(message);
		await expect(reading).rejects.toThrow(train);
	});

	it("refuses a file that is not there, naming it", async () => {
		await expect(readTexts({ train: join(folder, "none") })).rejects.toThrow(/none` to exist/);
	});
});

import { expect, test } from "vitest";
import { memorySource } from "../../../test/support/memory-source.ts";
import { type ZipPart, zipBytes } from "../../../test/support/zip-bytes.ts";
import { UserError } from "../../error.ts";
import { openZip } from "./zip.ts";

const [a, b] = [
	{ name: "x/a", data: Buffer.from("abcdef") },
	{ name: "x/b", data: Buffer.from("ghij") },
];

async function readAll(bytes: Uint8Array): Promise<Record<string, string>> {
	const found: Record<string, string> = {};
	for (const entry of (await openZip(memorySource(bytes, "x.pt"))).values()) {
		const into = Buffer.alloc(entry.size);
		await entry.read(into, 0);
		found[entry.name] = into.toString();
	}
	return found;
}

test("entries are read where they lie, and any range of them", async () => {
	expect(await readAll(zipBytes([a, b]))).toEqual({ "x/a": "abcdef", "x/b": "ghij" });
	const entry = (await openZip(memorySource(zipBytes([a, b])))).get("x/b")!;
	const into = Buffer.alloc(2);
	await entry.read(into, 1);
	expect(into.toString()).toBe("hi");
	await expect(entry.read(into, 3)).rejects.toThrow(RangeError);
});

test("the directory of a thousand entries takes a few reads, not two for each", async () => {
	const source = memorySource(
		zipBytes(Array.from({ length: 1000 }, (_, i) => ({ name: `x/${i}`, data: a.data }))),
	);
	let reads = 0;
	const counting = {
		...source,
		read: (into: Uint8Array, at: number) => source.read(into, at).then(() => void reads++),
	};
	expect((await openZip(counting)).size).toBe(1000);
	expect(reads).toBeLessThan(5);
});

test.each<[string, readonly ZipPart[], RegExp]>([
	["a name twice", [a, { ...b, name: "x/a" }], /names in the zip archive .* distinct, got `x\/a` twice/],
	["a name that climbs out", [{ ...a, name: "../a" }], /invalid relative path: \.\.\/a/],
	["an absolute name", [{ ...a, name: "/etc/a" }], /absolute path/],
	[
		"a size beyond the next entry",
		[{ ...a, lie: { size: 100 } }, b],
		/`x\/a` .* within the \d+ bytes before the next, got 100/,
	],
	["a size beyond the file", [a, { ...b, lie: { size: 3e9 } }], /`x\/b` .* got 3000000000 bytes/],
	["two entries in one place", [a, { ...b, lie: { offset: 0 } }], /before the next/],
	["a place beyond the file", [a, { ...b, lie: { offset: 4e9 } }], /before the next/],
	[
		"a place that is not an entry's",
		[a, { ...b, lie: { offset: 40 } }],
		/where the directory says, got invalid local file header/,
	],
	[
		"an entry whose own header moves it",
		[{ ...a, extra: 20 }, b],
		/`x\/a` .* at most \d+ bytes into the file/,
	],
	["a compressed entry", [{ ...a, lie: { method: 8 } }, b], /stored as it is, got a compressed one/],
	["an encrypted entry", [{ ...a, lie: { flags: 1, size: 18 } }, b], /x\.pt/],
])("%s is refused", async (_, parts, message) => {
	const outcome = readAll(zipBytes(parts));
	await expect(outcome).rejects.toThrow(message);
	await expect(outcome).rejects.toThrow(UserError);
});

test("an archive cut anywhere is refused", async () => {
	const bytes = zipBytes([a, b]);
	for (let length = 0; length < bytes.length; length++)
		await expect(readAll(bytes.subarray(0, length))).rejects.toThrow(UserError);
});

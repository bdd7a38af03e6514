/** Files of PyTorch's, mutated: every outcome is a refusal in words, or tensors whose bytes are in the file. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { memorySource } from "../../../test/support/memory-source.ts";
import { UserError } from "../../error.ts";
import { byteSizes } from "../stored-type.ts";
import { openTorch } from "./open.ts";
import { readPickle } from "./pickle.ts";
import { modelOf } from "./state-dict.ts";
import { openZip } from "./zip.ts";

const folder = join(import.meta.dirname, "../../../test/fixtures/torch-files");
const names = ["nanogpt.pt", "lightning.ckpt", "strided.pt", "protocol-4.pt", "protocol-1.pt"];

/** Marsaglia's xorshift: the same mutations every time. */
function generator(seed: number): (below: number) => number {
	let x = seed;
	return (below) => {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		return (x >>> 0) % below;
	};
}

/** The instructions that a mutation puts in. */
const operations = Buffer.from(
	"(.012NIJKLMFGSTUVX)t]lae}dsucRibQoghjpqrPCB\x80\x81\x82\x85\x86\x87\x88\x8a\x8b\x8c\x8d\x8e\x90\x91\x92\x93\x94\x95\x96\x97",
	"latin1",
);

/** A copy with one to four bytes, ranges or instructions changed, cut, repeated or lost. */
function mutated(original: Uint8Array, random: (below: number) => number): Buffer {
	let bytes: Buffer = Buffer.from(original);
	for (let n = random(4); n >= 0 && bytes.length; n--) {
		const at = random(bytes.length);
		const kind = random(6);
		if (kind === 0) bytes[at] = random(256);
		else if (kind === 1) bytes[at] = operations[random(operations.length)]!;
		else if (kind === 2) bytes = bytes.subarray(0, random(4) ? bytes.length : at);
		else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(20))]);
		else if (kind === 4) bytes.fill([0, 255, 127, 128][random(4)]!, at, Math.min(at + 4, bytes.length));
		else {
			const from = random(bytes.length);
			bytes = Buffer.concat([
				bytes.subarray(0, at),
				bytes.subarray(from, from + random(40)),
				bytes.subarray(at),
			]);
		}
	}
	return bytes;
}

test("20,000 mutated pickles are refused in words or read", async () => {
	const corpus: Uint8Array[] = [];
	for (const name of names) {
		const entries = await openZip(memorySource(await readFile(join(folder, name))));
		const entry = [...entries.values()].find((e) => e.name.endsWith("/data.pkl"))!;
		const bytes = new Uint8Array(entry.size);
		await entry.read(bytes, 0);
		expect(modelOf(readPickle(bytes, "x"), "x").tensors.size).toBeGreaterThan(0);
		corpus.push(bytes);
	}
	const random = generator(20260101);
	let [read, refused] = [0, 0];
	for (let i = 0; i < 20_000; i++) {
		const bytes = mutated(corpus[i % corpus.length]!, random);
		try {
			for (const view of modelOf(readPickle(bytes, "x"), "x").tensors.values())
				expect(view.shape.reduce((a, b) => a * b, 1)).toBeLessThanOrEqual(view.storage.length);
			read++;
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			refused++;
		}
	}
	expect(read).toBeGreaterThan(500);
	expect(refused).toBeGreaterThan(5000);
});

test("10,000 mutated archives are refused in words or read, with no buffer longer than the file", async () => {
	const corpus = await Promise.all(names.map((name) => readFile(join(folder, name))));
	const random = generator(20260202);
	let [read, refused] = [0, 0];
	for (let i = 0; i < 10_000; i++) {
		const bytes = mutated(corpus[i % corpus.length]!, random);
		const source = memorySource(bytes, "x.pt");
		try {
			const weights = await openTorch(source);
			for (const { shape, dtype, readBytes } of weights.tensors.values()) {
				const size = shape.reduce((a, b) => a * b, byteSizes[dtype]);
				expect(size).toBeLessThanOrEqual(bytes.length);
				await readBytes(new Uint8Array(size), 0);
			}
			read++;
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			refused++;
		}
		expect(source.longest).toBeLessThanOrEqual(bytes.length);
	}
	expect(read).toBeGreaterThan(500);
	expect(refused).toBeGreaterThan(3000);
});

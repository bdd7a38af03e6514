import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { UserError } from "../error.ts";
import { openTokenizer } from "./huggingface.ts";

const gpt2 = fileURLToPath(new URL("../../test/fixtures/tokenizers/gpt2-1000.json", import.meta.url));

describe("a Hugging Face tokenizer", () => {
	it("gives GPT-2's ids", async () => {
		const tokenizer = await openTokenizer(gpt2);
		expect(tokenizer.vocabularySize).toBe(1257);
		// The ids of the full GPT-2 tokenizer, which needs none of its later merges for these words.
		expect([...tokenizer.encode("the people of the world want more from their government")]).toEqual([
			1169, 661, 286, 262, 995, 765, 517, 422, 511, 1230,
		]);
		expect([...tokenizer.encode(" they did not know what to do\n\n It's")]).toEqual([
			484, 750, 407, 760, 644, 284, 466, 628, 632, 338,
		]);
	});

	it("decodes what it encoded, byte for byte", async () => {
		const tokenizer = await openTokenizer(gpt2);
		const text = "naïve 😀 , said Senjō .\n\n\tIt 's  here";
		expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
	});

	it("encodes a long text as it encodes its lines", async () => {
		const tokenizer = await openTokenizer(gpt2);
		const line = "It was the first time in the world .\n";
		const [one, many] = [tokenizer.encode(line), tokenizer.encode(line.repeat(4000))];
		expect(many).toHaveLength(4000 * one.length);
		expect([...many.subarray(-one.length)]).toEqual([...one]);
	});

	it("is refused by name when it is missing, no JSON or no tokenizer", async () => {
		const folder = await mkdtemp(join(tmpdir(), "orrery-tokenizer-"));
		onTestFinished(() => rm(folder, { recursive: true }));
		for (const [name, content, message] of [
			["none.json", undefined, /to exist/],
			["half.json", '{"model":', /to be JSON/],
			["empty.json", "{}", /to be a Hugging Face tokenizer/],
			["null.json", "null", /to be a Hugging Face tokenizer/],
			["unknown.json", '{"model":{"type":"Magic"},"added_tokens":[]}', /to be a Hugging Face tokenizer/],
		] as const) {
			const path = join(folder, name);
			if (content !== undefined) await writeFile(path, content);
			const opening = openTokenizer(path);
			await expect(opening, name).rejects.toThrow(UserError);
			await expect(opening).rejects.toThrow(message);
			await expect(opening).rejects.toThrow(path);
		}
	});
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../error.ts";
import { lengthBatches } from "./length-batches.ts";
import { openModelTokenizer } from "./model-tokenizer.ts";
import { readPassages } from "./passages.ts";
import { readTokenIds } from "./token-ids.ts";

async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "orrery-saturation-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
	return folder;
}

test("passages are what stands between blank lines, the first so many, without those that begin with #", async () => {
	const folder = await folderOf({
		"brown.txt": "# ca01\n\nThe jury\nsaid so .\n \n\n# note\nwith a line\n\r\n\tSecond passage\r\n\r\nthird",
	});
	const path = join(folder, "brown.txt");
	const all = await readPassages(path, 100);
	expect(all.texts).toEqual(["The jury\nsaid so .", "Second passage", "third"]);
	expect(all.description).toBe(`3 passages of ${path}`);
	const two = await readPassages(path, 2);
	expect(two.texts).toEqual(all.texts.slice(0, 2));
	expect(two.description).toBe(`the first 2 passages of ${path}`);
});

test("NLTK's Brown files are read in their order, tags dropped, other files left aside", async () => {
	const folder = await folderOf({
		ca02: "\n\n\tSecond/jj file/nn ./.\n",
		ca01:
			"\n\n\tThe/at Fulton/np-tl Grand/jj-tl Jury/nn-tl said/vbd ``/`` no/at evidence/nn ''/'' ./.\n\n\n" +
			"\tIt/pps was/bedz 1/2/cd of/in them/ppo ,/, not/* that/cs ;/. more/ap (/( see/vb )/) --/-- here/rb :/: end/nn\n",
		cats: "ca01 news\n",
		README: "The Brown corpus\n\nis not a passage",
	});
	const { texts, description } = await readPassages(folder, 100);
	expect(texts).toEqual([
		"The Fulton Grand Jury said `` no evidence '' .",
		"It was 1/2 of them , not that ; more ( see ) -- here : end",
		"Second file .",
	]);
	expect(description).toBe(`3 passages of ${folder}, part-of-speech tags dropped`);
});

test("a text with slashes is not taken for tagged words", async () => {
	const folder = await folderOf({
		"a.txt": "Open src/cli and either/or of them, and/or nothing else at all.",
	});
	const { texts, description } = await readPassages(join(folder, "a.txt"), 9);
	expect(texts[0]).toContain("src/cli");
	expect(description).not.toContain("tags");
});

test("texts that are none are refused by name", async () => {
	const folder = await folderOf({
		"empty.txt": "# only\n\n# notes\n",
		"bytes.txt": Uint8Array.of(0xff, 0xfe, 0x41),
	});
	for (const [name, message] of [
		["empty.txt", /to hold passages between blank lines, got none/],
		["bytes.txt", /to be UTF-8 text/],
		["missing.txt", /to exist/],
		[".", /to hold the Brown corpus/],
	] as const) {
		const reading = readPassages(join(folder, name), 10);
		await expect(reading, name).rejects.toThrow(UserError);
		await expect(reading).rejects.toThrow(message);
	}
});

test("ids are read as lists, with lengths, with a mask on either side, and out of a fixture", async () => {
	const read = async (content: unknown) => {
		const folder = await folderOf({ "ids.json": JSON.stringify(content) });
		return (await readTokenIds(join(folder, "ids.json"))).map((ids) => [...ids]);
	};
	const expected = [[7, 8, 9], [5]];
	expect(await read(expected)).toEqual(expected);
	const input_ids = [
		[7, 8, 9],
		[5, 0, 0],
	];
	expect(await read({ input_ids, lengths: [3, 1] })).toEqual(expected);
	expect(
		await read({
			input_ids: [
				[7, 8, 9],
				[0, 0, 5],
			],
			attention_mask: [
				[1, 1, 1],
				[0, 0, 1],
			],
		}),
	).toEqual(expected);
	expect(await read({ inputs: { input_ids, lengths: [3, 1] }, stacks: {} })).toEqual(expected);
	for (const [content, message] of [
		[{ input_ids, lengths: [3] }, /`lengths` to have 2 entries/],
		[{ input_ids, lengths: [3, 4] }, /`lengths\[1\]` to be at most 3/],
		[{ input_ids, attention_mask: [[1, 1, 1], [1]] }, /`attention_mask\[1\]` to have 3 entries/],
		[[[1], []], /sequence 1 to hold token ids/],
		[[[1.5]], /Expected/],
		[{ ids: [[1]] }, /Expected/],
	] as const) {
		await expect(read(content), JSON.stringify(content)).rejects.toThrow(UserError);
		await expect(read(content)).rejects.toThrow(message);
	}
});

const words = [
	"[PAD]",
	"[UNK]",
	"[CLS]",
	"[SEP]",
	"[MASK]",
	"a",
	"the",
	"The",
	"cat",
	"##s",
	"sat",
	".",
	"naive",
];

test("a WordPiece vocabulary alone is BERT's tokenizer: [CLS] and [SEP], pieces with ##, cased as configured", async () => {
	const folder = await folderOf({
		"vocab.txt": `${words.join("\n")}\n`,
		"tokenizer_config.json": '{"do_lower_case":false}',
	});
	const cased = await openModelTokenizer(folder);
	expect(cased.description).toBe("vocab.txt (WordPiece, cased), special tokens [CLS] … [SEP]");
	const ids = (...pieces: string[]) => pieces.map((piece) => words.indexOf(piece));
	expect([...cased.encode("The cats sat.", 512).ids]).toEqual(
		ids("[CLS]", "The", "cat", "##s", "sat", ".", "[SEP]"),
	);
	expect([...cased.encode("A naïve dog", 512).ids]).toEqual(ids("[CLS]", "[UNK]", "[UNK]", "[UNK]", "[SEP]"));
	await writeFile(join(folder, "tokenizer_config.json"), "{}");
	const lower = await openModelTokenizer(folder);
	expect([...lower.encode("The naïve CAT", 512).ids]).toEqual(ids("[CLS]", "the", "naive", "cat", "[SEP]"));
});

test("a text that is too long loses its end and keeps its special tokens", async () => {
	const folder = await folderOf({ "vocab.txt": words.join("\n") });
	const tokenizer = await openModelTokenizer(folder);
	const { ids, cut } = tokenizer.encode("the cat sat . the cat sat .", 5);
	expect([...ids].map((id) => words[id])).toEqual(["[CLS]", "the", "cat", "sat", "[SEP]"]);
	expect(cut).toBe(true);
	expect(tokenizer.encode("the cat sat", 5).cut).toBe(false);
});

const pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "a", "b", "c", "Ġ", "ab", "Ġa"];
const merges = "#version: 0.2\na b\nĠ a\n";

test("byte-level BPE is RoBERTa's where the vocabulary has <s> and </s>, and else GPT-2's, which adds nothing", async () => {
	const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
	const folder = await folderOf({ "vocab.json": JSON.stringify(vocab), "merges.txt": merges });
	const roberta = await openModelTokenizer(folder);
	expect(roberta.description).toBe("vocab.json and merges.txt (byte-level BPE), special tokens <s> … </s>");
	expect([...roberta.encode("abc ac", 512).ids].map((id) => pieces[id])).toEqual([
		"<s>",
		"ab",
		"c",
		"Ġa",
		"c",
		"</s>",
	]);
	const { "<s>": _, "</s>": __, ...bare } = vocab;
	await writeFile(join(folder, "vocab.json"), JSON.stringify({ ...bare, "<|endoftext|>": 11 }));
	const gpt2 = await openModelTokenizer(folder);
	expect(gpt2.description).toBe("vocab.json and merges.txt (byte-level BPE), no special tokens");
	expect([...gpt2.encode("abc", 512).ids].map((id) => pieces[id])).toEqual(["ab", "c"]);
});

test("tokenizer.json comes first, with its own post-processor", async () => {
	const folder = await folderOf({
		"vocab.txt": words.join("\n"),
		"tokenizer.json": JSON.stringify({
			added_tokens: [{ id: 3, content: "</s>", special: true }],
			normalizer: null,
			pre_tokenizer: { type: "WhitespaceSplit" },
			post_processor: {
				type: "TemplateProcessing",
				single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
				pair: [],
				special_tokens: { "</s>": { id: "</s>", ids: [3], tokens: ["</s>"] } },
			},
			decoder: null,
			model: {
				type: "WordPiece",
				unk_token: "u",
				continuing_subword_prefix: "##",
				vocab: { u: 0, a: 1, b: 2, "</s>": 3 },
			},
		}),
	});
	const tokenizer = await openModelTokenizer(folder);
	expect(tokenizer.description).toBe("tokenizer.json, special tokens … </s>");
	expect([...tokenizer.encode("a b a", 3).ids]).toEqual([1, 2, 3]);
});

test("a folder without a tokenizer that is read is refused, with what to do", async () => {
	for (const [files, message] of [
		[{ "spiece.model": "x" }, /got spiece\.model alone.*save_pretrained\(folder\).*--ids/s],
		[{}, /tokenizer\.json, vocab\.txt, or vocab\.json and merges\.txt, got none.*--ids/s],
		[{ "vocab.txt": "a\nb" }, /to have a line \[UNK\]/],
	] as const) {
		const opening = openModelTokenizer(await folderOf(files as Record<string, string>));
		await expect(opening).rejects.toThrow(UserError);
		await expect(opening).rejects.toThrow(message);
	}
});

test("batches hold every sequence once, unpadded within, within the bounds, and of one shape a length", () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 }),
			fc.integer({ min: 1, max: 2048 }),
			(lengths, tokensAtOnce) => {
				const sequences = lengths.map((length, i) => Int32Array.from({ length }, (_, t) => 1000 * i + t));
				const batches = lengthBatches(sequences, -1, tokensAtOnce, 300);
				const seen: number[][] = [];
				const shapes = new Map<number, number>();
				for (const { tokens, real, batch, time, lengths } of batches) {
					expect(batch * time <= Math.max(tokensAtOnce, time)).toBe(true);
					expect(time).toBeLessThanOrEqual(300);
					expect(shapes.get(time) ?? batch).toBe(batch);
					shapes.set(time, batch);
					for (const [b, length] of lengths.entries()) {
						seen.push([...tokens.subarray(b * time, b * time + length)]);
						expect(tokens.subarray(b * time + length, (b + 1) * time).every((id) => id === -1)).toBe(true);
						// Padding to multiples of 16, beyond 64 of a quarter of the power of two below.
						expect(time - length).toBeLessThan(Math.max(16, length / 4));
					}
					for (let b = 0; b < batch; b++) expect(real[b * time]).toBe(1);
				}
				const sorted = (list: number[][]) => list.toSorted((a, b) => a[0]! - b[0]!);
				expect(sorted(seen)).toEqual(sorted(sequences.map((ids) => [...ids])));
			},
		),
		{ numRuns: 60 },
	);
});

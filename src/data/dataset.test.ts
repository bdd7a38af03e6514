import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { dataConfig } from "./config.ts";
import { openDataset } from "./dataset.ts";
import { readTexts } from "./text.ts";

/** Opens a data set with context 8, batch 4 and seed 0. */
const open = (config: object) => openDataset(dataConfig.parse(config), 8, 4, 0);

const textFile = async (content: string): Promise<string> => {
	const folder = await mkdtemp(join(tmpdir(), "orrery-dataset-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	await writeFile(join(folder, "text.txt"), content);
	return join(folder, "text.txt");
};

describe("WikiText-2", () => {
	it("has the published numbers of tokens and types", async () => {
		const data = await open({});
		expect(data.trainTokens).toBe(2_088_628);
		expect(data.vocabularySize).toBe(33_278);
		expect(data.splits).toEqual(["train", "validation", "test"]);
		const { splits } = await readTexts("wikitext-2");
		expect(data.tokenizer.encode(splits.get("validation")!)).toHaveLength(217_646);
		expect(data.tokenizer.encode(splits.get("test")!)).toHaveLength(245_569);
		expect(data.description).toBe("WikiText-2: 2,088,628 training tokens, 33,278 words, windows of 8 tokens");
	});

	it("by lines has the sequences and the vocabulary of Merrill et al.'s code", async () => {
		// Counted with Python's `split` by their rules; longest training line 699.
		const data = await openDataset(dataConfig.parse({ layout: "lines" }), 699, 16, 0);
		expect(data.vocabularySize).toBe(33_233);
		expect(data.trainTokens).toBe(2_007_146);
		expect(data.stepsPerEpoch).toBe(Math.floor(17_556 / 16));
		expect(data.tokenizer.decode([0, 1, 2])).toBe("Senjō no Valkyria");
	});

	it("keeps the most frequent words of a smaller vocabulary", async () => {
		const data = await open({ vocabularySize: 1000 });
		expect(data.vocabularySize).toBe(1000);
		expect(data.tokenizer.decode(data.tokenizer.encode("the of Valkyria"))).toBe("the of <unk>");
	});
});

describe("a text of one's own", () => {
	it("is read as characters", async () => {
		const data = await open({
			source: { train: await textFile("to be or not\n".repeat(20)) },
			tokenizer: "characters",
		});
		expect(data.vocabularySize).toBe(8);
		expect(data.splits).toEqual(["train", "validation"]);
		const { tokens } = data.trainBatch(0);
		expect(tokens).toHaveLength(4 * 9);
		expect("to be or not\n".repeat(3)).toContain(data.tokenizer.decode(tokens.subarray(0, 9)));
	});

	it("is read by a tokenizer file", async () => {
		const file = fileURLToPath(new URL("../../test/fixtures/tokenizers/gpt2-1000.json", import.meta.url));
		const data = await open({
			source: { train: await textFile("It was the first time .\n".repeat(40)) },
			tokenizer: { file },
		});
		expect(data.vocabularySize).toBe(1257);
		expect("It was the first time .\n".repeat(4)).toContain(
			data.tokenizer.decode(data.evaluationBatches("validation", 1)[0]!.tokens.subarray(0, 9)),
		);
	});

	it("has another hash with another tokenizer file", async () => {
		const gpt2 = new URL("../../test/fixtures/tokenizers/gpt2-1000.json", import.meta.url);
		const definition = await readFile(gpt2, "utf8");
		const train = await textFile("It was the first time .\n".repeat(40));
		const hashWith = async (content: string) =>
			(await open({ source: { train }, tokenizer: { file: await textFile(content) } })).hash;
		expect(await hashWith(definition)).toBe(await hashWith(definition));
		expect(await hashWith(definition)).not.toBe(await hashWith(`${definition}\n`));
	});
});

describe("dataConfig", () => {
	it("fills in its defaults", () => {
		expect(dataConfig.parse({})).toEqual({
			source: "wikitext-2",
			tokenizer: "words",
			layout: "stream",
			lossWeighting: "token",
		});
	});

	it.each([
		[{ sauce: "wikitext-2" }],
		[{ source: "wikitext-3" }],
		[{ source: { train: "a", valid: "b" } }],
		[{ source: { train: "a", validation: "b", validationFraction: 0.1 } }],
		[{ source: { train: "a", validationFraction: 1 } }],
		[{ tokenizer: { file: "t.json" }, vocabularySize: 100 }],
		[{ vocabularySize: 1 }],
		[{ layout: "pages" }],
	])("refuses %j", (config) => {
		expect(dataConfig.safeParse(config).success).toBe(false);
	});
});

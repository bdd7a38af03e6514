import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { orrery, requireBuild } from "./support/cli.ts";
import { readFamilyOracle } from "./support/family-fixture.ts";
import { fixture } from "./support/fixtures.ts";

let folder: string;
beforeAll(async () => {
	requireBuild();
	folder = await mkdtemp(join(tmpdir(), "orrery-saturation-"));
});
afterAll(() => rm(folder, { recursive: true }));

const model = (name: string) => fileURLToPath(fixture(`hf/${name}`));

test("token ids of a fixture give the fixture's saturation, in a table, in JSON and in files", async () => {
	const oracle = await readFamilyOracle("hf/t5");
	const args = [
		"saturation",
		model("t5"),
		"--ids",
		join(model("t5"), "expected.json"),
		"--precision",
		"float64",
	];
	const { code, stdout, stderr } = await orrery(
		folder,
		...args,
		"--seeds",
		"1",
		"--traps",
		"--json",
		"--out",
		"t5",
	);
	expect(code, stderr).toBe(0);
	const { report, models } = JSON.parse(stdout);
	expect(report).toBe(join(folder, "t5", "report.html"));
	for (const stack of ["encoder", "decoder"] as const) {
		const rows = models[0].rows.filter(
			(row: { network: string; stack: string }) => row.network === "pretrained" && row.stack === stack,
		);
		const expected = oracle.stacks[stack]!.saturation.f64.mean;
		expect(rows.length).toBe(expected.length);
		for (const [i, value] of expected.entries())
			expect(Math.abs(rows[i].sequence - value)).toBeLessThan(1e-10);
	}
	expect(await readFile(report, "utf8")).toContain("decoder taken for the encoder");
	expect(JSON.parse(await readFile(join(folder, "t5", "saturation.json"), "utf8")).models[0].rows).toEqual(
		models[0].rows,
	);
});

test("a text is tokenised by the vocabulary in the model's folder, and what was done is said", async () => {
	const own = join(folder, "bert");
	await mkdir(own);
	for (const name of ["config.json", "model.safetensors"])
		await writeFile(join(own, name), await readFile(join(model("bert"), name)));
	const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "sat", "on", "a", "mat", "."];
	await writeFile(join(own, "vocab.txt"), `${words.join("\n")}\n`);
	await writeFile(
		join(folder, "text.txt"),
		`# heading\n\nThe cat sat on a mat.\n\nThe mat sat.\n\n${"A cat sat on the mat. ".repeat(9)}`,
	);
	const { code, stdout, stderr } = await orrery(
		folder,
		...["saturation", "bert", "--text", "text.txt", "--seeds", "0", "--heads", "--out", "out"],
	);
	expect(code, stderr).toBe(0);
	expect(stdout.split("\n")[0]).toMatch(/^model +stack +layer +saturation +random/);
	expect(stdout).toMatch(/bert +– +emb +1\.0000 +–/);
	const { models } = JSON.parse(await readFile(join(folder, "out", "saturation.json"), "utf8"));
	expect(models[0]).toMatchObject({
		text: "3 passages of text.txt",
		tokenizer: "vocab.txt (WordPiece, lower-cased), special tokens [CLS] … [SEP]",
		// The model has 24 positions.
		lengths: [9, 6, 24],
		cut: 1,
		longest: 24,
	});
});

test("what cannot be measured is refused in a sentence, with exit code 1", async () => {
	await writeFile(join(folder, "ids.json"), "[[1, 5000]]");
	await writeFile(join(folder, "passage.txt"), "one passage");
	for (const [args, message] of [
		[[model("bert")], /Expected `--text` or `--ids` to be given, got neither/],
		[[model("bert"), "--ids", "ids.json"], /to be less than \d+, the size of its vocabulary, got 5000/],
		[[model("bert"), "--text", "passage.txt"], /to hold tokenizer\.json, vocab\.txt/],
		[["nowhere", "--ids", "ids.json"], /nowhere\/config\.json` to exist/],
	] as const) {
		const { code, stderr } = await orrery(folder, "saturation", ...args);
		expect(stderr).toMatch(message);
		expect(code, stderr).toBe(1);
	}
});

/** `orrery inspect`, run as a person runs it, on runs of our own and on files of other programs. */
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { readMetrics } from "../src/run/metrics.ts";
import { startRun } from "../src/run/train.ts";
import { type Ended, orrery, requireBuild } from "./support/cli.ts";
import { temporaryFolder, tinyConfig } from "./support/tiny-run.ts";

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
const steps = [10, 20, 30, 40];

let folder: string;
beforeAll(async () => {
	requireBuild();
	folder = temporaryFolder();
	await startRun(tinyConfig(folder, 40), join(folder, "run"));
});

const inspect = (...args: string[]): Promise<Ended> => orrery(folder, "inspect", ...args);
const modelAt = (step: number) =>
	join(folder, "run/checkpoints", `step-${String(step).padStart(8, "0")}`, "model.safetensors");
const csv = (out: string, file = "metrics.csv") => readFileSync(join(folder, out, file), "utf8");

test("a run of our own: a table on stdout, a report, exports; its norms are those that the training measured", async () => {
	const { code, stdout, stderr } = await inspect("run");
	expect(code, stderr).toBe(0);
	const lines = stdout.trimEnd().split("\n");
	expect(lines[0]).toMatch(/^step\s+‖θ‖ all\s+‖θ‖ encoder/);
	expect(lines.slice(1).map((line) => Number(line.split(/\s/)[0]))).toEqual(steps);
	expect(stderr).toContain("Report: inspect/run/report.html");
	const report = readFileSync(join(folder, "inspect/run/report.html"), "utf8");
	for (const id of ["norm", "direction", "budget", "norm-by-layer", "stable-rank-by-module"])
		expect(report).toContain(`<figure id="${id}">`);
	const rows = await readMetrics(join(folder, "inspect/run/metrics.jsonl"));
	const trained = await readMetrics(join(folder, "run/metrics.jsonl"));
	const common = rows.flatMap((row) =>
		trained
			.filter((other) => other.step === row.step && "dyn/norm.all" in other)
			.map((other) => [row, other]),
	);
	expect(common.length).toBeGreaterThan(0);
	for (const [row, other] of common) {
		// A file does not tell how many heads a matrix has; the training's mean over columns splits it into them.
		const keys = Object.keys(other!).filter((key) => /^(dyn\/norm\.(?!linear)|param\/)/.test(key));
		expect(keys.length).toBeGreaterThan(10);
		// The training sums in float32.
		for (const key of keys) expect(row![key]! / other![key]!, key).toBeCloseTo(1, 5);
	}
});

test("the same tensors in other layouts, and named one by one as a shell does, are the same numbers", async () => {
	const layouts: Record<string, (step: number) => string> = {
		huggingface: (step) => `checkpoint-${step}/model.safetensors`,
		pythia: (step) => `step${step}/model.safetensors`,
		olmo: (step) => `step${step}-unsharded/model.safetensors`,
		flat: (step) => `model_${step}.safetensors`,
	};
	for (const [name, path] of Object.entries(layouts))
		for (const step of steps) {
			mkdirSync(dirname(join(folder, name, path(step))), { recursive: true });
			symlinkSync(modelAt(step), join(folder, name, path(step)));
		}
	const names = Object.keys(layouts);
	const { code, stderr } = await inspect("run", ...names, "--out", "layouts", "--no-spectrum");
	expect(code, stderr).toBe(0);
	const expected = csv("layouts/run");
	for (const name of names) expect(csv(join("layouts", name)), name).toBe(expected);
	const globbed = ["checkpoint-10", "checkpoint-20", "checkpoint-30", "checkpoint-40"];
	await inspect(...globbed.map((name) => join("huggingface", name)), "--out", "globbed", "--no-spectrum");
	expect(csv("globbed")).toBe(expected);
	await inspect("pythia/step{step}", "--steps", "10,20,30,40", "--out", "templated", "--no-spectrum");
	expect(csv("templated")).toBe(expected);
});

test("models of other programs, whole, sharded and as PyTorch files: several at once, a folder each, equal numbers", async () => {
	const places = ["hf/llama", "hf-layouts/llama-sharded", "hf/gpt2", "hf-layouts/gpt2-bin", "hf/t5"];
	const { code, stdout, stderr } = await inspect(
		...places.map((place) => join(fixtures, place)),
		...["--out", "models", "--json"],
	);
	expect(code, stderr).toBe(0);
	const documents = JSON.parse(stdout);
	expect(documents.map(({ name }: { name: string }) => name)).toEqual([
		...["llama", "llama-sharded", "gpt2", "gpt2-bin", "t5"],
	]);
	const [llama, sharded, gpt2, bin, t5] = documents;
	expect(sharded.rows).toEqual(llama.rows);
	expect(bin.rows).toEqual(gpt2.rows);
	expect(t5.rows[0]).toMatchObject({ "dyn/norm.decoder.layer.1": expect.any(Number) });
	for (const { report, files } of documents)
		for (const file of [report, ...files]) expect(existsSync(join(folder, file)), file).toBe(true);
});

test("--steps and --only choose; what cannot be read is left out and named; nothing at all is an error", async () => {
	cpSync(join(folder, "run/checkpoints"), join(folder, "damaged"), { recursive: true });
	const broken = join(folder, "damaged/step-00000030/model.safetensors");
	writeFileSync(broken, readFileSync(broken).subarray(0, 1000));
	const { code, stdout, stderr } = await inspect(
		"damaged",
		"--only",
		"*.ln*",
		"--json",
		"--steps",
		"10,30,40",
	);
	expect(code, stderr).toBe(0);
	const { steps, rows, findings } = JSON.parse(stdout);
	expect(steps).toEqual([10, 40]);
	expect(Object.keys(rows[0])).not.toContain("dyn/norm.embedding");
	expect(stderr).toContain("step-00000030");
	expect(findings).toContainEqual(expect.objectContaining({ kind: "unreadable", steps: [30] }));

	const nothing = await inspect("run", "--only", "nothing-*");
	expect(nothing.code).toBe(1);
	expect(nothing.stderr).toMatch(/error: .*nothing-\*/);
	const nowhere = await inspect("nowhere");
	expect(nowhere.code).toBe(1);
	expect(nowhere.stderr).toContain("nowhere");
	expect((await inspect("run", "--steps", "10,x")).code).toBe(2);
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { device } from "../../test/support/device.ts";
import { contentOf, runUntil, temporaryFolder } from "../../test/support/tiny-run.ts";
import { parseRunConfig } from "./config-file.ts";
import { openFinishedRun } from "./finished-run.ts";
import { readMetrics } from "./metrics.ts";
import { resumeRun, startRun } from "./train.ts";

const options = (source: object = {}, steps = 30) => ({
	name: "language",
	model: { layers: 1, heads: 1, width: 16, feedForward: 32, context: 24, positions: "none" },
	data: {
		source: {
			language: "tomita-2",
			train: { minimum: 1, maximum: 12 },
			tests: { in: { minimum: 1, maximum: 12 }, longer: { minimum: 13, maximum: 24 } },
			samples: 64,
			testSamples: 16,
			...source,
		},
	},
	optimizer: { learningRate: 1e-2 },
	training: { steps, batch: 8, logEvery: 5 },
	probes: { schedule: { doublingUntil: 4, every: 13 }, evaluationBatches: 1, saturationTokens: 32 },
	checkpoints: { every: 10 },
	engine: { device, threads: 1 },
});

test("a run on (10)* learns its sets and measures the share of strings recognised, in range and longer", async () => {
	const run = join(temporaryFolder(), "run");
	await startRun(parseRunConfig(options({}, 150)), run);
	const rows = (await readMetrics(join(run, "metrics.jsonl"))).filter((row) => "val/loss" in row);
	expect(rows[0]!["val/accuracy"]).toBeLessThan(0.5);
	// Three sets of three answers: none is worse than a coin's, ln 2, by much.
	expect(rows[0]!["val/loss"]).toBeLessThan(1.5);
	const last = rows.at(-1)!;
	for (const key of ["val/accuracy", "test/accuracy.in", "test/accuracy.longer"])
		expect(last[key], key).toBe(1);
	expect(last["val/loss"]).toBeLessThan(0.05);
	// Sets have no perplexity.
	for (const row of rows) expect(Object.keys(row).filter((key) => key.includes("perplexity"))).toEqual([]);
});

test("a run on a language that was stopped and resumed equals one that was not, bit for bit", async () => {
	const folder = temporaryFolder();
	const [run, whole] = [join(folder, "run"), join(folder, "whole")];
	const config = parseRunConfig(options());
	await startRun(config, whole);
	for (const step of [3, 13, 20]) await runUntil(run, step, config);
	await resumeRun(run);
	expect(await contentOf(run)).toEqual(await contentOf(whole));
});

test("a finished run opens with its language's strings", async () => {
	const run = join(temporaryFolder(), "run");
	await startRun(parseRunConfig(options({}, 1)), run);
	const finished = await openFinishedRun(run);
	const dataset = await finished.dataset();
	expect(dataset.hash).toBe(finished.config.provenance.data.hash);
	expect([...dataset.testBatches!().keys()]).toEqual(["in", "longer"]);
});

test("an unknown language is told with the nearest one, and a wrong key with those of a language", () => {
	const message = (source: object) => {
		try {
			parseRunConfig(options(source), "c.json");
		} catch (error) {
			return (error as Error).message;
		}
		throw new Error("Expected a UserError");
	};
	expect(message({ language: "dick-1" })).toMatch(
		/Expected `data.source.language` to be one of dyck-1, .*, got "dick-1". Did you mean `dyck-1`\?/,
	);
	expect(message({ smaples: 3 })).toContain("got `data.source.smaples`. Did you mean `data.source.samples`?");
	expect(message({ train: { minimum: 9, maximum: 3 } })).toContain(
		"Expected `minimum` to be at most `maximum`",
	);
	expect(() => parseRunConfig({ ...options(), data: { ...options().data, layout: "lines" } })).toThrow(
		"nothing but `source` with a formal language",
	);
});

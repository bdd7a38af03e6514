import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
	contentOf,
	runUntil,
	temporaryFolder,
	tinyConfig,
	tinyOptions,
} from "../../test/support/tiny-run.ts";
import { listCheckpoints } from "../checkpoint/checkpoint.ts";
import { parseRunConfig } from "./config-file.ts";
import { readMetrics } from "./metrics.ts";
import { readStatus } from "./status.ts";
import { resumeRun, startRun } from "./train.ts";

let folder: string;
let run: string;
beforeEach(() => {
	folder = temporaryFolder();
	run = join(folder, "run");
});

const statusOf = () => readStatus(run);
const checkpoints = async () => (await listCheckpoints(run)).map(({ step }) => step);

test("a run leaves a directory with everything in it", async () => {
	const config = tinyConfig(folder);
	const result = await startRun(config, run);
	expect(result).toMatchObject({ state: "finished", step: 40, steps: 40 });
	expect(readdirSync(run).sort()).toEqual([
		"checkpoints",
		"config.json",
		"metrics.jsonl",
		"metrics.parquet",
		"status.json",
	]);
	expect(await checkpoints()).toEqual([10, 20, 30, 40]);
	expect(await statusOf()).toMatchObject({ state: "finished", step: 40 });

	const rows = await readMetrics(join(run, "metrics.jsonl"));
	const measured = rows.filter((row) => "dyn/norm.all" in row);
	expect(measured.map((row) => row.step)).toEqual([0, 1, 2, 4, 8, 13, 26, 39, 40]);
	expect(rows.map((row) => row.step)).toEqual(
		[...new Set(rows.map((row) => row.step))].sort((a, b) => a - b),
	);
	// It learns: a rhyme of 26 characters starts near ln 26.
	expect(rows[0]!["train/loss"]).toBeGreaterThan(3);
	expect(rows.at(-1)!["val/loss"]).toBeLessThan(2.5);
	// ‖θ₁‖² = ‖θ₀‖² + 2θ₀ᵀδ + ‖δ‖², from what was measured around the first step.
	const [zero, one] = measured;
	const [norm, step] = [zero!["dyn/norm.all"]!, zero!["dyn/step"]!];
	expect(one!["dyn/norm.all"]! ** 2).toBeCloseTo(
		norm ** 2 + 2 * zero!["dyn/alignment.step"]! * norm * step + step ** 2,
		3,
	);
	expect(zero).not.toHaveProperty(["dyn/direction.previous"]);
});

test("a run's config.json repeats it bit for bit", async () => {
	await startRun(tinyConfig(folder), run);
	const repeated = join(folder, "again");
	await startRun(parseRunConfig(JSON.parse(readFileSync(join(run, "config.json"), "utf8"))), repeated);
	expect(await contentOf(repeated)).toEqual(await contentOf(run));
});

test.each([
	// Between measurements, at a measured step, at a checkpoint, and at a step that is both logged and saved.
	[1, [3, 8, 10, 17, 20]],
	[2, [7, 26]],
])("a resumed run equals an uninterrupted one bit for bit, on %i threads", async (threads, stops) => {
	const whole = join(folder, "whole");
	const config = parseRunConfig({
		...tinyOptions(folder),
		engine: { ...tinyConfig(folder).engine, threads },
	});
	await startRun(config, whole);
	for (const step of stops) {
		expect(await runUntil(run, step, config)).toMatchObject({ state: "interrupted", step });
		expect(await statusOf()).toMatchObject({ state: "interrupted", step });
		expect(await checkpoints()).toContain(step);
	}
	expect(await resumeRun(run)).toMatchObject({ state: "finished" });
	const [resumed, uninterrupted] = [await contentOf(run), await contentOf(whole)];
	expect(resumed).toEqual(uninterrupted);
	expect(resumed.rows.length).toBeGreaterThan(10);
});

test("however the loss weighs lines of different lengths, saturation is a mean over tokens", async () => {
	const first = async (lossWeighting: string) => {
		const options = tinyOptions(folder, 0);
		const directory = join(folder, lossWeighting);
		const model = { ...(options["model"] as object), context: 32 };
		const data = { ...(options["data"] as object), layout: "lines", lossWeighting };
		await startRun(parseRunConfig({ ...options, model, data }), directory);
		return (await readMetrics(join(directory, "metrics.jsonl")))[0]!;
	};
	const [token, sentence] = [await first("token"), await first("sentence")];
	expect(sentence["dyn/saturation"]).toBe(token["dyn/saturation"]);
	expect(sentence["val/loss"]).not.toBe(token["val/loss"]);
	expect(sentence["val/loss"]).toBeCloseTo(token["val/loss"]!, 1);
});

test("with `checkpoints.keep`, that many of the latest are kept", async () => {
	await startRun(parseRunConfig({ ...tinyOptions(folder), checkpoints: { every: 10, keep: 2 } }), run);
	expect(await checkpoints()).toEqual([30, 40]);
	await resumeRun(run, { fromStep: 30 });
	expect(await checkpoints()).toEqual([30, 40]);
});

test("a run whose process was killed says so", async () => {
	await runUntil(run, 4, tinyConfig(folder));
	const status = join(run, "status.json");
	writeFileSync(status, readFileSync(status, "utf8").replace("interrupted", "running"));
	expect(await statusOf()).toMatchObject({
		state: "interrupted",
		message: expect.stringContaining("killed"),
	});
	writeFileSync(join(run, "run.lock"), "of another make");
	expect(await statusOf()).toMatchObject({ state: "running" });
});

test("what is measured, and how often, changes nothing that is trained", async () => {
	const seldom = { schedule: { doublingUntil: 0, every: 1000 }, evaluationBatches: 1, saturationTokens: 8 };
	const other = join(folder, "other");
	await startRun(tinyConfig(folder), run);
	await startRun(parseRunConfig({ ...tinyOptions(folder), probes: seldom }), other);
	expect((await contentOf(other)).files).toEqual((await contentOf(run)).files);
});

test("a run killed before its first checkpoint starts over, and rows written after a checkpoint are cut off", async () => {
	const whole = join(folder, "whole");
	await startRun(tinyConfig(folder), whole);
	await runUntil(run, 4, tinyConfig(folder));
	await rm(join(run, "checkpoints"), { recursive: true });
	await resumeRun(run);
	expect(await contentOf(run)).toEqual(await contentOf(whole));

	await rm(join(run, "checkpoints", "step-00000040"), { recursive: true });
	await rm(join(run, "status.json"));
	await appendFile(join(run, "metrics.jsonl"), '{"step":99,"ti');
	await resumeRun(run);
	expect(await contentOf(run)).toEqual(await contentOf(whole));
});

test("a finished run is left as it is; from an earlier step it is made again, the same", async () => {
	await startRun(tinyConfig(folder), run);
	const before = await contentOf(run);
	const notes: string[] = [];
	expect(await resumeRun(run, { onNote: (note) => notes.push(note) })).toMatchObject({ state: "finished" });
	expect(notes.join()).toContain("has finished its 40 steps");
	await resumeRun(run, { fromStep: 20 });
	expect(await contentOf(run)).toEqual(before);
	await expect(resumeRun(run, { fromStep: 15 })).rejects.toThrow("checkpoint of step 15, got 10, 20, 30, 40");
});

test("a network that explodes at its start names the block in which its states were the first that are no numbers", async () => {
	const config = tinyConfig(folder);
	const result = await startRun(
		{ ...config, model: { ...config.model, placement: "none", layers: 6, initScale: 3000 } },
		run,
	);
	expect(result).toMatchObject({ state: "diverged", step: 0 });
	expect(result.message).toMatch(/The states of step 0 were the first, in block [1-5], counted from 0/);
});

test("a run that diverges is stopped and recorded, and keeps its earlier checkpoints", async () => {
	await runUntil(run, 20, tinyConfig(folder));
	const config = join(run, "config.json");
	writeFileSync(config, readFileSync(config, "utf8").replace('"learningRate": 0.01', '"learningRate": 1e30'));
	const result = await resumeRun(run);
	expect(result.state).toBe("diverged");
	expect(result.step).toBeGreaterThan(20);
	expect(result.message).toMatch(/to be finite, got \S+ at step \d+: training diverged/);
	// The update with that rate is the first after the checkpoint; what it makes of the parameters is no network.
	expect(result.message).toMatch(/The states of step 21 were the first, in block 0, counted from 0/);
	expect(await statusOf()).toMatchObject({ state: "diverged", step: result.step, message: result.message });
	expect(await checkpoints()).toEqual([10, 20]);
	for (const row of await readMetrics(join(run, "metrics.jsonl")))
		expect(Object.values(row).every(Number.isFinite)).toBe(true);
	await expect(resumeRun(run)).rejects.toThrow(`diverged at step ${result.step}`);
	writeFileSync(config, readFileSync(config, "utf8").replace("1e30", "0.01"));
	expect(await resumeRun(run, { fromStep: 20 })).toMatchObject({ state: "finished" });
});

describe("what cannot begin says why and leaves nothing behind", () => {
	const refused = async (options: Record<string, unknown>, message: string | RegExp) => {
		await expect(startRun(parseRunConfig({ ...tinyOptions(folder), ...options }), run)).rejects.toThrow(
			message,
		);
		expect(existsSync(run)).toBe(false);
	};

	test("a missing text, and an empty one", async () => {
		const source = { train: join(folder, "none.txt") };
		await refused({ data: { source, tokenizer: "characters" } }, `Expected \`${source.train}\` to exist`);
		writeFileSync(source.train, " \n");
		await refused({ data: { source, tokenizer: "characters" } }, `Expected \`${source.train}\` to hold text`);
	});

	test("a folder that cannot be written", async () => {
		writeFileSync(join(folder, "file"), "");
		await expect(startRun(tinyConfig(folder), join(folder, "file", "run"))).rejects.toThrow(
			"got a path through a file",
		);
		// sysfs takes no folders from anybody.
		await expect(startRun(tinyConfig(folder), "/sys/run")).rejects.toThrow(/permission denied|read-only/);
	});

	test("a folder that holds a run, and a run that another process has", async () => {
		await startRun(tinyConfig(folder, 1), run);
		await expect(startRun(tinyConfig(folder, 1), run)).rejects.toThrow(`orrery resume ${run}`);
		await rm(join(run, "config.json"));
		await expect(startRun(tinyConfig(folder, 1), run)).rejects.toThrow("got a folder with");
		// Of two that start at once, either may be first.
		const both = await Promise.allSettled(
			[1, 2].map(() => startRun(tinyConfig(folder, 1), join(folder, "two"))),
		);
		const refused = both.filter((outcome) => outcome.status === "rejected");
		expect(refused).toHaveLength(1);
		expect(String(refused[0]!.reason)).toContain("to be free, got a lock");
	});

	test("resuming what is no run, or with other data", async () => {
		await expect(resumeRun(folder)).rejects.toThrow("to be a run's directory, got no `config.json`");
		await runUntil(run, 3, tinyConfig(folder));
		await appendFile(join(folder, "rhyme.txt"), "!");
		await expect(resumeRun(run)).rejects.toThrow("the text has changed");
	});
});

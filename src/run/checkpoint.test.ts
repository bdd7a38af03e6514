import { readFileSync, writeFileSync } from "node:fs";
import { cp, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { flipBit, runUntil, temporaryFolder, tinyConfig } from "../../test/support/tiny-run.ts";
import { listCheckpoints } from "../checkpoint/checkpoint.ts";
import { writeSafetensors } from "../checkpoint/safetensors.ts";
import { resumeRun } from "./train.ts";

describe("a damaged checkpoint is refused, named, and the one before it offered", () => {
	const folder = temporaryFolder();
	let run: string;
	const file = (part: string) => join(run, "checkpoints", "step-00000020", part);
	const refusal = async (): Promise<string> =>
		resumeRun(run).then(
			() => "nothing",
			(error: Error) => error.message,
		);

	beforeAll(async () => {
		await runUntil(join(folder, "whole"), 20, tinyConfig(folder));
	});
	beforeEach(async () => {
		run = join(temporaryFolder(), "run");
		await cp(join(folder, "whole"), run, { recursive: true });
	});

	test("truncated; and from the one before it the run goes on", async () => {
		for (const part of ["optimizer.safetensors", "model.safetensors", "state.json"]) {
			await truncate(file(part), readFileSync(file(part)).length - 7);
			expect(await refusal()).toContain(file(part));
		}
		expect(await refusal()).toContain("resume with --from-step 10");
		// Nothing was lost by trying.
		expect((await listCheckpoints(run)).map(({ step }) => step)).toEqual([10, 20]);
		expect(await resumeRun(run, { fromStep: 10 })).toMatchObject({ state: "finished" });
	});

	test.each(["model.safetensors", "optimizer.safetensors", "state.json"])("bit-flipped %s", async (part) => {
		flipBit(file(part));
		expect(await refusal()).toContain(file(part));
	});

	test("of a step beyond the run's last", async () => {
		const config = join(run, "config.json");
		writeFileSync(config, readFileSync(config, "utf8").replace('"steps": 40', '"steps": 15'));
		expect(await refusal()).toContain("to be of one of the run's 15 steps, got one of step 20");
	});

	test("of another shape", async () => {
		const config = join(run, "config.json");
		writeFileSync(config, readFileSync(config, "utf8").replace('"feedForward": 16', '"feedForward": 8'));
		expect(await refusal()).toMatch(
			/Expected `blocks.0.ff.w1.weight` of `.*model.safetensors` to be float32\[8,16\], got float32\[16,16\]/,
		);
	});

	test("whose rows of metrics are damaged; nothing is removed by trying", async () => {
		const metrics = join(run, "metrics.jsonl");
		const text = readFileSync(metrics, "utf8");
		writeFileSync(metrics, text.replace('"train/loss":', '"train/loss";'));
		expect(await refusal()).toContain(`Expected line 1 of \`${metrics}\``);
		writeFileSync(metrics, "");
		await expect(resumeRun(run, { fromStep: 10 })).rejects.toThrow("got only 0 bytes");
		expect((await listCheckpoints(run)).map(({ step }) => step)).toEqual([10, 20]);
	});

	test("without one of its files, or with another in its place", async () => {
		await writeSafetensors(file("model.safetensors"), {});
		expect(await refusal()).toContain(file("model.safetensors"));
		await rm(file("model.safetensors"));
		expect(await refusal()).toContain(`\`${file("model.safetensors")}\` to exist`);
	});
});

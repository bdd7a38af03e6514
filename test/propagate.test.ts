/** `orrery propagate`, run as a person runs it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { startRun } from "../src/run/train.ts";
import { orrery, requireBuild } from "./support/cli.ts";
import { temporaryFolder, tinyConfig, tinyOptions } from "./support/tiny-run.ts";

beforeAll(requireBuild);

let folder: string;
beforeEach(() => {
	folder = temporaryFolder();
	writeFileSync(join(folder, "tiny.json"), JSON.stringify(tinyOptions(folder)));
});

test("a model as it begins: a table on stdout, a report with figures, predictions beside measurements", async () => {
	const { code, stdout, stderr } = await orrery(folder, "propagate", "tiny.json", "--out", "signals.html");
	expect({ code, stderr }).toEqual({ code: 0, stderr: "Report: signals.html\n" });
	expect(stdout).toMatch(/^after\s+cosine\s+predicted/);
	expect(stdout.split("\n").map((line) => line.split("  ")[0])).toEqual([
		"after",
		"embeddings",
		"block 0",
		"block 1",
		"",
	]);
	const report = readFileSync(join(folder, "signals.html"), "utf8");
	for (const id of ["signals", "kernels", "block-gradients"]) expect(report).toContain(`<figure id="${id}">`);
});

test("jax-js measures what the native engine does, in float32", async () => {
	const [native, jax] = await Promise.all(
		["cpu", "wasm"].map(async (device) => {
			const { stdout } = await orrery(
				folder,
				"propagate",
				"tiny.json",
				"--json",
				"--set",
				`engine.device=${device}`,
			);
			return JSON.parse(stdout).rows as Record<string, number | string>[];
		}),
	);
	for (const [i, row] of native!.entries())
		for (const [key, value] of Object.entries(row))
			if (typeof value === "number") expect(jax![i]![key], key).toBeCloseTo(value, 4);
			else expect(jax![i]![key], key).toBe(value);
});

test("a checkpoint of a run: its step, and its own signals", async () => {
	await startRun(tinyConfig(folder, 10), join(folder, "run"));
	const begins = await orrery(folder, "propagate", "tiny.json", "--json", "--tokens", "6");
	const trained = await orrery(
		folder,
		"propagate",
		"tiny.json",
		"--json",
		"--tokens",
		"6",
		"--checkpoint",
		"run",
	);
	const [before, after] = [JSON.parse(begins.stdout), JSON.parse(trained.stdout)];
	expect(before).toMatchObject({ step: 0, tokens: 6, sequences: 4 });
	expect(after).toMatchObject({ step: 10, tokens: 6, sequences: 4 });
	const last = ({ rows }: { rows: { depth?: number; cosine: number }[] }) =>
		rows.find(({ depth }) => depth === 2)!.cosine;
	expect(last(after)).not.toBe(last(before));
});

test("a configuration that explodes ends with 1 and names the block, its report written", async () => {
	const { code, stderr } = await orrery(
		folder,
		...["propagate", "tiny.json", "--set", "model.placement=none", "--set", "model.layers=12"],
		...["--set", "model.initScale=30"],
	);
	expect(code).toBe(1);
	expect(stderr).toMatch(
		/Expected the mean square of every state to be from 1e-30 to 1e\+30, got .* at `blocks\.\d+\.(attn|ff)\.residual`, token \d+: signals are exploding in block \d+/,
	);
	expect(readFileSync(join(folder, "propagation.html"), "utf8")).toContain("signals are exploding in block");
});

test.each([
	[["--tokens", "9"], "Expected `tokens` to be from 2 to 8"],
	[["--checkpoint", "nowhere"], "Expected `nowhere` to be a run's directory with a checkpoint"],
	[["--set", "model.widht=3"], "Did you mean `model.width`?"],
])("orrery propagate tiny.json %j is an error without a stack, with exit code 1", async (args, message) => {
	const { code, stdout, stderr } = await orrery(folder, "propagate", "tiny.json", ...args);
	expect(stderr).toContain(message);
	expect(stderr).not.toContain("    at ");
	expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

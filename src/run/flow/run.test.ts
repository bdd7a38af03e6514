import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/tiny-run.ts";
import { configurations } from "../../study/co-occurrence/configurations.ts";
import { readMetrics } from "../metrics.ts";
import { runPaths } from "../paths.ts";
import { readStatus } from "../status.ts";
import { resumeRun } from "../train.ts";
import { type FlowOptions, parseFlowConfig } from "./config.ts";
import { isCurrentFlow, readResolvedFlow, startFlow } from "./run.ts";

const small = (change: Partial<FlowOptions> = {}) =>
	parseFlowConfig({
		kind: "flow",
		...configurations.S,
		dynamics: { name: "flow", clock: 20, guarantees: false },
		...change,
	});

test("a flow's directory is that of a finished run, and its config.json repeats it to the bit", async () => {
	const run = join(temporaryFolder(), "flow");
	const { rows, steps } = await startFlow(small(), run);
	expect(readdirSync(run).sort()).toEqual(["config.json", "metrics.jsonl", "metrics.parquet", "status.json"]);
	expect(await readStatus(run)).toMatchObject({ state: "finished", step: steps, steps });
	expect(await readMetrics(runPaths(run).metrics)).toEqual(rows);
	const config = await readResolvedFlow(run);
	expect(config.provenance.parameters).toBe(8 * 64 + 3 * 64 * 19);
	const again = await startFlow(config, join(run, "..", "again"));
	const numbers = (all: typeof rows) => all.map(({ time: _, ...row }) => row);
	expect(numbers(again.rows)).toEqual(numbers(rows));
});

test("a flow is current until its configuration or the program's version changes, or a file of it is damaged", async () => {
	const run = join(temporaryFolder(), "flow");
	expect(await isCurrentFlow(small(), run)).toBe(false);
	await startFlow(small(), run);
	expect(await isCurrentFlow(small(), run)).toBe(true);
	expect(await isCurrentFlow(small({ seed: 1 }), run)).toBe(false);
	// Computed by another version of the program.
	const { config } = runPaths(run);
	writeFileSync(config, readFileSync(config, "utf8").replace(/"orrery": "[^"]*"/, '"orrery": "0.0.0"'));
	expect(await isCurrentFlow(small(), run)).toBe(false);
	await startFlow(small({ seed: 1 }), run);
	expect(await isCurrentFlow(small({ seed: 1 }), run)).toBe(true);
	const { metrics, status } = runPaths(run);
	const lines = readFileSync(metrics, "utf8").split("\n");
	for (const damaged of [["{", ...lines.slice(1)].join("\n"), `${lines.slice(0, 2).join("\n")}\n`, ""]) {
		writeFileSync(metrics, damaged);
		expect(await isCurrentFlow(small({ seed: 1 }), run)).toBe(false);
	}
	await startFlow(small({ seed: 1 }), run);
	writeFileSync(status, "{");
	expect(await isCurrentFlow(small({ seed: 1 }), run)).toBe(false);
	await startFlow(small({ seed: 1 }), run);
	// What cannot be read may be anything: a person decides.
	writeFileSync(config, "{");
	expect(await isCurrentFlow(small({ seed: 1 }), run)).toBe(false);
	await expect(startFlow(small(), run)).rejects.toThrow("delete the folder");
});

test("a flow that diverged is current too: it would diverge again", async () => {
	const run = join(temporaryFolder(), "flow");
	const config = small({ dynamics: { name: "descent", rate: 1e9, steps: 100 } });
	expect((await startFlow(config, run)).state).toBe("diverged");
	expect(await isCurrentFlow(config, run)).toBe(true);
});

test("an interrupted flow says so; run again, it is whole", async () => {
	const run = join(temporaryFolder(), "flow");
	const config = small({ dynamics: { name: "descent", rate: 1e-3, steps: 2000 } });
	const controller = new AbortController();
	const onProgress = () => controller.abort();
	expect((await startFlow(config, run, { signal: controller.signal, onProgress })).state).toBe("interrupted");
	expect(await isCurrentFlow(config, run)).toBe(false);
	expect(existsSync(runPaths(run).parquet)).toBe(false);
	expect((await startFlow(config, run)).state).toBe("finished");
	expect(await readStatus(run)).toMatchObject({ state: "finished", step: 2000 });
});

test("a flow that is refused leaves nothing behind, and what was there as it was", async () => {
	const folder = temporaryFolder();
	const impossible = small({ dynamics: { name: "flow", clock: 20, steps: 2 } });
	await expect(startFlow(impossible, join(folder, "none"))).rejects.toThrow("2 `steps`");
	expect(existsSync(join(folder, "none"))).toBe(false);
	await startFlow(small(), join(folder, "flow"));
	const { metrics } = runPaths(join(folder, "flow"));
	const stamp = statSync(metrics).mtimeMs;
	await expect(startFlow(impossible, join(folder, "flow"))).rejects.toThrow("2 `steps`");
	expect(statSync(metrics).mtimeMs).toBe(stamp);
});

test("a folder with something else in it is left alone, and a flow is not resumed", async () => {
	const folder = temporaryFolder();
	mkdirSync(join(folder, "training"));
	writeFileSync(join(folder, "training", "config.json"), "{}");
	await expect(startFlow(small(), join(folder, "training"))).rejects.toThrow("to hold a gradient flow");
	await startFlow(small(), join(folder, "flow"));
	await expect(resumeRun(join(folder, "flow"))).rejects.toThrow("npx orrery flow");
});

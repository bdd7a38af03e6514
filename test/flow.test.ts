import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test, vi } from "vitest";
import { parseFlowConfig } from "../src/run/flow/config.ts";
import { startFlow } from "../src/run/flow/run.ts";
import { configurations } from "../src/study/co-occurrence/configurations.ts";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { temporaryFolder } from "./support/tiny-run.ts";

beforeAll(requireBuild);
vi.setConfig({ testTimeout: 60_000 });

const S = { kind: "flow" as const, ...configurations.S };

function flowFolder(change: object = {}): string {
	const folder = temporaryFolder();
	writeFileSync(join(folder, "S.json"), JSON.stringify({ ...S, ...change }));
	return folder;
}

test("flow prints events, end and guarantees, writes a run and its report, and repeats it from config.json", async () => {
	const folder = flowFolder();
	const first = await orrery(folder, "flow", "S.json");
	expect(first).toMatchObject({ code: 0 });
	for (const moment of ["start", "T0.5", "T1", "threshold", "end"])
		expect(first.stdout).toMatch(new RegExp(`^${moment} .*\\d`, "m"));
	expect(first.stdout).toMatch(/^drift of W_K W_Kᵀ − W_Q W_Qᵀ +\d\.\de-\d+$/m);
	expect(readdirSync(join(folder, "runs/S")).sort()).toEqual(
		["config.json", "metrics.jsonl", "metrics.parquet", "report.html", "status.json"].sort(),
	);
	expect(readFileSync(join(folder, "runs/S/report.html"), "utf8")).toContain("T1 (κ₀t)");
	const [again, report] = await Promise.all([
		orrery(folder, "flow", "runs/S/config.json", "--out", "again", "--json"),
		orrery(folder, "report", "runs/S", "--out", "one.html"),
	]);
	const { state, last } = JSON.parse(again.stdout);
	expect(state).toBe("finished");
	const lines = readFileSync(join(folder, "runs/S/metrics.jsonl"), "utf8").trimEnd().split("\n");
	expect({ ...last, time: 0 }).toEqual({ ...JSON.parse(lines.at(-1)!), time: 0 });
	expect(report.code).toBe(0);
	expect(existsSync(join(folder, "one.html"))).toBe(true);
});

test("what cannot be computed is refused in one sentence, and nothing is written", async () => {
	const folder = flowFolder();
	const refused = async (out: string, ...settings: string[]) => {
		const { code, stderr } = await orrery(folder, "flow", "S.json", "--out", out, ...settings);
		expect([code, existsSync(join(folder, out))]).toEqual([1, false]);
		return stderr;
	};
	const [wrong, impossible] = await Promise.all([
		refused("a", "--set", "data.samples=25", "--set", "dynamics.clock=10"),
		refused("b", "--set", "dynamics.steps=3"),
	]);
	expect(wrong).toContain("Expected `data.samples` to be a positive multiple of 6, got 25");
	expect(impossible).toContain("Expected 3 `steps` to reach time");
});

test("a descent that diverges ends with 1 and is a run that says so", async () => {
	const folder = flowFolder({ dynamics: { name: "descent", rate: 1e9, steps: 100 } });
	const { code, stderr } = await orrery(folder, "flow", "S.json", "--out", "out");
	expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("diverged") });
	expect(JSON.parse(readFileSync(join(folder, "out/status.json"), "utf8")).state).toBe("diverged");
});

test("commands for trainings say that a flow is none", async () => {
	const folder = flowFolder();
	await startFlow(parseFlowConfig({ ...S, dynamics: { name: "flow", clock: 1 } }), join(folder, "run"));
	for (const ended of await Promise.all([
		orrery(folder, "resume", "run"),
		orrery(folder, "profile", "S.json"),
		orrery(folder, "train", "S.json"),
	]))
		expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("npx orrery flow") });
});

test("Ctrl-C ends a flow with 130, and the same command computes it", async () => {
	const folder = flowFolder({ dynamics: { name: "descent", rate: 1e-4, steps: 3_000_000 } });
	const { child, ended } = start(process.execPath, [main, "flow", "S.json", "--out", "out"], folder);
	for (let waited = 0; !existsSync(join(folder, "out/run.lock")) && waited < 20_000; waited += 10)
		await setTimeout(10);
	child.kill("SIGINT");
	expect((await ended).code).toBe(130);
	expect(JSON.parse(readFileSync(join(folder, "out/status.json"), "utf8")).state).toBe("interrupted");
	const again = await orrery(folder, "flow", "S.json", "--out", "out", "--set", "dynamics.steps=10");
	expect(again).toMatchObject({ code: 0 });
});

test("a sweep of flows runs every cell once, with a page each; run again, nothing", async () => {
	const folder = temporaryFolder();
	const plan = {
		base: S,
		axes: { "data.samples": [12, 24] },
	};
	writeFileSync(join(folder, "sweep.json"), JSON.stringify(plan));
	const first = await orrery(folder, "sweep", "sweep.json", "--out", "out", "--json");
	expect(first.code).toBe(0);
	const { cells } = JSON.parse(first.stdout);
	expect(cells).toHaveLength(2);
	for (const { state, directory, last } of cells) {
		expect(state).toBe("finished");
		expect(last["flow/clock"]).toBeCloseTo(1000, 6);
		expect(existsSync(join(folder, directory, "report.html"))).toBe(true);
	}
	const again = await orrery(folder, "sweep", "sweep.json", "--out", "out", "--json");
	expect(again).toMatchObject({ code: 0, stdout: first.stdout });
});

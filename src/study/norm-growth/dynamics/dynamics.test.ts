import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryFolder, tinyOptions } from "../../../../test/support/tiny-run.ts";
import { openEngine } from "../../../engine/engine.ts";
import type { Engine } from "../../../engine/types.ts";
import type { Row } from "../../../figure/figure.ts";
import { parseRunConfig } from "../../../run/config-file.ts";
import { openFinishedRun } from "../../../run/finished-run.ts";
import { readMetrics } from "../../../run/metrics.ts";
import { startRun } from "../../../run/train.ts";
import { type Analysis, judge } from "../../study.ts";
import { dynamicsExperiments } from "../dynamics.ts";
import { equilibria } from "./equilibria.ts";
import { equilibriumClaims } from "./equilibrium-claims.ts";
import { predictions } from "./predictions.ts";
import { recursionClaims } from "./recursion-claims.ts";
import { recursions } from "./recursions.ts";
import { runClaims } from "./run-claims.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

/** The rows as the study stores them: what is not finite is gone. */
async function rowsOf(analysis: Analysis, folder = ""): Promise<Row[]> {
	const rows = await analysis.compute({
		engine,
		signal: new AbortController().signal,
		progress: () => {},
		run: (name) => openFinishedRun(join(folder, name)),
	});
	return JSON.parse(JSON.stringify(rows.map((row, step) => ({ step, ...row, run: analysis.name }))));
}

test("of the recursions all claims hold but the two as printed: √t for any a, and exp(√t)", async () => {
	const rows = await rowsOf(recursions({ parameters: 20_000, walks: 32 }));
	const failing = recursionClaims
		.map((claim) => judge(claim, rows))
		.filter(({ verdict }) => verdict !== "holds");
	expect(failing.map(({ id, verdict }) => [id, verdict])).toEqual([
		["dynamics.sqrt-any-constant", "fails"],
		["dynamics.aligned-printed", "fails"],
	]);
});

test("all four optimizers hold the predicted norms and angles to 5 %, and AdamW's alone is blind to the gradient's size", async () => {
	const rows = await rowsOf(equilibria({ decay: 0.005, steps: 1000, parameters: 400, points: 10 }));
	const judged = equilibriumClaims
		// A thousand steps are too few to forget every start.
		.filter(({ id }) => !/-start|time-constant/.test(id))
		.map((claim) => judge(claim, rows));
	expect(judged).toHaveLength(16);
	for (const { id, verdict, detail } of judged) expect([id, verdict, detail]).toContain("holds");
});

test("in a real float32 training the norm's budget closes to 1e-6, and the claims have values", async () => {
	const folder = temporaryFolder();
	const config = parseRunConfig({
		...tinyOptions(folder, 40),
		probes: { schedule: { doublingUntil: 0, every: 1 }, evaluationBatches: 1, saturationTokens: 8 },
	});
	await startRun(config, join(folder, "pre"));
	const rows = (await readMetrics(join(folder, "pre", "metrics.jsonl"))).map((row) => ({
		...row,
		run: "pre",
	}));
	const predicted = await rowsOf(predictions("pre"), folder);
	const results = runClaims(["pre"]).map((claim) => judge(claim, [...rows, ...predicted]));
	const identity = results.find(({ id }) => id === "dynamics.identity.pre")!;
	expect(identity.verdict).toBe("holds");
	// 40 steps of all, encoder and two blocks.
	expect(identity.detail).toMatch(/^160 steps and scopes/);
	for (const { id, measured } of results) expect(Number.isFinite(measured), id).toBe(true);
	expect(runClaims(["pre"]).map((claim) => judge(claim, []).verdict)).toEqual(
		results.map(() => "not measured"),
	);
});

test("every size has the analyses under names of their own", () => {
	for (const size of ["smoke", "quick", "laptop", "paper"] as const) {
		const names = dynamicsExperiments(size).map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(names).toContain("predictions/res-post");
	}
});

import { JSDOM } from "jsdom";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "../../engine/engine.ts";
import { stream } from "../../engine/random.ts";
import type { Engine } from "../../engine/types.ts";
import type { Row } from "../../figure/figure.ts";
import { modelConfig } from "../../model/config.ts";
import { initialise } from "../../model/initialise.ts";
import type { FinishedRun } from "../../run/finished-run.ts";
import { type Analysis, type AnalysisTools, judge } from "../study.ts";
import { packWeights, unpackWeights } from "./heads/packed-weights.ts";
import { heads, headsExperiments } from "./heads.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** A run that was never trained: random parameters of two seeds, random text. */
function untrained(mask: "strict" | "leaky"): FinishedRun {
	const model = modelConfig.parse({
		vocabulary: 50,
		context: 30,
		layers: 2,
		heads: 2,
		width: 16,
		placement: "res-post",
		mask,
	});
	const values = (seed: number) =>
		Object.fromEntries(
			Object.entries(initialise(model, seed)).map(([name, x]) => [name, Float32Array.from(x.values)]),
		);
	const tokens = stream(0, "text").integers(4 * 31, 50);
	const run = {
		directory: "",
		config: { name: `res-post-${mask}`, model, training: { batch: 4 } },
		parameters: async () => values(1),
		initialParameters: () => values(0),
		dataset: async () => ({ evaluationBatches: () => [{ tokens }] }),
	};
	return run as unknown as FinishedRun;
}

const tools = (run?: FinishedRun): AnalysisTools => ({
	engine,
	signal: new AbortController().signal,
	run: async () => run!,
	progress: () => {},
});

async function rowsOf(analysis: Analysis, run?: FinishedRun): Promise<Row[]> {
	const rows = await analysis.compute(tools(run));
	return rows.map((row, step) => ({ ...row, run: analysis.name, step }));
}

const experiments = headsExperiments("smoke", ["res-post-strict", "res-post-leaky"]) as Analysis[];

test("the analyses that need no run measure their claims, and all hold but that the published mask is a mask", async () => {
	const rows: Row[] = [];
	for (const analysis of experiments.filter(({ needs }) => needs.length === 0))
		rows.push(...(await rowsOf(analysis)));
	const verdicts = heads.claims
		.map((claim) => judge(claim, rows))
		.filter(({ verdict }) => verdict !== "not measured");
	expect(verdicts.filter(({ verdict }) => verdict === "fails").map(({ id }) => id)).toEqual([
		"heads.mask.leaky",
	]);
	expect(verdicts.map(({ id }) => id)).toEqual(
		expect.arrayContaining([
			"heads.leak.positions",
			"heads.mean.split",
			"constructions.ab.all",
			"constructions.abc.long",
		]),
	);
});

test("heads of runs are measured in all views, judged and drawn, one row a head", async () => {
	const rows: Row[] = [];
	for (const mask of ["strict", "leaky"] as const) {
		const analysis = experiments.find(({ name }) => name === `heads/res-post-${mask}`)!;
		const ofRun = await rowsOf(analysis, untrained(mask));
		expect(ofRun).toHaveLength(4);
		rows.push(...ofRun);
	}
	for (const row of rows)
		for (const view of ["initial", "soft", "scaled", "saturated"]) {
			expect(row[`${view}/positions`]).toBeGreaterThanOrEqual(1);
			expect(row[`${view}/class`]).toMatch(/-like|between/);
		}
	const strict = rows.filter((row) => row["mask"] === "strict");
	for (const row of strict) {
		expect(row["saturated/positions"]).toBe(1);
		expect(row["soft/leak"]).toBe(0);
		const picture = unpackWeights(row["soft/picture"] as string)!;
		// Rounded to 1/510 each.
		for (const [t, weights] of picture.entries()) {
			expect(weights.slice(t + 1).every((w) => w === 0)).toBe(true);
			expect(Math.abs(weights.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(25 / 510);
		}
	}
	for (const row of rows.filter((r) => r["mask"] === "leaky")) expect(row["soft/leak"]).toBeGreaterThan(0.1);

	const judged = heads.claims.map((claim) => judge(claim, rows));
	expect(judged.find(({ id }) => id === "heads.one.strict")).toMatchObject({ measured: 1, verdict: "holds" });
	expect(judged.find(({ id }) => id === "heads.bimodal.strict.res-post")).toMatchObject({
		measured: 0,
		verdict: "fails",
	});
	// No run of these has metrics.
	expect(judged.find(({ id }) => id === "heads.leak-loss")!.verdict).toBe("not measured");

	const { document } = new JSDOM("").window;
	const figures = heads.figures(rows, { document });
	expect(figures.map(({ id }) => id)).toEqual([
		"heads-positions",
		"heads-soft-and-saturated",
		"heads-pictures-res-post-strict",
		"heads-pictures-res-post-leaky",
	]);
	for (const { svg } of figures) expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("without rows nothing is judged and nothing drawn; each run has an analysis of its own", () => {
	expect(heads.claims.every((claim) => claim.measure([]) === undefined)).toBe(true);
	expect(heads.figures([], { document: new JSDOM("").window.document })).toEqual([]);
	expect(experiments.map(({ name }) => name)).toEqual([
		"heads/res-post-strict",
		"heads/res-post-leaky",
		"head-signatures",
		"constructions",
	]);
	expect(new Set(heads.claims.map(({ id }) => id)).size).toBe(heads.claims.length);
});

test("packed weights are unpacked to 1/510, and what is no packed square is refused", () => {
	const weights = [0, 1, 0.5, 0.123];
	const unpacked = unpackWeights(packWeights(weights))!;
	expect(unpacked.map((row) => row.length)).toEqual([2, 2]);
	for (const [i, w] of unpacked.flat().entries())
		expect(Math.abs(w - weights[i]!)).toBeLessThanOrEqual(1 / 510);
	for (const text of ["", "00ff", "zz", "undefined"]) expect(unpackWeights(text)).toBeUndefined();
});

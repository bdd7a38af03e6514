import { JSDOM } from "jsdom";
import { beforeAll, expect, test } from "vitest";
import type { Row } from "../../../figure/figure.ts";
import { type AnalysisTools, type Experiment, judge } from "../../study.ts";
import { accuracy, accuracyExperiments } from "../accuracy.ts";
import { conservationName } from "./conservation.ts";

/** The analyses use neither an engine nor runs. */
const tools = { signal: new AbortController().signal, progress() {} } as unknown as AnalysisTools;

async function rowsOf(experiment: Experiment): Promise<Row[]> {
	if (experiment.kind !== "analysis") throw new Error(`${experiment.name} is no analysis`);
	const rows = await experiment.compute(tools);
	return rows.map((row) => ({ step: 0, ...row, run: experiment.name }));
}

const rows: Row[] = [];
beforeAll(async () => {
	for (const experiment of accuracyExperiments("smoke")) rows.push(...(await rowsOf(experiment)));
});

const verdicts = (of: readonly Row[]) =>
	new Map(accuracy.claims.map((claim) => [claim.id, judge(claim, of)]));

test("with one seed every claim holds that needs no flow of the study", () => {
	const judged = [...verdicts(rows).values()];
	expect(judged.filter(({ verdict }) => verdict !== "holds").map(({ id, verdict }) => [id, verdict])).toEqual(
		[
			["accuracy.flows-loss", "not measured"],
			["accuracy.flows-T1", "not measured"],
			["accuracy.flows-energy", "not measured"],
		],
	);
});

test("without rows nothing is measured and nothing is drawn", () => {
	expect(new Set([...verdicts([]).values()].map(({ verdict }) => verdict))).toEqual(
		new Set(["not measured"]),
	);
	expect(accuracy.figures([], { document: new JSDOM().window.document })).toEqual([]);
});

test("a method that does not keep what it should fails the claim", () => {
	const spoilt = rows.map((row) =>
		row.run === conservationName && row["method"] === "implicit midpoint" ? { ...row, mlp: 1e-9 } : row,
	);
	expect(verdicts(spoilt).get("accuracy.drift-midpoint")?.verdict).toBe("fails");
	const stuck = rows.map((row) =>
		row.run === conservationName && row["method"] === "descent" ? { ...row, mlp: 1e-3 } : row,
	);
	expect(verdicts(stuck).get("accuracy.drift-descent")).toMatchObject({ verdict: "fails", measured: 0 });
});

test("the guarantees of the study's flows are those of the worst flow, by name; descent gives none", () => {
	const flows: Row[] = [
		{ run: "S-0", step: 0, "flow/time": 0 },
		{ run: "S-0", step: 60, "guarantee/loss": 1e-7, "guarantee/energy": 1e-6, "guarantee/T1": 1e-8 },
		{ run: "X-3", step: 40, "guarantee/loss": 1e-3, "guarantee/energy": 1e-7 },
		{ run: "P-descent-0", step: 30_000, "guarantee/energy": 0.1 },
	];
	const judged = verdicts(flows);
	expect(judged.get("accuracy.flows-loss")).toMatchObject({ verdict: "fails", measured: 1e-3 });
	expect(judged.get("accuracy.flows-loss")?.detail).toBe("X-3, the worst of 2 flows.");
	expect(judged.get("accuracy.flows-T1")).toMatchObject({ verdict: "holds", measured: 1e-8 });
	expect(judged.get("accuracy.flows-energy")).toMatchObject({ verdict: "holds", measured: 1e-6 });
});

test("four figures are drawn: drift by tolerance and by step, descent and flow, the three forms", () => {
	const figures = accuracy.figures(rows, { document: new JSDOM().window.document });
	expect(figures.map(({ id }) => id)).toEqual([
		"conservation-tolerance",
		"conservation-step",
		"descent-to-flow",
		"forms",
	]);
	for (const { svg } of figures) expect(svg.querySelectorAll("path").length).toBeGreaterThan(3);
});

import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import type { Row } from "../../figure/figure.ts";
import type { FlowConfig } from "../../run/flow/config.ts";
import { solveFlow } from "../../run/flow/solve.ts";
import { parseSweep } from "../../sweep/config.ts";
import type { CellRecord } from "../../sweep/read-cells.ts";
import { judge } from "../study.ts";
import { rowsOfCells } from "./applicability/grid.ts";
import { conclusions, conditions } from "./applicability/statements.ts";
import { applicability, applicabilityExperiments } from "./applicability.ts";

const { document } = new JSDOM("").window;
const verdicts = (rows: readonly Row[]) =>
	Object.fromEntries(applicability.claims.map((claim) => [claim.id, judge(claim, rows)]));

test("every size is a valid sweep; all have cells with few samples, with enough, and with too large a scale", () => {
	for (const size of ["smoke", "laptop", "paper"] as const) {
		const [sweep] = applicabilityExperiments(size);
		const { cells } = parseSweep(sweep!.plan);
		const places = cells.map(({ coordinates }) => [
			coordinates["data.samples"],
			coordinates["initialisation.attention"],
		]);
		for (const samples of [12, 24, 60]) expect(places.map(([n]) => n)).toContain(samples);
		expect(places.some(([, scale]) => Number(scale) <= 0.1)).toBe(true);
		expect(places.some(([, scale]) => scale === 1)).toBe(true);
	}
});

/** Runs these cells of the smallest grid, as the sweep would. */
async function rowsOf(chosen: (samples: number, scale: number) => boolean): Promise<Row[]> {
	const [sweep] = applicabilityExperiments("smoke");
	const records: CellRecord[] = [];
	for (const { hash, coordinates, seed, config } of parseSweep(sweep!.plan).cells)
		if (chosen(Number(coordinates["data.samples"]), Number(coordinates["initialisation.attention"]))) {
			const { rows, state } = await solveFlow(config as FlowConfig);
			records.push({ hash, coordinates, seed, state, rows, directory: "" });
		}
	return rowsOfCells(records).map((row, step) => ({ step, ...row, run: "applicability" }) as Row);
}

test("Lemma 4.5 holds with 24 and 60 samples, fails with 12, and the data tell which", async () => {
	const rows = await rowsOf((_, scale) => scale < 1);
	const claims = verdicts(rows);
	expect(claims["applicability.inequality"]).toMatchObject({ measured: 1, verdict: "holds" });
	expect(claims["applicability.inequality.few-samples"]).toMatchObject({ measured: 0, verdict: "fails" });
	expect(claims["applicability.scores"]).toMatchObject({ measured: 1 });
	expect(claims["applicability.samples"]).toMatchObject({ measured: 24 / 25, verdict: "holds" });
	expect(claims["applicability.predicted"]).toMatchObject({ measured: 1 });
	expect(claims["applicability.attention.large-scale"]!.verdict).toBe("not measured");
	for (const row of rows)
		for (const { name } of [...conclusions, ...conditions]) expect([0, 1]).toContain(row[name]);
	expect(applicability.figures(rows, { document }).map(({ id }) => id)).toEqual([
		"applicability",
		"applicability-conditions",
	]);
});

test("without finished cells nothing is measured and nothing drawn", () => {
	const failed = [{ run: "applicability", step: 0, scale: 0.1, samples: 24, seed: 0, state: "failed" }];
	for (const rows of [[], failed]) {
		for (const { verdict } of Object.values(verdicts(rows))) expect(verdict).toBe("not measured");
		expect(applicability.figures(rows, { document })).toEqual([]);
	}
});

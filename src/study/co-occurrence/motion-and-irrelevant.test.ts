/** The analyses of what hardly moves: everything in phase 1 (Thm 3.1 (iii)), irrelevant words always (Lemma 4.7). */
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { computedRows } from "../../../test/support/computed-rows.ts";
import { judge } from "../study.ts";
import { irrelevantExperiments } from "./attention/irrelevant.ts";
import { irrelevantClaims, irrelevantFigures } from "./attention/irrelevant-claims.ts";
import { motionExperiments } from "./phases/motion.ts";
import { motionClaims, motionFigures } from "./phases/motion-claims.ts";

const { document } = new JSDOM().window;

test("products of neurons and values move by 1/m up to T1, scores by m^−3/2, of keys and queries by 1/m², 0.2 off at most", async () => {
	const rows = await computedRows(motionExperiments("smoke"));
	const judged = motionClaims.map((claim) => judge(claim, rows));
	expect(judged.map(({ verdict }) => verdict)).toEqual(judged.map(() => "holds"));
	expect(motionFigures(rows, { document })).toHaveLength(1);
	// Orders, not only bounds: nothing moves much less than the theorem allows.
	const [neurons, , scores, keys] = judged.map(({ measured }) => measured!);
	expect(neurons).toBeGreaterThan(-1.4);
	expect(scores).toBeGreaterThan(-1.8);
	expect(keys).toBeGreaterThan(-2.7);
});

test("scores of irrelevant words move less than the four that matter, and as 1/n, 0.2 off at most in the mean", async () => {
	const rows = await computedRows(irrelevantExperiments("smoke"));
	const judged = irrelevantClaims.map((claim) => judge(claim, rows));
	expect(judged.filter(({ verdict }) => verdict !== "holds").map(({ id }) => id)).toEqual([]);
	expect(irrelevantFigures(rows, { document })).toHaveLength(1);
	for (const row of rows) {
		expect(row["mean"]).toBeLessThan(Number(row["most"]));
		expect(row["mostOfAll"]).toBeGreaterThanOrEqual(Number(row["most"]));
	}
});

test("without rows nothing is judged or drawn", () => {
	for (const claim of [...motionClaims, ...irrelevantClaims])
		expect(judge(claim, []).verdict).toBe("not measured");
	for (const figures of [motionFigures, irrelevantFigures]) expect(figures([], { document })).toEqual([]);
});

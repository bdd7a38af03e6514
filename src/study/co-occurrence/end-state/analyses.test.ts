import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { computedRows } from "../../../../test/support/computed-rows.ts";
import type { Row } from "../../../figure/figure.ts";
import { type Claim, judge } from "../../study.ts";
import { generalisationExperiments } from "./generalisation.ts";
import { generalisationClaims, generalisationFigures } from "./generalisation-claims.ts";
import { neuronExperiments } from "./neurons.ts";
import { neuronClaims, neuronFigures } from "./neurons-claims.ts";
import { scalingExperiments } from "./scaling.ts";
import { scalingClaims, scalingFigures } from "./scaling-claims.ts";

const failing = (claims: readonly Claim[], rows: readonly Row[]) =>
	claims
		.map((claim) => judge(claim, rows))
		.filter(({ verdict }) => verdict !== "holds")
		.map(({ id }) => id);
const { document } = new JSDOM().window;

test("neurons move as one; all of them become aligned where Condition 1 holds, not with m₁ > m as in P", async () => {
	const rows = await computedRows(neuronExperiments("smoke"));
	expect(failing(neuronClaims, rows)).toEqual(["end-state.neurons-rate.P", "end-state.neurons-right.P"]);
	expect(neuronFigures(rows, { document })[0]?.rows.length).toBe(3 * 3 * 256);
});

test("T₁ goes as 1/(m m₁) and, of a wide network, the loss as 1/(γ²κ₀t); a narrow one is faster than that", async () => {
	const rows = await computedRows(scalingExperiments("smoke"));
	expect(failing(scalingClaims, rows)).toEqual(["end-state.scaling-law-narrow"]);
	const narrow = rows.find((row) => row["series"] === "m" && row["size"] === 64);
	expect(narrow?.["law"]).toBeLessThan(0.2);
	expect(scalingFigures(rows, { document }).length).toBe(1);
});

test("the loss on unseen words falls as the power of the training loss that the SVM direction predicts", async () => {
	const rows = await computedRows(generalisationExperiments("smoke"));
	expect(failing(generalisationClaims, rows)).toEqual([]);
	expect(generalisationFigures(rows, { document }).length).toBe(1);
	const [few, many] = rows.filter((row) => row["last"] === 1);
	// Of n = 24 and L = 3: G* = (9, 9, −11)/7, which leaves class 2 a margin of 2/7.
	expect(few?.["exponent"]).toBeCloseTo(2 / 7, 10);
	expect(many?.["exponent"]).toBeGreaterThan(0.7);
});

test("without rows nothing is judged or drawn", () => {
	for (const claim of [...neuronClaims, ...scalingClaims, ...generalisationClaims])
		expect(judge(claim, []).verdict).toBe("not measured");
	for (const figures of [neuronFigures, scalingFigures, generalisationFigures])
		expect(figures([], { document })).toEqual([]);
});

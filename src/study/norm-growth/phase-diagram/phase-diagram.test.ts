import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import type { Row } from "../../../figure/figure.ts";
import { parseSweep } from "../../../sweep/config.ts";
import { momentumFactor, predictedNorm } from "../../../theory/phase-boundary.ts";
import { judge } from "../../study.ts";
import { phaseDiagramExperiments } from "./experiments.ts";
import { gridOf, measuredBoundary, within } from "./grid.ts";
import { phaseDiagram } from "./part.ts";

const [initial, parameters, updates] = [25, 100_000, 500];

/** Rows of a grid of half decades in which `norm` is how the norm ends. */
function gridRows(norm: (rate: number, decay: number, s: number) => number, seeds = [0]): Row[] {
	const s = Math.sqrt(parameters);
	const values = Array.from({ length: 9 }, (_, i) => Number((1e-5 * 10 ** (i / 2)).toPrecision(6)));
	return values.flatMap((learningRate) =>
		values.flatMap((weightDecay) =>
			seeds.map((seed) => ({
				run: "phase-diagram",
				step: 0,
				learningRate,
				weightDecay,
				seed,
				state: "finished",
				page: "cells/x/report.html",
				parameters,
				updates,
				initial,
				final: norm(learningRate, weightDecay, s),
				loss: 5,
				stepPerRate: s / momentumFactor(0.9),
			})),
		),
	);
}
const verdicts = (rows: readonly Row[]) =>
	Object.fromEntries(phaseDiagram.claims.map((claim) => [claim.id.split(".")[1], judge(claim, rows)]));

describe("where the norm follows steps at right angles and decay exactly", () => {
	const rows = gridRows((rate, decay, s) => predictedNorm(initial, s, rate, decay, updates));
	const claims = verdicts(rows);

	test("the boundary has slope 1 (± 0.1, for it is interpolated), and λ alone does not decide", () => {
		expect(claims["slope-one"]!.measured).toBeGreaterThan(0.9);
		expect(claims["slope-one"]!.measured).toBeLessThan(1.1);
		expect(claims["slope-zero"]!.verdict).toBe("fails");
		expect(claims["decay-decides"]!.verdict).toBe("fails");
	});

	test("every sign and the whole of the growth are predicted, unless steps are taken for independent", () => {
		expect(claims["sign-apriori"]!.measured).toBe(1);
		expect(claims["sign-momentum"]!.measured).toBe(1);
		expect(claims["sign-single"]!.measured).toBeLessThan(1);
		expect(claims["finite-time"]!.measured).toBeCloseTo(1, 10);
	});

	test("the measured boundary lies where it was put, within a cell's width", () => {
		for (const { learningRate, weightDecay } of within(measuredBoundary(gridOf(rows)))) {
			const predicted = (learningRate * parameters) / (2 * initial ** 2);
			expect(Math.abs(Math.log10(weightDecay / predicted))).toBeLessThan(0.5);
		}
	});

	test("the factor between measured and predicted boundary is 1, within the width of a cell", () => {
		for (const id of ["boundary-apriori", "boundary-momentum"]) {
			expect(claims[id]!.measured).toBeGreaterThanOrEqual(1);
			expect(claims[id]!.measured).toBeLessThan(1.3);
		}
	});

	test("the default cell grows, and the threshold at its rate is within a factor of ten of 0.01", () => {
		expect(claims["default-grows"]!.verdict).toBe("holds");
		expect(claims["threshold"]!.verdict).toBe("holds");
	});
});

test("where weight decay alone decides, the claims follow the paper's reading", () => {
	const claims = verdicts(gridRows((_, decay) => initial * (decay < 5e-3 ? 1.1 : 0.9), [0, 1]));
	expect(claims["slope-zero"]!.measured).toBeCloseTo(0, 10);
	expect(claims["slope-zero"]!.verdict).toBe("holds");
	expect(claims["slope-one"]!.verdict).toBe("fails");
	expect(claims["decay-decides"]!.measured).toBeCloseTo(1, 10);
	expect(claims["sign-apriori"]!.verdict).toBe("fails");
	expect(claims["sign-apriori"]!.detail).toContain("the seeds disagree at 0 of 81 places");
});

test("cells that diverged or are missing are drawn and not judged; nothing at all is not measured", () => {
	const rows = gridRows(() => 2 * initial).map((row) => ({ ...row, state: "diverged" }));
	for (const { verdict } of Object.values(verdicts(rows))) expect(verdict).toBe("not measured");
	for (const { verdict } of Object.values(verdicts([]))) expect(verdict).toBe("not measured");
	const { document } = new JSDOM("").window;
	expect(phaseDiagram.figures([], { document })).toEqual([]);
	const [figure] = phaseDiagram.figures(rows, { document });
	expect([...figure!.svg.querySelectorAll("text")].filter((text) => text.textContent === "×")).toHaveLength(
		81,
	);
});

test("every size is a valid sweep; the published one has 400 cells, and the others PyTorch's default among theirs", () => {
	const cells = (size: "smoke" | "quick" | "laptop" | "paper") => {
		const [sweep] = phaseDiagramExperiments(size);
		return parseSweep(sweep!.plan).cells;
	};
	expect(cells("paper")).toHaveLength(400);
	for (const size of ["smoke", "quick", "laptop"] as const)
		expect(cells(size).map(({ coordinates }) => coordinates)).toContainEqual({
			"optimizer.learningRate": 1e-3,
			"optimizer.weightDecay": 1e-2,
		});
});

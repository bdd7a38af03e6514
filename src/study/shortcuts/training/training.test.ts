import { JSDOM } from "jsdom";
import { describe, expect, test } from "vitest";
import type { Row } from "../../../figure/figure.ts";
import type { CellRecord } from "../../../sweep/read-cells.ts";
import { judge } from "../../study.ts";
import { training } from "../training.ts";
import { rowsOfCells, runsIn } from "./cells.ts";
import { gridName, longName, publishedGamma, seedsName, unigramName } from "./names.ts";

const plateau = 3.2;

/** A loss that falls from the plateau like a power of steps / pace: `pace` times as many steps give the same loss. */
const losses = (pace: number) => (step: number) => plateau + 2 - 2 * Math.log10(1 + step / pace);

interface Planned {
	readonly sweep: string;
	readonly method: string;
	readonly loss: (step: number) => number;
	readonly steps: number;
	readonly rate?: number;
	readonly seed?: number;
	readonly state?: string;
}

const runRows = ({ sweep, method, loss, steps, rate, seed = 0, state = "finished" }: Planned): Row[] =>
	Array.from({ length: steps / 25 + 1 }, (_, i) => ({
		run: sweep,
		step: 25 * i,
		method,
		seed,
		state,
		page: "cells/x/report.html",
		loss: loss(25 * i),
		norm: 100 + i,
		saturation: 0.5 + 0.01 * i,
		similarity: 0.4,
		...(rate !== undefined && { learningRate: rate }),
	}));

const text: Row = { run: unigramName, step: 0, entropy: 3.18, plateau, vocabulary: 283 };

/** Skipless networks need `pace` times the steps of pre-norm; normalised skips need half as many. */
function studyRows(pace: number): Row[] {
	const seeds = [0, 1, 2].flatMap((seed) =>
		(
			[
				["pre-norm", losses(2)],
				["e-spa, skips", losses(1)],
				["plain, skips", losses(2.2)],
				["vanilla", () => plateau - 0.05],
				...["value-skip-init", "u-spa", "e-spa", "sas", "e-spa, norms"].map(
					(name) => [name, losses(2 * pace)] as const,
				),
			] as const
		).flatMap(([method, loss]) => runRows({ sweep: seedsName, method, loss, steps: 250, seed })),
	);
	const long = ["value-skip-init", "u-spa", "e-spa"].flatMap((method) =>
		runRows({ sweep: longName, method, loss: losses(2 * pace), steps: 1250 }),
	);
	const grid = ["pre-norm", "vanilla", "value-skip-init", "u-spa", "e-spa", publishedGamma].flatMap(
		(method) =>
			[3e-4, 1e-3, 3e-3].flatMap((rate) => {
				const best = method === "pre-norm" ? 3e-3 : 3e-4;
				const loss = () => 3 + (rate === best ? 0 : 0.1) + (method === publishedGamma ? 0.05 : 0);
				return runRows({ sweep: gridName, method, loss, steps: 100, rate });
			}),
	);
	return [text, ...seeds, ...long, ...grid];
}

const verdicts = (rows: readonly Row[]) =>
	Object.fromEntries(training.claims.map((claim) => [claim.id.replace("training.", ""), judge(claim, rows)]));

describe("claims", () => {
	test("skipless networks that need three times as many steps: slower, and within five times", () => {
		const claims = verdicts(studyRows(3));
		for (const method of ["value-skip-init", "u-spa", "e-spa"]) {
			expect(claims[`slower.${method}`]!.verdict).toBe("holds");
			// Log-interpolated between measurements, so within 2 %.
			expect(1 / claims[`five-times.${method}`]!.measured!).toBeCloseTo(3, 1);
			expect(claims[`five-times.${method}`]!.verdict).toBe("holds");
			expect(claims[`smaller-rate.${method}`]!.measured).toBeCloseTo(0.1, 12);
		}
		expect(claims["no-norms.e-spa, skips"]!.measured).toBeCloseTo(2, 1);
		expect(claims["no-norms.plain, skips"]!).toMatchObject({ measured: 0, verdict: "fails" });
		expect(claims["no-norms.plain, skips"]!.detail).toContain("not reached in 1 × the steps");
		expect(claims["vanilla-plateau"]!.measured).toBeCloseTo(0.05, 12);
		expect(claims["gentler-gamma"]!.measured).toBeCloseTo(0.05, 12);
		expect(claims["vanilla-any-rate"]!.measured).toBeCloseTo(0.2, 12);
		expect(claims["norm-grows.e-spa"]!.measured).toBeCloseTo(1.1, 12);
	});

	test("a loss not reached in five times the steps is no ratio: the claim fails with 0", () => {
		const claims = verdicts(studyRows(8));
		expect(claims["five-times.u-spa"]!).toMatchObject({ measured: 0, verdict: "fails" });
		expect(claims["five-times.u-spa"]!.detail).toContain("seed 0: not reached in 5 × the steps");
	});

	test("a vanilla network that learns fails its claim; one seed of a method that diverges fails the method's", () => {
		const rows = studyRows(3).map((row) => ({
			...row,
			...(row["method"] === "vanilla" && row["seed"] === 2 && { loss: 2.5 }),
			...(row.run === seedsName && row["method"] === "u-spa" && row["seed"] === 1 && { state: "diverged" }),
		}));
		const claims = verdicts(rows);
		expect(claims["vanilla-plateau"]!).toMatchObject({ verdict: "fails" });
		expect(claims["vanilla-plateau"]!.measured).toBeCloseTo(0.7, 12);
		expect(claims["leaves-plateau.u-spa"]!).toMatchObject({ measured: 0, verdict: "fails" });
		expect(claims["leaves-plateau.u-spa"]!.detail).toContain("1: diverged");
		expect(claims["below-vanilla.u-spa"]!.verdict).toBe("not measured");
		expect(claims["below-vanilla.u-spa"]!.detail).toContain("1: diverged");
	});

	test("nothing is measured of nothing, and nothing drawn", () => {
		for (const { verdict } of Object.values(verdicts([]))) expect(verdict).toBe("not measured");
		const { document } = new JSDOM("").window;
		expect(training.figures([], { document })).toEqual([]);
	});
});

test("a diverged cell is kept with what it measured, one that never began as a row without a loss", () => {
	const cell = {
		hash: "h",
		coordinates: { variant: "sas", "optimizer.learningRate": 0.1 },
		seed: 0,
		directory: "",
	};
	const cells: CellRecord[] = [
		{
			...cell,
			state: "diverged",
			rows: [
				{ step: 0, time: 0, "val/loss": 5 },
				{ step: 5, time: 0, "train/loss": 9 },
			],
		},
		{ ...cell, seed: 1, state: "missing", rows: [] },
	];
	const rows = rowsOfCells(cells).map((row) => ({ step: 0, ...row, run: gridName }));
	expect(runsIn(rows, gridName)).toMatchObject([
		{ method: "sas", learningRate: 0.1, state: "diverged", points: [{ step: 0, loss: 5 }] },
		{ seed: 1, state: "missing", points: [] },
	]);
});

test("figures: losses by family, ratios with an arrow where a loss was not reached, rates, probes", () => {
	const { document } = new JSDOM("").window;
	const diverged = studyRows(8).map((row) =>
		row.run === gridName && row["learningRate"] === 3e-3 ? { ...row, state: "diverged" } : row,
	);
	const figures = Object.fromEntries(
		training.figures(diverged, { document }).map((figure) => [figure.id, figure]),
	);
	expect(Object.keys(figures)).toEqual([
		"training-loss-1",
		"training-loss-2",
		"training-loss-3",
		"training-loss-4",
		"training-loss-long",
		"training-steps-ratio",
		"training-rates",
		"training-probes",
	]);
	// The text of an SVG element is followed by that of its title.
	const texts = (id: string) =>
		[...figures[id]!.svg.querySelectorAll("text")].map(({ textContent }) => textContent);
	// Three seeds of all methods but e-spa with skips, and three long runs.
	expect(texts("training-steps-ratio").filter((text) => text?.startsWith("→"))).toHaveLength(3 * 7 + 3);
	expect(texts("training-rates").filter((text) => text?.startsWith("×"))).toHaveLength(6);
	expect(figures["training-probes"]!.rows).toContainEqual(
		expect.objectContaining({ panel: "norm", name: "e-spa", value: 1.1 }),
	);
});

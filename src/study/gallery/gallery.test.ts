import { JSDOM } from "jsdom";
import { beforeAll, expect, test } from "vitest";
import type { Row } from "../../figure/figure.ts";
import { type AnalysisTools, judge } from "../study.ts";
import { fittedSlope, spread, worst } from "./measure.ts";
import { gallery } from "./study.ts";
import { angleBetween, flowClock } from "./token-selection/vector.ts";

const { document } = new JSDOM("").window;
const tools = {
	signal: new AbortController().signal,
	progress() {},
} as unknown as AnalysisTools;
let rows: Row[] = [];

beforeAll(async () => {
	for (const experiment of gallery.presets["smoke"]!.experiments) {
		if (experiment.kind !== "analysis") throw new Error(`${experiment.name} is no analysis`);
		const computed = await experiment.compute(tools);
		rows = [
			...rows,
			// As the study stores them: what is not finite is gone.
			...computed.map((row, step) => JSON.parse(JSON.stringify({ step, ...row, run: experiment.name }))),
		];
	}
}, 60_000);

test("at the smoke preset every claim is measured and holds", () => {
	for (const part of gallery.parts)
		for (const claim of part.claims) {
			const { id, verdict, detail } = judge(claim, rows);
			expect([id, verdict, detail]).toContain("holds");
		}
});

test("without rows every claim is not measured, and nothing is drawn", () => {
	for (const part of gallery.parts) {
		expect(part.claims.map((claim) => judge(claim, []).verdict)).toEqual(
			part.claims.map(() => "not measured"),
		);
		expect(part.figures([], { document })).toEqual([]);
	}
});

test("all seven figures are drawn, without a warning", () => {
	const figures = gallery.parts.flatMap((part) => part.figures(rows, { document }));
	expect(figures.map(({ id }) => id)).toEqual([
		"deep-linear-staircase",
		"deep-linear-modes",
		"deep-linear-escape",
		"deep-linear-drift",
		"token-selection-plane",
		"token-selection-rate",
		"token-selection-spectrum",
	]);
	for (const { svg } of figures) expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("a claim's name begins with that of its part, and no name is used twice", () => {
	const ids = gallery.parts.flatMap(({ name, claims }) => {
		for (const { id } of claims) expect(id.startsWith(`${name}.`)).toBe(true);
		return claims.map(({ id }) => id);
	});
	expect(new Set(ids).size).toBe(ids.length);
	for (const { experiments } of Object.values(gallery.presets)) {
		const names = experiments.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
	}
});

test("the clock of a path is log ∫ ds/‖∇L‖: of ‖∇L‖ = e^(−s), log(e^s − 1), to 1e-12 for any step", () => {
	const clock = flowClock();
	clock(0, 0);
	for (const s of [0.1, 0.5, 3, 40, 900]) {
		const expected = s + Math.log(-Math.expm1(-s));
		expect(Math.abs(clock(s, -s) - expected)).toBeLessThan(1e-12 * Math.max(1, s));
	}
});

test("small angles are exact where a cosine has rounded to 1", () => {
	expect(angleBetween(Float64Array.of(1, 0), Float64Array.of(5, 5e-9))).toBeCloseTo(1e-9, 20);
	expect(angleBetween(Float64Array.of(1, 0), Float64Array.of(0, 2))).toBeCloseTo(Math.PI / 2, 12);
	expect(angleBetween(Float64Array.of(1, 0), Float64Array.of(-3, 0))).toBeCloseTo(Math.PI, 12);
});

test("sums over seeds: the worst error, the value farthest from its expectation, and a line's slope", () => {
	expect(worst([1, 3, 2], "runs")!.value).toBe(3);
	expect(spread([0.9, 1.3, 1], 1, "runs")!.value).toBe(1.3);
	expect(worst([], "runs")).toBeUndefined();
	expect(spread([], 1, "runs")).toBeUndefined();
	expect(
		fittedSlope([
			[0, 1],
			[1, 3],
			[2, 5],
		]),
	).toBeCloseTo(2, 12);
});

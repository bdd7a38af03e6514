import { JSDOM } from "jsdom";
import { beforeAll, expect, test } from "vitest";
import type { Row } from "../../../figure/figure.ts";
import { product } from "../../../model/signal/layer.ts";
import { type AnalysisTools, judge } from "../../study.ts";
import { attention, attentionExperiments } from "../attention.ts";
import { algebraName } from "./algebra.ts";
import { columnsDivided, largestDifference, leastVisible, numericLayer } from "./dense.ts";
import { bothPaths, eSpaPath } from "./paths.ts";

const { document } = new JSDOM("").window;
/** The analyses use neither an engine nor runs. */
const tools = { signal: new AbortController().signal, progress() {} } as unknown as AnalysisTools;
const rows: Row[] = [];

beforeAll(async () => {
	// As the study stores them: what is not finite is gone.
	for (const { name, compute } of attentionExperiments("smoke"))
		rows.push(
			...(await compute(tools)).map((row, step) => JSON.parse(JSON.stringify({ step, ...row, run: name }))),
		);
}, 60_000);

test("at the smoke preset every claim is measured and holds", () => {
	for (const claim of attention.claims) {
		const { id, verdict, detail } = judge(claim, rows);
		expect([id, verdict, detail]).toContain("holds");
	}
});

test("without rows no claim is measured, and nothing is drawn", () => {
	expect(new Set(attention.claims.map((claim) => judge(claim, []).verdict))).toEqual(
		new Set(["not measured"]),
	);
	expect(attention.figures([], { document })).toEqual([]);
});

test("eight figures are drawn, without a warning", () => {
	const figures = attention.figures(rows, { document });
	expect(figures.map(({ id }) => id)).toEqual([
		"attention-matrices",
		"attention-schedules",
		"attention-rescaling",
		"attention-trap",
		"attention-without-rescaling",
		"attention-repeats",
		"attention-positions",
		"attention-blocks",
	]);
	for (const { svg } of figures) expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("one layer that is wrong fails its claim, by name; a value that is none makes it not measured", () => {
	const spoilt = (value: number | undefined) =>
		rows.map((row) =>
			row.run === algebraName && row["kind"] === "layer" && row["method"] === "U-SPA" && row["layer"] === 4
				? { ...row, softmax: value }
				: row,
		);
	const claim = attention.claims.find(({ id }) => id === "attention.softmax")!;
	expect(judge(claim, spoilt(0.121))).toMatchObject({ verdict: "fails", measured: 0.121 });
	expect(judge(claim, spoilt(0.121)).detail).toMatch(/^U-SPA, layer 4 of 6/);
	expect(judge(claim, spoilt(undefined)).verdict).toBe("not measured");
});

test("every claim is named after its part, and no name is used twice", () => {
	const ids = attention.claims.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	for (const id of ids) expect(id).toMatch(/^attention\./);
});

test("columns divided: rows sum to D all the same (1e-12), so that no check of sums sees the mistake", () => {
	const n = 20;
	for (const { layers } of bothPaths(6))
		for (const layer of layers) {
			const A = columnsDivided(layer, n);
			const sums = product(A, new Float64Array(n).fill(1), n, 1);
			expect(largestDifference(sums, layer.rescaling(n))).toBeLessThan(1e-12);
			expect(largestDifference(A, layer.matrix(n))).toBeGreaterThan(1e-3);
		}
});

test("the least visible entry is that of the lower triangle: the zeros above it do not count", () => {
	expect(leastVisible(Float64Array.of(3, 0, 2, 0.5), 2)).toBe(0.5);
	expect(leastVisible(Float64Array.of(3, -9, 2, 0.5), 2)).toBe(0.5);
});

test("elimination and the closed form make the same layer (1e-12)", () => {
	const { layers, targets } = eSpaPath(4);
	const numeric = numericLayer(targets[1]!, targets[2]!, 16);
	expect(largestDifference(numeric, layers[1]!.matrix(16))).toBeLessThan(1e-12);
});

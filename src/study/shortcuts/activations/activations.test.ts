import { JSDOM } from "jsdom";
import { beforeAll, expect, test } from "vitest";
import { openEngine } from "../../../engine/engine.ts";
import type { Row } from "../../../figure/figure.ts";
import { modelConfig } from "../../../model/config.ts";
import { leakyReluMap } from "../../../model/signal/leaky-relu.ts";
import { type AnalysisTools, judge } from "../../study.ts";
import { activations, activationsExperiments } from "../activations.ts";
import { layerName } from "./layer.ts";
import { mapOf } from "./networks.ts";
import { slopesName } from "./slopes.ts";

const { document } = new JSDOM("").window;
const rows: Row[] = [];

beforeAll(async () => {
	const tools = {
		engine: await openEngine(),
		signal: new AbortController().signal,
		progress() {},
	} as unknown as AnalysisTools;
	// As the study stores them: what is not finite is gone.
	for (const { name, compute } of activationsExperiments("smoke"))
		rows.push(
			...(await compute(tools)).map((row, step) => JSON.parse(JSON.stringify({ step, ...row, run: name }))),
		);
}, 60_000);

test("at the smoke preset every claim is measured and holds", () => {
	for (const claim of activations.claims) {
		const { id, verdict, detail } = judge(claim, rows);
		expect([id, verdict, detail]).toContain("holds");
	}
});

test("without rows no claim is measured, and nothing is drawn", () => {
	expect(new Set(activations.claims.map((claim) => judge(claim, []).verdict))).toEqual(
		new Set(["not measured"]),
	);
	expect(activations.figures([], { document })).toEqual([]);
});

test("seven figures are drawn, without a warning", () => {
	const figures = activations.figures(rows, { document });
	expect(figures.map(({ id }) => id)).toEqual([
		"activations-maps",
		"activations-slopes",
		"activations-limit",
		"activations-shapes",
		"activations-networks",
		"activations-layer",
		"activations-width",
	]);
	for (const { svg } of figures) expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("a slope that the program gives where the table has none fails the claim", () => {
	const spoilt = rows.map((row) =>
		row.run === slopesName && row["refused"] === 1 && row["n"] === 12 ? { ...row, refused: 0 } : row,
	);
	const claim = activations.claims.find(({ id }) => id === "activations.slope-refused")!;
	expect(judge(claim, spoilt)).toMatchObject({ verdict: "fails", measured: 0 });
	expect(judge(claim, spoilt).detail).toMatch(/^n = 12/);
});

test("noise that does not fall with width, or a model with another activation, fails the claims on the layer", () => {
	const of = (id: string) => activations.claims.find((claim) => claim.id === id)!;
	const pairs = rows.filter((row) => row.run === layerName && row["kind"] === "pair");
	const flat = pairs.map((row, i) => ({ ...row, cosine: (row["map"] as number) + (i % 2 ? 0.1 : -0.1) }));
	expect(judge(of("activations.layer-width"), flat).verdict).toBe("fails");
	const other = pairs.map((row) => ({ ...row, map: leakyReluMap(0)(row["c"] as number) }));
	expect(judge(of("activations.layer"), other).verdict).toBe("fails");
});

test("the map of a configuration is that of its shaped activation", () => {
	const common = {
		vocabulary: 2,
		context: 2,
		layers: 12,
		heads: 1,
		width: 8,
		placement: "none",
		residual: "none",
	} as const;
	const leaky = modelConfig.parse({ ...common, activation: "leaky-relu", negativeSlope: 0.3 });
	expect(mapOf(leaky)(0.2)).toBe(leakyReluMap(0.3)(0.2));
	// DKS: C(0) = 0, C(1) = 1.
	const shaped = mapOf(modelConfig.parse({ ...common, activation: "gelu", shaping: { name: "dks" } }));
	expect(Math.abs(shaped(0))).toBeLessThan(1e-12);
	expect(shaped(1)).toBeCloseTo(1, 10);
	// gelu as it is takes right angles to E[gelu]²/E[gelu²] = (1/(2√π))²/0.4252.
	expect(mapOf(modelConfig.parse({ ...common, activation: "gelu" }))(0)).toBeCloseTo(0.1871, 3);
});

test("every claim is named after its part, and no name is used twice", () => {
	const ids = activations.claims.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	for (const id of ids) expect(id).toMatch(/^activations\./);
});

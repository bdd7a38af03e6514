import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { syntheticFlow, syntheticPhases } from "../../../test/support/synthetic-flow.ts";
import { parseFlowConfig } from "../../run/flow/config.ts";
import { solveFlow } from "../../run/flow/solve.ts";
import { configurations } from "../../study/co-occurrence/configurations.ts";
import type { Figure, Row } from "../figure.ts";
import { readScale } from "../time-scale.ts";
import { drawAttentionMaps } from "./attention-maps.ts";
import { drawBalance, drawImbalance } from "./balance.ts";
import { evenlyInLog } from "./flow-rows.ts";
import { drawFrozen } from "./frozen.ts";
import { drawLossRate } from "./loss-rate.ts";
import { drawLosses } from "./losses.ts";
import { drawScores } from "./scores.ts";
import { atItsPace, travelled } from "./travelled.ts";
import { drawValueProducts } from "./value-products.ts";
import { drawWords } from "./words.ts";

const { document } = new JSDOM("").window;
const descent = (rows: readonly Row[]) => rows.map((row) => ({ ...row, run: "S-descent-0" }));
const rows = [...syntheticFlow("S-0"), ...syntheticFlow("S-1"), ...descent(syntheticFlow("S-0"))];
const one = { document, run: "S-0" };
const two = [
	{ run: "S-0", label: "n = 60" },
	{ run: "S-1", label: "n = 240" },
];
const meanField = [0.1, 1, 10, 100].map((time) => ({ time, u: time / 10, v: -time / 9 }));

/** Each figure with its curves, thin lines of theory, and panels with T0.5 and T1. */
const figures: Record<
	string,
	[draw: (rows: readonly Row[]) => Figure | undefined, curves: number, guides: number, panels: number]
> = {
	scores: [(rows) => drawScores(rows, one), 4, 0, 1],
	"scores beside descent": [(rows) => drawScores(rows, { ...one, descent: "S-descent-0" }), 4, 0, 1],
	losses: [(rows) => drawLosses(rows, one), 10, 0, 2],
	words: [(rows) => drawWords(rows, { document, flows: two, meanField }), 8, 4, 2],
	balance: [(rows) => drawBalance(rows, one), 5, 0, 3],
	imbalance: [(rows) => drawImbalance(rows, one), 4, 1, 2],
	"loss rate": [
		(rows) => drawLossRate(rows, { ...one, meanField: [1, 10].map((time) => ({ time, loss: 1 })) }),
		3,
		2,
		3,
	],
	"value products": [(rows) => drawValueProducts(rows, one), 3, 0, 1],
	frozen: [(rows) => drawFrozen(rows, { ...one, frozen: "S-1" }), 4, 0, 2],
};

const count = (figure: Figure, selector: string) => figure.svg.querySelectorAll(selector).length;
const textsOf = ({ svg }: Figure) => [...svg.querySelectorAll("text")].map((text) => text.textContent);

for (const [name, [draw, curves, guides, panels]] of Object.entries(figures)) {
	test(`${name}: ${curves} curves and ${guides} thin lines, in ${panels} panels with both phases' ends and a play-head each`, () => {
		const figure = draw(rows)!;
		const lines = [...figure.svg.querySelectorAll('[aria-label="line"]')];
		const thin = lines.filter((group) => group.getAttribute("stroke") === "currentColor");
		const of = (groups: readonly Element[]) => groups.flatMap((group) => [...group.querySelectorAll("path")]);
		expect(of(thin)).toHaveLength(guides);
		expect(of(lines)).toHaveLength(curves + guides);
		expect(textsOf(figure).filter((text) => text === "T1")).toHaveLength(panels);
		expect(textsOf(figure).filter((text) => text === "T0.5")).toHaveLength(panels);
		expect(count(figure, "[data-x^=log] > line.play-head[visibility=hidden]")).toBe(panels);
		expect(figure.svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
		expect(figure.rows.length).toBeGreaterThan(50);
	});

	test(`${name}: nothing is drawn where nothing was measured`, () => {
		expect(draw([])).toBeUndefined();
		expect(draw(rows.map(({ run, step }) => ({ run, step })))).toBeUndefined();
	});
}

test("T1 stands at its place on the logarithmic axis, and the clock knows it by run", () => {
	const { svg } = drawScores(rows, one)!;
	const scale = readScale(svg.querySelector("line.play-head")!.parentElement!.getAttribute("data-x"))!;
	const rules = [...svg.querySelectorAll('[aria-label="rule"] line')].map((rule) =>
		Number(rule.getAttribute("x1")),
	);
	expect(Math.min(...rules.map((x) => Math.abs(x - scale.place(syntheticPhases.T1)!)))).toBeLessThan(0.6);
	expect(svg.getAttribute("data-clock")).toBe("κ₀t");
	expect(JSON.parse(svg.getAttribute("data-moments")!)).toEqual([
		{ run: "S-0", at: 3.5, label: "T0.5" },
		{ run: "S-0", at: 12.9, label: "T1" },
	]);
});

test("descent is drawn as crosses, a few a curve, and named in the legend", () => {
	const figure = drawScores(rows, { ...one, descent: "S-descent-0" })!;
	const crosses = count(figure, '[aria-label="dot"] path');
	expect(crosses).toBeGreaterThan(4 * 15);
	expect(crosses).toBeLessThan(4 * 40);
	expect(textsOf(figure)).toContain("gradient descent");
	expect(figure.rows.some(({ run }) => run === "S-descent-0")).toBe(true);
});

test("a flow whose phases do not end is drawn without their marks", () => {
	const endless = rows.map((row) => ({ ...row, "event/T0.5": undefined, "event/T1": undefined }));
	const figure = drawLosses(endless, one)!;
	expect(textsOf(figure)).not.toContain("T1");
	expect(figure.svg.getAttribute("data-moments")).toBe("[]");
	expect(drawAttentionMaps(endless, one)).toBeDefined();
});

test("attention: three maps of 16 cells; the middle one a frame a moment, that of T1 shown, the others hidden", () => {
	const figure = drawAttentionMaps(rows, one)!;
	const times = new Set(
		[...figure.svg.querySelectorAll("[data-frame]")].map((g) => g.getAttribute("data-frame")),
	);
	expect(times.size).toBeGreaterThan(30);
	expect(times.size).toBeLessThan(50);
	expect(times.has("0")).toBe(true);
	const cells = [...figure.svg.querySelectorAll('[aria-label="cell"] rect')];
	expect(cells).toHaveLength(16 * (2 + times.size));
	expect(cells.filter((cell) => !cell.closest("[visibility=hidden]"))).toHaveLength(3 * 16);
	const shown = [...figure.svg.querySelectorAll("[data-frame]:not([visibility])")];
	expect(new Set(shown.map((group) => group.getAttribute("data-frame")))).toEqual(new Set(["12.9"]));
	expect(textsOf(figure)).toContain("T1, κ₀t = 12.9");
	expect(count(figure, "line.play-head")).toBe(0);
	expect(figure.svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
	expect(drawAttentionMaps([], one)).toBeUndefined();
});

test("rows are thinned evenly on a logarithmic clock, with first, last and the ends of phases among them", () => {
	const flow = syntheticFlow("S-0", { count: 5000 });
	const shown = evenlyInLog(flow, 0.1, 50);
	expect(shown.length).toBeGreaterThan(48);
	expect(shown.length).toBeLessThan(56);
	expect(shown.at(-1)).toBe(flow.at(-1));
	expect(shown[0]!["flow/clock"]).toBeCloseTo(0.1, 2);
	for (const label of Object.keys(syntheticPhases))
		expect(shown.some((row) => row[`event/${label}`] === 1)).toBe(true);
});

test("theory stands at the κ₀t at which a flow of twice the speed has come as far", () => {
	const fast = syntheticFlow("S-0").map((row) => ({ ...row, "flow/kappa": 20 }));
	const points = [0.1, 1, 100, 1e4].map((time) => ({ time }));
	const moved = atItsPace(points, travelled(fast, "S-0"));
	expect(moved.map(({ clock }) => clock)).toEqual([0.05, 0.5, 50].map((clock) => expect.closeTo(clock, 6)));
});

test("a solved flow: late in training the measured rate of 1/L̂ is γ²κ within 3 %, and every figure is drawn", async () => {
	const config = parseFlowConfig({
		kind: "flow",
		name: "S-0",
		...configurations.S,
		dynamics: { name: "flow", clock: 1000, guarantees: false },
	});
	const solved = await solveFlow(config);
	const real = solved.rows.map((row): Row => ({ ...row, run: "S-0" }));
	const again = real.map((row) => ({ ...row, run: "S-1" }));
	for (const [draw] of Object.values(figures)) expect(draw([...real, ...again])).toBeDefined();
	expect(drawAttentionMaps(real, one)).toBeDefined();
	const last = drawLossRate(real, one)!.rows.at(-1)!;
	// Prediction is for even attention; that of this flow has moved, and made it 2.6 % faster.
	expect(Math.abs(Number(last["rate / (γ²κ)"]) - 1)).toBeLessThan(0.03);
});

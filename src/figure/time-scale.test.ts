import fc from "fast-check";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { syntheticRows } from "../../test/support/synthetic-run.ts";
import type { StepAxis } from "./axis.ts";
import { stepTicks } from "./axis.ts";
import type { Row } from "./figure.ts";
import { drawNormHeatMap } from "./heat-map.ts";
import { drawNorm } from "./norm.ts";
import { drawSaturationByLayer } from "./profile.ts";
import { drawSaturation } from "./saturation.ts";
import { readScale, type ScaleKind, shareOf, timeAt } from "./time-scale.ts";

const { document } = new JSDOM("").window;
const rows: Row[] = syntheticRows().map((row) => ({ ...row, run: "pre" }));
const axes: readonly StepAxis[] = ["linear", "log", "sqrt"];

for (const axis of axes) {
	test(`a drawing on a ${axis} axis says where each of its points lies`, () => {
		const { svg, rows: data } = drawNorm(rows, { document, axis })!;
		const group = svg.querySelector<SVGGElement>(":scope > g[data-x]")!;
		const [x, y] = [readScale(group.getAttribute("data-x"))!, readScale(group.getAttribute("data-y"))!];
		const dots = [...group.querySelectorAll('[aria-label="dot"] path')].map((dot) =>
			/translate\(([-\d.]+),([-\d.]+)\)/.exec(dot.getAttribute("transform")!)!.slice(1).map(Number),
		);
		expect(dots).toHaveLength(data.length);
		for (const [i, row] of data.entries()) {
			// Drawings are rounded to hundredths; Plot moves marks by half a unit.
			expect(Math.abs(x.place(row["step"] as number)! - dots[i]![0]!)).toBeLessThan(0.6);
			expect(Math.abs(y.place(row["dyn/norm.encoder"] as number)! - dots[i]![1]!)).toBeLessThan(0.6);
		}
	});

	test(`ticks of a ${axis} axis are round, ascending and within it`, () => {
		for (const last of [1, 2, 7, 60, 1200, 5485, 524_288]) {
			const ticks = stepTicks(last, axis);
			expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
			expect(ticks[0]).toBe(0);
			expect(ticks.at(-1)).toBeLessThanOrEqual(last);
			expect(ticks.every(Number.isInteger)).toBe(true);
			expect(ticks.length).toBeLessThan(12);
		}
	});

	test(`a heat map on a ${axis} axis covers the whole plot, and step 0 begins at its left`, () => {
		const { svg } = drawNormHeatMap(rows, { document, axis })!;
		const x = readScale(svg.querySelector("[data-x]")!.getAttribute("data-x"))!;
		const cells = svg.querySelector('[aria-label="cells"]')!;
		const ends = [...cells.innerHTML.matchAll(/[MH]([\d.]+)/g)].map(([, at]) => Number(at));
		expect(Math.min(...ends)).toBe(0);
		expect(Math.max(...ends)).toBeCloseTo(x.range[1] - x.range[0], 1);
		expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
	});
}

test("the place of a value on a scale leads back to the value", () => {
	const kinds: readonly ScaleKind[] = ["linear", "log", "sqrt", "log1p"];
	fc.assert(
		fc.property(fc.constantFrom(...kinds), fc.double({ min: 0, max: 1, noNaN: true }), (kind, share) => {
			const scale = readScale(`${kind} 52 420 1 5000`)!;
			const value = timeAt(kind, [1, 5000], share);
			expect(shareOf(kind, [1, 5000], value)).toBeCloseTo(share, 9);
			expect(scale.place(value)).toBeCloseTo(52 + share * 368, 6);
			expect(scale.value(52 + share * 368) / value).toBeCloseTo(1, 6);
		}),
	);
	expect(readScale("linear 0 10 0 1")!.place(1.5)).toBeUndefined();
});

test("a band scale has every measured step, and a time between two belongs to the first", () => {
	const { svg } = drawNormHeatMap(rows, { document })!;
	const x = readScale(svg.querySelector("[data-x]")!.getAttribute("data-x"))!;
	expect(x.kind).toBe("band");
	expect(x.domain).toEqual([
		...new Set(rows.filter((row) => row["dyn/norm.layer.0"]).map(({ step }) => step)),
	]);
	expect(x.place(60)).toBe(x.place(50));
	for (const step of x.domain) expect(x.value(x.place(step)!)).toBe(step);
	expect(x.place(-1)).toBeUndefined();
});

test("panels name the quantity that each shows", () => {
	const { svg } = drawSaturation(rows, { document })!;
	const shown = [...svg.querySelectorAll("[data-shows]")].map((group) =>
		JSON.parse(group.getAttribute("data-shows")!),
	);
	expect(shown.flatMap(({ values }) => values)).toEqual(["dyn/saturation", "dyn/similarity", "val/loss"]);
	expect(svg.getAttribute("data-time")).toBe("step");
});

test("a profile is that of the moment asked for, on an axis that stands still", () => {
	const at = (step: number | undefined) => drawSaturationByLayer(rows, { document, at: step })!;
	expect([...new Set(at(620).rows.map(({ step }) => step))]).toEqual([0, 600]);
	expect([...new Set(at(undefined).rows.map(({ step }) => step))]).toEqual([0, 1200]);
	expect(at(0).rows.every(({ step }) => step === 0)).toBe(true);
	const ticks = (step: number) =>
		[...at(step).svg.querySelectorAll("[aria-label='y-axis tick label'] text")].map((t) => t.textContent);
	expect(ticks(50)).toEqual(ticks(1000));
});

import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { drawCurves } from "../../figure/curves.ts";
import type { Figure, Row } from "../../figure/figure.ts";
import { drawHeadHistogram } from "../../figure/head-histogram.ts";
import { drawNormHeatMap } from "../../figure/heat-map.ts";
import { drawPanels } from "../../figure/panels.ts";
import { drawPhaseDiagram } from "../../figure/phase-diagram.ts";
import { Overlay } from "./overlay.ts";
import { Walk } from "./walk.ts";

const { document } = new JSDOM("").window;
const rows: Row[] = ["pre", "post"].flatMap((run, i) =>
	[0, 100, 400].map((step) => ({
		run,
		step,
		a: step + i,
		b: -step,
		"dyn/norm.layer.0": 1 + step,
		"dyn/norm.layer.1": 2 + step + i,
	})),
);
const words = { id: "f", title: "F", caption: "Words." };
const panels = drawPanels(
	rows,
	[
		{ key: "a", label: "a" },
		{ key: "b", label: "b" },
	],
	{ ...words, document },
)!;

/** jsdom has no viewBox; the numbers are those of the drawing. */
function overlayOf(figure: Figure): Overlay {
	const [, , width, height] = figure.svg.getAttribute("viewBox")!.split(" ").map(Number);
	Object.defineProperty(figure.svg, "viewBox", { value: { baseVal: { width, height } }, configurable: true });
	figure.svg.getBoundingClientRect = () => ({ left: 0, top: 0, width, height }) as DOMRect;
	return new Overlay(figure);
}
const dots = (figure: Figure, what: string) =>
	[...figure.svg.querySelectorAll(`.${what} circle`)].filter(
		(dot) => dot.getAttribute("visibility") !== "hidden",
	);

test("a cursor crosses every plot, with a dot where it meets each curve, and no dot beyond a curve's end", () => {
	const overlay = overlayOf(panels);
	expect([overlay.time, overlay.places]).toEqual(["step", [0, 100, 400]]);
	overlay.show("cursor", 225);
	expect(dots(panels, "cursor")).toHaveLength(4);
	// Half way between 100 and 400 on the √t axis, where the curve is straight.
	const curve = [...panels.svg.querySelectorAll('[aria-label="line"] path')][0]!.getAttribute("d")!;
	const [, second, third] = [...curve.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
	expect(Number(dots(panels, "cursor")[0]!.getAttribute("cy"))).toBeCloseTo((second! + third!) / 2, 1);
	overlay.show("cursor", 500);
	expect(panels.svg.querySelectorAll(".cursor[visibility=visible]")).toHaveLength(0);
	overlay.show("head", 0);
	expect(dots(panels, "head")).toHaveLength(4);
});

test("under the pointer lies a plot, and only its series are told", () => {
	const overlay = overlayOf(panels);
	const inSecond = overlay.find(200, 250)!;
	expect(overlay.read(150, inSecond.plot).lines.map(({ label, value }) => [label, value])).toEqual([
		["pre, b", -100],
		["post, b", -100],
	]);
	expect(overlay.find(2, 250)).toBeUndefined();
});

test("of a heat map the cell under the pointer is told", () => {
	const figure = drawNormHeatMap(rows, { document })!;
	const overlay = overlayOf(figure);
	const { plot } = overlay.find(200, 60)!;
	const [low, high] = [Math.max(...plot.y!.range) - 2, Math.min(...plot.y!.range) + 2];
	expect(overlay.read(100, plot, low).lines.map(({ label, value }) => [label, value])).toEqual([
		["pre, layer 1", 101],
	]);
	expect(overlay.read(100, plot, high).lines.map(({ label, value }) => [label, value])).toEqual([
		["pre, layer 2", 102],
	]);
});

test("of many series those nearest to the pointer are told, and how many are not", () => {
	const points = Array.from({ length: 30 }, (_, i) =>
		[0, 1].map((x) => ({ panel: "", series: `s${i}`, x, y: i })),
	).flat();
	const figure = drawCurves(points, { ...words, document, x: { label: "x" }, y: { label: "y" } })!;
	const overlay = overlayOf(figure);
	expect(overlay.time).toBeUndefined();
	const { plot } = overlay.find(200, 300)!;
	const reading = overlay.read(1, plot, plot.y!.place(20)!);
	expect(reading.lines[0]!.label).toBe("s20");
	expect([reading.lines.length, reading.more]).toEqual([10, 20]);
});

test("keys walk a series, lead to the nearest point of the next, and stop at its ends", () => {
	const walk = new Walk(panels, overlayOf(panels));
	const say = (key: string) => walk.press(key)?.text;
	expect(say("Tab")).toBeUndefined();
	expect(walk.here()).toBeUndefined();
	expect(say("ArrowRight")).toBe("pre, a, step 400: 400, series 1 of 4");
	expect(say("ArrowLeft")).toBe("pre, a, step 100: 100, series 1 of 4");
	expect(say("ArrowDown")).toBe("pre, b, step 100: -100, series 2 of 4");
	expect(say("Home")).toBe("pre, b, step 0: 0, series 2 of 4");
	expect(say("ArrowLeft")).toBe("pre, b, step 0: 0, series 2 of 4");
	expect(say("PageDown")).toBe("pre, b, step 400: -400, series 2 of 4");
	const next = new Walk(panels, overlayOf(panels), walk);
	expect(next.here()?.text).toBe("pre, b, step 400: -400, series 2 of 4");
});

test("where no axis can be read, keys walk the marks that name themselves, or the rows", () => {
	const cells = [1e-3, 1e-2].map((learningRate) => ({
		learningRate,
		weightDecay: 0.1,
		seed: 0,
		state: "finished",
		growth: 0,
	}));
	const diagram = drawPhaseDiagram({ document, cells, boundaries: [] })!;
	const walk = new Walk(diagram, overlayOf(diagram));
	expect(walk.press("ArrowRight")?.text).toBe(
		"learning rate 0.001, weight decay 0.1, seed 0: norm × 1, 1 of 2",
	);
	expect(walk.press("End")?.element?.tagName).toBe("rect");
	const heads = [{ run: "a", mask: "full", layer: 0, head: 1, positions: 2.5, mark: 3, markLabel: "all" }];
	const histogram = drawHeadHistogram(heads, { document })!;
	expect(new Walk(histogram, overlayOf(histogram)).press("ArrowRight")?.text).toBe(
		"run a, mask full, layer 0, head 1, positions 2.5, 1 of 1",
	);
});

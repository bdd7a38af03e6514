import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { type CurvePoint, type CurvesFigure, drawCurves } from "./curves.ts";
import { drawDegrees } from "./degrees.ts";
import { readScale } from "./time-scale.ts";

const { document } = new JSDOM("").window;
const options: CurvesFigure = {
	document,
	id: "curves",
	title: "Curves",
	caption: "What to look for.",
	x: { label: "c →", scale: "log" },
	y: { label: "↑ error", scale: "log", domain: [1e-6, 1] },
	styles: ["with", "without"],
};
const points = ["above", "below"].flatMap((panel) =>
	["with", "without"].flatMap((style) =>
		[1, 10, 100].map((x): CurvePoint => ({ panel, series: "a", style, x, y: x ** -2 })),
	),
);
const lines = (svg: SVGSVGElement) => [...svg.querySelectorAll('[aria-label="line"] path')];

test("curves are one named and described image with a panel and a line each, and its data behind it", () => {
	const { svg, rows } = drawCurves(points, options)!;
	expect(svg.querySelector("#curves-title")?.textContent).toBe("Curves");
	expect(svg.querySelector("#curves-description")?.textContent).toBe("What to look for.");
	expect(lines(svg)).toHaveLength(4);
	expect(svg.textContent).toContain("↑ error, below");
	expect(rows).toHaveLength(points.length);
	expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("on two logarithmic axes a power law is a straight line", () => {
	const path = lines(drawCurves(points, options)!.svg)[0]!.getAttribute("d")!;
	const at = [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
	expect(at).toHaveLength(3);
	expect(at[1]![1] - at[0]![1]).toBeCloseTo(at[2]![1] - at[1]![1], 2);
});

test("what a logarithmic axis cannot show, or what lies outside the domain, is left out and stays in the data", () => {
	const more = [...points, { panel: "above", series: "a", style: "with", x: 1000, y: 0 }];
	const { svg, rows } = drawCurves(more, options)!;
	expect(svg.outerHTML).not.toMatch(/NaN|Infinity/);
	expect(rows).toHaveLength(more.length);
});

test("published values, guides and scattered points are drawn without a warning", () => {
	const marks = [{ panel: "above", series: "a", x: 10, y: 0.02 }];
	const { svg } = drawCurves(points, { ...options, marks, guides: points, scattered: true })!;
	expect(svg.querySelectorAll('[aria-label="dot"] path').length).toBe(points.length + 1);
	expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("a panel may have an axis of its own, with values that have a name, and holds all its crosses", () => {
	const axes = {
		above: {
			label: "↑ own",
			rules: [
				{ y: 1.25, label: "predicted" },
				{ y: 0.5, label: "half" },
			],
		},
		below: { label: "↑ other", scale: "log", domain: [1e-3, 1] },
	} as const;
	const marks = [{ panel: "above", series: "a", x: 10, y: 7 }];
	const { svg } = drawCurves(points, { ...options, axes, marks, marked: "descent" })!;
	for (const text of ["↑ own", "↑ other", "predicted", "half", "descent", "7"])
		expect(svg.textContent).toContain(text);
	expect(svg.textContent).not.toContain("↑ error");
	const paths = [...svg.querySelectorAll('[aria-label="dot"] path')];
	expect(paths).toHaveLength(1);
	expect(
		Number(/translate\([\d.]+,(-?[\d.]+)\)/.exec(paths[0]!.getAttribute("transform")!)![1]),
	).toBeGreaterThan(20);
	// A panel with a domain of its own cuts its curves at the edge, and keeps all their points.
	const below = [...svg.querySelectorAll('[aria-label="line"]')].filter((group) =>
		group.hasAttribute("clip-path"),
	);
	expect(below.flatMap((group) => [...group.querySelectorAll("path")])).toHaveLength(2);
	expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("verticals are named at their places, and a clock gives each panel a hidden play-head that knows its axis", () => {
	const verticals = [
		{ x: 10, label: "T1" },
		{ x: 3, label: "T0.5", panel: "above" },
		{ x: 1e6, label: "outside" },
	];
	const clock = { name: "c", moments: [{ run: "a", at: 10, label: "T1" }] };
	const { svg } = drawCurves(points, { ...options, verticals, clock })!;
	const named = (name: string) =>
		[...svg.querySelectorAll("text")].filter((text) => text.textContent === name);
	expect([named("T1"), named("T0.5"), named("outside")].map((list) => list.length)).toEqual([2, 1, 0]);
	const heads = [...svg.querySelectorAll("line.play-head")];
	expect(heads).toHaveLength(2);
	for (const head of heads) {
		expect(head.getAttribute("visibility")).toBe("hidden");
		expect(readScale(head.parentElement!.getAttribute("data-x"))).toMatchObject({
			kind: "log",
			domain: [1, 100],
		});
	}
	expect(JSON.parse(svg.getAttribute("data-moments")!)).toEqual(clock.moments);
	expect(drawCurves(points, options)!.svg.outerHTML).not.toMatch(/play-head|data-clock|T1/);
});

test("small numbers of a linear axis are written as powers of ten", () => {
	const small = points.map((point) => ({ ...point, y: -point.y / 5000 }));
	const { svg } = drawCurves(small, { ...options, y: { label: "↑ change" } })!;
	expect(svg.textContent).toContain("−2·10⁻⁴");
});

test("powers of ten are written as such", () => {
	const { svg } = drawCurves(points, options)!;
	expect(svg.textContent).toContain("10⁻⁶");
});

test("degrees: a ring where one is stated, a dot for each measured; nothing where there is nothing", () => {
	const words = { document, id: "degrees", title: "Degrees", caption: "Rings and dots." };
	const rows = [
		{ name: "linear (1)", stated: 2, measured: [2, 2] },
		{ name: "sum (1, 3)", measured: [1.5, 2.5] },
	];
	const { svg, rows: data } = drawDegrees(rows, words)!;
	expect(svg.querySelectorAll('[aria-label="dot"] circle')).toHaveLength(1 + 4);
	expect(data).toHaveLength(4);
	expect(drawDegrees([], words)).toBeUndefined();
	expect(drawCurves([], options)).toBeUndefined();
});

import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { syntheticRows } from "../../test/support/synthetic-run.ts";
import { sqrtTicks } from "./axis.ts";
import { toCsv } from "./csv.ts";
import { drawDirection } from "./direction.ts";
import type { Row } from "./figure.ts";
import { drawNormHeatMap, drawSaturationHeatMap, edgesOf } from "./heat-map.ts";
import { drawLoss } from "./loss.ts";
import { drawNorm } from "./norm.ts";
import { paletteCss, standaloneSvg } from "./palette.ts";
import { seriesScales } from "./panels.ts";
import { drawNormByLayer, drawSaturationByLayer, drawSimilarityByLayer } from "./profile.ts";
import { drawSaturation } from "./saturation.ts";
import { drawScopes } from "./scopes.ts";
import { drawStep } from "./step.ts";

const { document } = new JSDOM("").window;
const rows: Row[] = ["pre", "post"].flatMap((run) => syntheticRows().map((row) => ({ ...row, run })));
const measured = rows.filter((row) => row["dyn/norm.encoder"] !== undefined);

const all = {
	drawDirection,
	drawLoss,
	drawNorm,
	drawNormByLayer,
	drawNormHeatMap,
	drawSaturation,
	drawSaturationByLayer,
	drawSaturationHeatMap,
	drawSimilarityByLayer,
	drawScopes,
	drawStep,
};

for (const [name, draw] of Object.entries(all)) {
	test(`${name} is one named and described image whose data lie behind it`, () => {
		const { id, title, caption, svg, rows: data } = draw(rows, { document })!;
		expect(svg.getAttribute("role")).toBe("img");
		expect(svg.querySelector(`#${id}-title`)?.textContent).toBe(title);
		expect(svg.querySelector(`#${id}-description`)?.textContent).toBe(caption);
		expect(data.length).toBeGreaterThan(0);
		expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity/);
	});

	test(`${name} is drawn of runs with one measured step, without a warning`, () => {
		const first = rows.filter(({ step }) => step === 0);
		const drawing = draw(first, { document })!.svg.outerHTML;
		// Plot puts this sign into a drawing whose data it doubts.
		expect(drawing).not.toMatch(/NaN|undefined|Infinity|⚠/);
	});

	test(`${name} draws nothing where nothing was measured`, () => {
		expect(draw([{ run: "a", step: 0, "optim/lr": 1 }], { document })).toBeUndefined();
		const unmeasurable = { "dyn/norm.encoder": null, "val/loss": Number.NaN };
		expect(draw([{ run: "a", step: 0, ...unmeasurable }], { document })).toBeUndefined();
	});

	test(`${name} is drawn from a single measured step too`, () => {
		const first = draw(rows.slice(0, 1), { document })!;
		expect(first.svg.outerHTML).not.toMatch(/NaN|undefined|Infinity/);
	});
}

test("on the √t axis the law a·√t + b is a straight line", () => {
	const predict = (step: number) => 0.6 * Math.sqrt(step) + 50;
	const { svg } = drawNorm(rows, { document, fits: [{ run: "pre", label: "fit", predict }] })!;
	const line = svg.querySelector('[aria-label="line"] path')!.getAttribute("d")!;
	const points = [...line.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(
		([, x, y]) => [Number(x), Number(y)] as const,
	);
	const [[x0, y0], [x1, y1]] = [points[0]!, points.at(-1)!];
	expect(points.length).toBeGreaterThan(20);
	// Coordinates are printed with three decimals.
	for (const [x, y] of points) expect(y).toBeCloseTo(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0), 2);
});

test("the norm figure shows every measured point and the words of the fits", () => {
	const fits = [{ run: "pre", label: "0.6·√t + 50, r² = 1.0000", predict: () => 50 }];
	const { svg, rows: data } = drawNorm(rows, { document, fits })!;
	expect(svg.querySelectorAll('[aria-label="dot"] path')).toHaveLength(measured.length);
	expect(data).toHaveLength(measured.length);
	expect(data[0]).toEqual({ run: "pre", step: 0, "dyn/norm.encoder": measured[0]!["dyn/norm.encoder"] });
	expect(svg.textContent).toContain("pre: 0.6·√t + 50, r² = 1.0000");
});

test("a layer's profile has the random initialisation as baseline beside the last step", () => {
	const { svg, rows: data } = drawSaturationByLayer(rows, { document })!;
	expect([...new Set(data.map(({ step }) => step))]).toEqual([0, 1200]);
	expect([...new Set(data.map(({ layer }) => layer))]).toEqual(["emb", "1", "2", "3", "4"]);
	expect(svg.textContent).toContain("initial");
});

test("a heat map has one cell a layer and measured step", () => {
	const { svg } = drawNormHeatMap(rows, { document })!;
	expect(svg.querySelectorAll('[aria-label="cell"] rect')).toHaveLength(measured.length * 4);
});

test("a long training loss is drawn as means over neighbouring steps, and its mean stays", () => {
	const losses: Row[] = Array.from({ length: 1200 }, (_, step) => ({
		run: "pre",
		step,
		"train/loss": 5 + Math.sin(step),
	}));
	const { rows: data } = drawLoss(losses, { document })!;
	expect(data).toHaveLength(150);
	const mean = (list: readonly Row[]) =>
		list.reduce((total, row) => total + (row["train/loss"] as number), 0) / list.length;
	expect(mean(data as unknown as Row[])).toBeCloseTo(mean(losses), 6);
	// The play-head stops at steps of the table: they are steps that were measured.
	expect(data.every(({ step }) => Number.isInteger(step))).toBe(true);
});

test("of a thinned training loss no means are taken: they would be those of the extremes", () => {
	const thinned: Row[] = Array.from({ length: 600 }, (_, i) => ({
		...{ run: "pre", step: i * 100 },
		"train/loss": i % 3 === 2 ? 50 : 5,
	}));
	const { rows: data, caption } = drawLoss(thinned, { document, isThinned: true })!;
	expect(data).toEqual(thinned);
	expect(caption).not.toContain("means");
	expect(drawNorm(rows, { document, isThinned: true })!.caption).toContain("of those that are drawn");
});

test("a heat map to scale claims nothing of the steps before the first that was measured", () => {
	expect(edgesOf([0, 10, 30], 100)).toEqual([0, 5, 20, 100]);
	expect(edgesOf([40, 50, 70], 100)).toEqual([35, 45, 60, 100]);
	expect(edgesOf([4, 50], 100)).toEqual([0, 27, 100]);
	expect(edgesOf([40], 100)).toEqual([0, 100]);
});

test("36 runs are told apart by colour and symbol together", () => {
	const names = Array.from({ length: 36 }, (_, i) => `run ${i}`);
	const { color, symbol } = seriesScales(names);
	expect(new Set(names.map((_, i) => `${color.range[i]} ${symbol.range[i]}`)).size).toBe(36);
});

test("a run keeps its colour whatever else a figure shows", () => {
	const onlyPost = rows.filter((row) => row.run === "post" || row["dyn/step"] === undefined);
	const colour = (svg: SVGSVGElement) =>
		[...svg.querySelectorAll("title")]
			.find((title) => title.textContent.startsWith("post, step"))!
			.parentElement!.getAttribute("fill");
	expect(colour(drawStep(onlyPost, { document })!.svg)).toBe(colour(drawNorm(rows, { document })!.svg));
});

test("series colours have a contrast of at least 3 : 1 to the ground of their theme (WCAG 1.4.11)", () => {
	const luminance = (hex: string) =>
		[1, 3, 5]
			.map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
			.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
			.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i]!, 0);
	const contrast = (x: string, y: string) => {
		const [low, high] = [luminance(x), luminance(y)].sort((p, q) => p - q);
		return (high! + 0.05) / (low! + 0.05);
	};
	const [light, dark] = paletteCss.split("\n").map((line) => line.match(/#[0-9a-f]{6}/g)!);
	for (const colour of light!) expect(contrast(colour, "#ffffff")).toBeGreaterThanOrEqual(3);
	for (const colour of dark!) expect(contrast(colour, "#14171c")).toBeGreaterThanOrEqual(3);
});

test("a drawing as a file has its colours in it and depends on no style sheet", () => {
	const text = standaloneSvg(drawNorm(rows, { document })!.svg);
	expect(text).not.toContain("var(");
	expect(new JSDOM(text, { contentType: "image/svg+xml" }).window.document.documentElement.nodeName).toBe(
		"svg",
	);
});

test("CSV quotes what would break it and leaves absent values empty", () => {
	expect(
		toCsv([
			{ run: 'a "b", c', step: 0.1 },
			{ run: "d", loss: 2 },
		]),
	).toBe('run,step,loss\n"a ""b"", c",0.1,\nd,,2\n');
});

test("ticks of a √t axis are round, ascending and within it", () => {
	for (const last of [1, 7, 60, 1200, 5485, 524288]) {
		const ticks = sqrtTicks(last);
		expect(ticks).toEqual([...new Set(ticks)].sort((x, y) => x - y));
		expect(ticks[0]).toBe(0);
		expect(ticks.at(-1)).toBeLessThanOrEqual(last);
		expect(ticks.at(-1)).toBeGreaterThan(last / 2);
	}
});

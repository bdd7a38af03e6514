import { JSDOM } from "jsdom";
import { beforeAll, expect, test } from "vitest";
import { openEngine } from "../../engine/engine.ts";
import type { Row } from "../../figure/figure.ts";
import { median } from "../rows.ts";
import { judge } from "../study.ts";
import { homogeneity, homogeneityExperiments } from "./homogeneity.ts";

let rows: Row[];
beforeAll(async () => {
	const engine = await openEngine({ threads: 1 });
	const { signal } = new AbortController();
	rows = [];
	for (const { name, compute } of homogeneityExperiments("smoke")) {
		const run = () => Promise.reject(new Error("homogeneity looks at no runs"));
		const computed = await compute({ engine, signal, progress: () => {}, run });
		rows.push(...computed.map((row, step) => ({ step, ...row, run: name })));
	}
	await engine.dispose();
});

const { document } = new JSDOM("").window;

/** What fails because the paper as printed is wrong; each has a corrected claim beside it. */
const wrongAsPrinted = [
	"homogeneity.attention-as-printed",
	"homogeneity.lemma-7-as-printed",
	"homogeneity.definition-as-printed.attention",
	"homogeneity.definition-as-printed.encoder",
	"homogeneity.scaling-bias-as-printed",
];

test("at the smallest size everything that is measured holds, but for what is wrong as printed", () => {
	const judged = homogeneity.claims.map((claim) => judge(claim, rows));
	const failing = judged.filter(({ verdict }) => verdict === "fails").map(({ id }) => id);
	expect(failing).toEqual(wrongAsPrinted);
	// The published curves are of the published size.
	for (const { id, verdict } of judged)
		if (verdict === "not measured") expect(id).toMatch(/scaling-(published|free)/);
});

test("claims have names of their own and say nothing where nothing was computed", () => {
	const ids = homogeneity.claims.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	for (const claim of homogeneity.claims) expect(judge(claim, []).verdict, claim.id).toBe("not measured");
});

test("every figure is drawn of these rows, and none without", () => {
	const figures = homogeneity.figures(rows, { document });
	expect(figures.map(({ id }) => id)).toEqual([
		"homogeneity-scaling",
		"homogeneity-approach",
		"homogeneity-components",
		"homogeneity-degrees",
		"homogeneity-definition",
		"homogeneity-lemma-7",
	]);
	for (const { svg, rows: data } of figures) {
		expect(data.length).toBeGreaterThan(0);
		expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|⚠/);
	}
	expect(homogeneity.figures([], { document })).toEqual([]);
});

test("the median of an even number of values is the mean of the middle two", () => {
	expect(median([9, 1, 2, 4])).toBe(3);
	expect(median([5, 1, 2])).toBe(2);
});

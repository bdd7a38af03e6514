import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { formulaMeasure, pythiaSteps } from "../../test/support/formula-measure.ts";
import { byLayer } from "../figure/by-part.ts";
import type { Row } from "../figure/figure.ts";
import type { Finding } from "../inspect/finding.ts";
import type { SeriesMeasure } from "../inspect/series-measure.ts";
import { seriesName } from "../inspect/series-name.ts";
import { seriesRows } from "../inspect/series-rows.ts";
import { readMetrics } from "../run/metrics.ts";
import { readT5Norms } from "../study/norm-growth/t5-norms.ts";
import { writeSeries } from "./series-files.ts";
import { growthTable, layerGrowth, scopeGrowth } from "./series-growth.ts";
import { reportSeries } from "./series-report.ts";

const folder = () => mkdtempSync(join(tmpdir(), "orrery-series-"));

async function pageOf(measure: SeriesMeasure, findings: readonly Finding[] = []) {
	const path = join(folder(), "deep", "report.html");
	await reportSeries(measure, findings, path);
	const text = readFileSync(path, "utf8");
	return { text, document: new JSDOM(text).window.document };
}

const even = Array.from({ length: 12 }, (_, i) => 500 * i);

test("T5's published series has the paper's growth laws: √t of the encoder with r² 0.9991, and block by block", () => {
	const { encoder, blocks } = readT5Norms();
	const rows = encoder.steps.map(
		(step, i): Row => ({
			run: "t5-base",
			step,
			"dyn/norm.encoder": encoder.norms[i],
			...Object.fromEntries(blocks.map(({ norms }, k) => [`dyn/norm.layer.${k}`, norms[i]])),
		}),
	);
	const [scope, ...others] = scopeGrowth(rows);
	expect(others).toEqual([]);
	const sqrt = scope!.fits.find(({ law }) => law === "sqrt")!;
	// The values of the specification, as another program fitted them; its last digit is the tolerance.
	expect(sqrt.points).toBe(104);
	expect(sqrt.a).toBeCloseTo(2.83, 2);
	expect(sqrt.b).toBeCloseTo(163.8, 1);
	expect(sqrt.r2).toBeCloseTo(0.9991, 4);
	expect(scope!.fits.find(({ law }) => law === "linear")!.r2).toBeCloseTo(0.959, 3);
	const layers = layerGrowth(byLayer(rows));
	const slopes = layers.map(({ fits }) => fits.find(({ law }) => law === "sqrt")!);
	expect(slopes.map(({ a }) => Number(a.toFixed(2)))).toEqual([
		0.61, 0.77, 0.8, 0.77, 0.79, 0.77, 0.77, 0.77, 0.79, 0.88, 0.93, 1.08,
	]);
	expect(Math.min(...slopes.map(({ r2 }) => r2))).toBeGreaterThan(0.9976 - 5e-5);
	const table = growthTable([scope!]).rows[0]!;
	expect(table.slice(0, 2)).toEqual(["encoder", 104]);
	expect(table[2]).toMatch(/^2\.83\d \[2\.8\d+, 2\.8\d+\]$/);
});

test("a series that begins between the multiples of its distance is fitted whole", () => {
	const measure = formulaMeasure({ steps: even.map((step) => step + 250), layers: 2 });
	const [all] = scopeGrowth(seriesRows(measure, "offset"));
	expect(all!.fits[0]!.points).toBe(12);
	// Steps at right angles: ‖θ‖² = a·t + b is exact, and told so.
	expect(all!.fits[0]!.law).toBe("squared");
});

test("the report of a series: what was read, fits, directions, and a heat map for each quantity", async () => {
	const { text, document } = await pageOf(formulaMeasure({ steps: even, layers: 3, decoder: true }));
	const ids = [...document.querySelectorAll("figure")].map(({ id }) => id);
	const maps = ["norm", "previous", "initial", "step", "share", "stable-rank", "spectral-norm"];
	expect(ids).toEqual(
		expect.arrayContaining([
			...["norm", "norm-scopes", "growth-by-layer", "direction", "step", "budget"],
			...maps.flatMap((map) => [`${map}-by-layer`, `${map}-by-module`]),
		]),
	);
	expect(new Set(ids).size).toBe(ids.length);
	expect(text).not.toMatch(/NaN|undefined|Infinity|⚠/);
	expect(document.body.textContent).toContain("12, steps 0 to 5500");
	expect(document.body.textContent).toContain("a name without a step");
	expect(document.querySelector("#section-findings")).toBeNull();
	const growth = document.querySelector('[aria-labelledby="section-growth"] table')!.textContent;
	for (const scope of ["all", "encoder", "decoder", "embedding", "head"]) expect(growth).toContain(scope);
});

test("findings stand first, and what a file's name says is text and never markup", async () => {
	const location = "/data/<img src=x>";
	const finding: Finding = {
		kind: "jump",
		severity: "warning",
		steps: [500],
		subject: "<script>alert(1)</script>",
		message: "It jumps.",
	};
	const { document } = await pageOf(formulaMeasure({ steps: even, layers: 1, location }), [finding]);
	const first = document.querySelector("section")!;
	expect(first.textContent).toContain("<script>alert(1)</script>");
	expect(first.textContent).toContain("! warning");
	expect(document.querySelectorAll("script")).toHaveLength(1);
	expect(document.querySelectorAll("img")).toHaveLength(0);
	expect(document.body.textContent).toContain("The checks found 1 warning.");
});

test("one checkpoint, and a model without blocks, have a report of what there is", async () => {
	const one = await pageOf(formulaMeasure({ steps: [1000], layers: 2 }));
	const ids = [...one.document.querySelectorAll("figure")].map(({ id }) => id);
	expect(ids).toContain("norm-by-layer");
	expect(ids).not.toContain("direction");
	expect(one.document.body.textContent).toContain("there are fewer");
	expect(one.text).not.toMatch(/NaN|undefined|Infinity|⚠/);
	const bare = formulaMeasure({ steps: even, layers: 0 });
	const tables = { ...bare, tensors: bare.tensors.filter(({ role }) => role.module === "embedding") };
	const { document, text } = await pageOf(tables);
	expect(document.querySelector("#norm")).not.toBeNull();
	expect(text).not.toMatch(/NaN|undefined|Infinity|⚠/);
});

test("154 checkpoints of 80 layers make a page that a browser can hold", async () => {
	const path = join(folder(), "report.html");
	await reportSeries(formulaMeasure({ steps: pythiaSteps, layers: 80 }), [], path);
	const text = readFileSync(path, "utf8");
	// Half of it is the data behind the figures.
	expect(text.length).toBeLessThan(20e6);
	expect(text.match(/<[a-z]/g)!.length).toBeLessThan(200_000);
	const drawings = text.match(/<svg.*?<\/svg>/gs)!;
	expect(drawings.join("").match(/<[a-z]/g)!.length).toBeLessThan(10_000);
});

test("exports agree with the measure: every tensor and checkpoint, to the last bit, in CSV, Parquet and JSON", async () => {
	const measure = formulaMeasure({ steps: even, layers: 2, decoder: true });
	const [tensor] = measure.tensors;
	const broken = { ...tensor!.measures[3]!, squared: Number.NaN, nonFinite: 2 };
	const measures = tensor!.measures.with(3, broken).with(5, undefined);
	const damaged = { ...measure, tensors: [{ ...tensor!, measures }, ...measure.tensors.slice(1)] };
	const out = folder();
	const paths = await writeSeries(damaged, [], out);
	expect(paths.map((path) => path.slice(out.length + 1))).toEqual([
		...["metrics.jsonl", "metrics.csv", "metrics.parquet", "tensors.csv", "tensors.parquet", "inspect.json"],
	]);
	const rows = seriesRows(damaged, "formula");
	expect(await readMetrics(join(out, "metrics.jsonl"))).toEqual(rows.map(({ run: _, ...row }) => row));

	const connection = await (await DuckDBInstance.create()).connect();
	const read = async (query: string) => (await connection.runAndReadAll(query)).getRowObjectsJson();
	const metrics = await read(`SELECT * FROM '${join(out, "metrics.parquet")}'`);
	expect(metrics.map((row) => row["dyn/norm.encoder"])).toEqual(rows.map((row) => row["dyn/norm.encoder"]));
	const tensors = await read(`SELECT * FROM '${join(out, "tensors.parquet")}'`);
	expect(tensors).toHaveLength(damaged.tensors.length * even.length - 1);
	expect(await read(`SELECT * FROM read_csv('${join(out, "tensors.csv")}', nullstr = '')`)).toHaveLength(
		tensors.length,
	);
	for (const { name, measures } of damaged.tensors) {
		const own = tensors.filter((row) => row["tensor"] === name);
		const there = measures.filter((measure) => measure !== undefined);
		expect(own.map((row) => row["norm"])).toEqual(
			there.map(({ squared }) => (Number.isNaN(squared) ? null : Math.sqrt(squared))),
		);
	}
	expect(tensors.find((row) => row["non_finite"] === "2")).toMatchObject({ step: "1500", norm: null });
	expect(tensors.find((row) => String(row["tensor"]).includes("decoder.layers.1.mlp.up"))).toMatchObject({
		stack: "decoder",
		layer: "1",
		module: "feed-forward",
		shape: "256x64",
		cosine_previous: null,
		cosine_initial: 1,
	});
	const document = JSON.parse(readFileSync(join(out, "inspect.json"), "utf8"));
	expect(document.tensors).toHaveLength(damaged.tensors.length);
	expect(document.orrery).toMatch(/^\d/);
	expect(document.growth.scopes.map(({ name }: { name: string }) => name)).toContain("decoder");
});

test("a series is named after the folder, run or repository it lies in", () => {
	expect(seriesName("models/pythia-70m/")).toBe("pythia-70m");
	expect(seriesName("runs/mine/checkpoints")).toBe("mine");
	expect(seriesName("out/ckpt.pt")).toBe("ckpt");
	expect(seriesName("out/step{step}")).toBe("out");
	expect(seriesName("https://host/EleutherAI/pythia-70m/resolve/step{step}/model.safetensors")).toBe(
		"pythia-70m",
	);
	expect(seriesName("https://host/a b?x=1#y")).toBe("a-b");
});

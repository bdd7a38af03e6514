import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/tiny-run.ts";
import { writeParquet } from "../run/parquet.ts";
import { listKeys, queryMetrics } from "./metrics.ts";
import type { StepAxis } from "./metrics-query.ts";

let root: string;
beforeEach(() => {
	root = temporaryFolder();
});

type Values = Record<string, number>;

function write(run: string, rows: readonly Values[]): string {
	const folder = join(root, run);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "metrics.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
	return folder;
}

async function writeTable(run: string, rows: readonly Values[]): Promise<string> {
	const folder = write(run, rows);
	await writeParquet(join(folder, "metrics.jsonl"), join(folder, "metrics.parquet"));
	return folder;
}

const few: Values[] = [
	{ step: 0, time: 0, "train/loss": 8.5, "val/loss": 0.1 + 0.2, "dyn/norm.layer.0": 1e-300 },
	{ step: 1, time: 0.1, "train/loss": 8.25 },
	{ step: 10, time: 1, "train/loss": 3, "val/loss": 4, "dyn/norm.layer.0": 2, "dyn/norm.layer.1": 3 },
];

test("where all values fit they are all there, exactly, of a table as of lines", async () => {
	await writeTable("finished", few);
	write("running", few);
	const runs = ["running", "finished"];
	const answer = await queryMetrics(root, { runs, keys: ["*loss", "dyn/*"] });
	const expected = runs.flatMap((run) => few.map(({ time, ...row }) => ({ run, ...row })));
	expect(answer).toEqual({
		rows: expected,
		keys: ["dyn/norm.layer.0", "dyn/norm.layer.1", "train/loss", "val/loss"],
		sampled: false,
	});
	expect(await listKeys(root, runs)).toEqual([...answer.keys, "time"].sort());
});

test("a row is there for each step at which a key was measured, between the steps asked for", async () => {
	write("a", few);
	const ask = { runs: ["a"], keys: ["val/loss", "val/nothing"] };
	expect((await queryMetrics(root, ask)).rows.map(({ step }) => step)).toEqual([0, 10]);
	expect((await queryMetrics(root, { ...ask, from: 1 })).rows).toEqual([
		{ run: "a", step: 10, "val/loss": 4 },
	]);
	expect((await queryMetrics(root, { ...ask, to: 9 })).rows).toHaveLength(1);
	expect((await queryMetrics(root, { ...ask, keys: ["val/nothing"] })).keys).toEqual([]);
});

test("of any series first, last, smallest and largest value are kept, on any axis, and never more than asked for", async () => {
	const series = fc.array(fc.tuple(fc.nat(2000), fc.double({ noNaN: true, min: -1e6, max: 1e6 })), {
		minLength: 1,
		maxLength: 300,
	});
	let count = 0;
	await fc.assert(
		fc.asyncProperty(
			series,
			fc.integer({ min: 4, max: 60 }),
			fc.constantFrom<StepAxis>("linear", "log", "sqrt"),
			async (pairs, points, axis) => {
				const values = new Map(pairs);
				const rows = [...values].sort(([a], [b]) => a - b).map(([step, value]) => ({ step, "x/y": value }));
				const run = `series-${count++}`;
				write(run, rows);
				const answer = await queryMetrics(root, { runs: [run], keys: ["x/y"], points, axis });
				expect(answer.rows.length).toBeLessThanOrEqual(points);
				expect(answer.sampled).toBe(answer.rows.length < rows.length);
				if (rows.length <= points) expect(answer.rows).toHaveLength(rows.length);
				for (const row of answer.rows) expect(row["x/y"]).toBe(values.get(row.step)! + 0);
				expect(answer.rows.map(({ step }) => step)).toEqual(
					answer.rows.map(({ step }) => step).sort((a, b) => a - b),
				);
				const kept = answer.rows.map((row) => row["x/y"] as number);
				const all = rows.map((row) => row["x/y"]);
				expect(Math.min(...kept)).toBe(Math.min(...all) + 0);
				expect(Math.max(...kept)).toBe(Math.max(...all) + 0);
				expect([answer.rows[0]!.step, answer.rows.at(-1)!.step]).toEqual([rows[0]!.step, rows.at(-1)!.step]);
			},
		),
		{ numRuns: 60 },
	);
});

test("points lie at even distances on the asked axis, and a spike of one step among 100,000 is kept", async () => {
	const rows = Array.from({ length: 100_001 }, (_, step) => ({
		step,
		"train/loss": step === 77_777 ? 99 : 1,
	}));
	await writeTable("long", rows);
	const half = async (axis: StepAxis, middle: number) => {
		const answer = await queryMetrics(root, { runs: ["long"], keys: ["train/loss"], points: 301, axis });
		expect(answer.rows.find((row) => row["train/loss"] === 99)?.step).toBe(77_777);
		expect(answer).toMatchObject({ sampled: true });
		return answer.rows.filter(({ step }) => step <= middle).length / answer.rows.length;
	};
	expect(await half("linear", 50_000)).toBeCloseTo(0.5, 1);
	expect(await half("sqrt", 25_000)).toBeCloseTo(0.5, 1);
	// Early buckets of a logarithm hold one step or none.
	expect(await half("log", 316)).toBeGreaterThan(0.25);
});

test("the layers of a quantity keep the same steps, so that a heat map of them has no holes", async () => {
	const rows = Array.from({ length: 2000 }, (_, step) => ({
		step,
		...Object.fromEntries(
			[0, 1, 2].map((layer) => [`dyn/saturation.${layer}`, Math.sin(step * (layer + 1))]),
		),
	}));
	write("deep", rows);
	const answer = await queryMetrics(root, { runs: ["deep"], keys: ["dyn/saturation.*"], points: 100 });
	expect(answer.rows.length).toBeLessThanOrEqual(100);
	expect(answer.rows.length).toBeGreaterThan(60);
	for (const row of answer.rows) expect(Object.keys(row)).toHaveLength(5);
});

test("a spike of one layer is kept where another layer is greater all the time", async () => {
	const rows = Array.from({ length: 5000 }, (_, step) => ({
		step,
		"dyn/norm.layer.0": 100 + Math.sin(step),
		"dyn/norm.layer.1": step === 3210 ? 7 : step === 1234 ? -7 : 1,
		"dyn/norm.layer.2": 2,
	}));
	write("spike", rows);
	const { rows: kept } = await queryMetrics(root, { runs: ["spike"], keys: ["dyn/*"], points: 200 });
	expect(kept.length).toBeLessThanOrEqual(200);
	const values = kept.map((row) => row["dyn/norm.layer.1"]);
	expect(values).toContain(7);
	expect(values).toContain(-7);
});

test("many keys get fewer points each: no answer is larger than a page can hold", async () => {
	const keys = Array.from({ length: 300 }, (_, i) => `param/tensor${i}.norm`);
	const rows = Array.from({ length: 1000 }, (_, step) => ({
		step,
		...Object.fromEntries(keys.map((key, i) => [key, step * i])),
	}));
	await writeTable("wide", rows);
	const answer = await queryMetrics(root, { runs: ["wide"], keys: ["param/*"], points: 1000 });
	const values = answer.rows.reduce((count, row) => count + Object.keys(row).length - 2, 0);
	expect(values).toBeGreaterThan(50_000);
	expect(values).toBeLessThanOrEqual(100_000);
});

test("a line that is being written is left out, and comes when it is whole; so do new keys", async () => {
	const folder = write("live", few);
	appendFileSync(join(folder, "metrics.jsonl"), '{"step":20,"train/loss":2,"new/ke');
	const ask = { runs: ["live"], keys: ["*"] };
	expect((await queryMetrics(root, ask)).rows.map(({ step }) => step)).toEqual([0, 1, 10]);
	appendFileSync(join(folder, "metrics.jsonl"), 'y":5}\n');
	expect((await queryMetrics(root, ask)).rows.at(-1)).toEqual({
		run: "live",
		step: 20,
		"train/loss": 2,
		"new/key": 5,
	});
	expect(await listKeys(root, ["live"])).toContain("new/key");
	// Resumed from an earlier checkpoint: cut back, then other lines.
	write("live", [few[0]!]);
	expect(await listKeys(root, ["live"])).not.toContain("new/key");
});

test("a resumed run is read from its lines until its table is made anew", async () => {
	const folder = await writeTable("again", few.slice(0, 2));
	await new Promise((done) => setTimeout(done, 20));
	appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify(few[2])}\n`);
	expect((await queryMetrics(root, { runs: ["again"], keys: ["train/loss"] })).rows).toHaveLength(3);
});

test("names of folders that mean something to DuckDB are names", async () => {
	const names = ["it's [1] *", "lr=0.1/a?b", "{x,y}", "müde"];
	for (const name of names) await writeTable(name, few);
	for (const name of names) {
		const { rows } = await queryMetrics(root, { runs: [name], keys: ["val/loss"] });
		expect(rows.map((row) => row.run)).toEqual([name, name]);
	}
	write("it's [1] *", few);
	expect((await queryMetrics(root, { runs: names, keys: ["val/loss"] })).rows).toHaveLength(8);
});

test("a run that has measured nothing yet has no rows; a path where nothing is, or that leads out, is an error", async () => {
	mkdirSync(join(root, "begun"));
	write("empty", []);
	const keys = ["*"];
	const none = { rows: [], keys: [], sampled: false };
	expect(await queryMetrics(root, { runs: ["begun", "empty"], keys })).toEqual(none);
	symlinkSync(temporaryFolder(), join(root, "out"));
	for (const run of ["nothing", "..", "../..", "out", ".hidden", "a\0b", "begun/../.."])
		await expect(queryMetrics(root, { runs: [run], keys }), run).rejects.toThrow(
			"Expected the path of a run",
		);
	const secret = join(temporaryFolder(), "secret.jsonl");
	writeFileSync(secret, '{"step":0,"x":1}\n');
	symlinkSync(secret, join(root, "begun", "metrics.jsonl"));
	expect(await queryMetrics(root, { runs: ["begun"], keys })).toEqual(none);
});

test("a damaged table is named, with what to do; without it the lines are read", async () => {
	for (const run of ["good", "bad"]) await writeTable(run, few);
	const path = join(root, "bad", "metrics.parquet");
	writeFileSync(path, "PAR1 this is no table PAR1");
	const ask = { runs: ["good", "bad"], keys: ["val/loss"] };
	await expect(queryMetrics(root, ask)).rejects.toThrow(
		/Expected `.*bad\/metrics.parquet` to hold metrics.* Delete it: `metrics.jsonl` is read/s,
	);
	rmSync(path);
	expect((await queryMetrics(root, ask)).rows).toHaveLength(4);
});

test("what is not finite in a table of another program is absent", async () => {
	mkdirSync(join(root, "other"));
	const connection = await (await DuckDBInstance.create()).connect();
	await connection.run(
		`COPY (SELECT unnest([0, 1, 2]) AS step, unnest(['NaN'::FLOAT, 'inf'::FLOAT, 0.5]) AS "a/b") TO '${join(root, "other", "metrics.parquet")}'`,
	);
	const { rows } = await queryMetrics(root, { runs: ["other"], keys: ["a/b"] });
	expect(rows).toEqual([{ run: "other", step: 2, "a/b": 0.5 }]);
});

test("a wrong question says what is wrong with it", async () => {
	write("a", few);
	const ask = { runs: ["a"], keys: ["*"] };
	await expect(queryMetrics(root, { ...ask, runs: [] })).rejects.toThrow("at least one run");
	await expect(queryMetrics(root, { ...ask, keys: [] })).rejects.toThrow("at least one key");
	await expect(queryMetrics(root, { ...ask, points: 3 })).rejects.toThrow("at least 4, got 3");
	await expect(queryMetrics(root, { ...ask, axis: "cubic" as StepAxis })).rejects.toThrow('got "cubic"');
	await expect(queryMetrics(root, { ...ask, from: Number.NaN })).rejects.toThrow("`from` to be a step");
});

test("questions asked at once are all answered", async () => {
	for (const run of ["a", "b", "c"]) write(run, few);
	const answers = await Promise.all(
		["a", "b", "c", "a", "b"].map((run) => queryMetrics(root, { runs: [run], keys: ["val/loss"] })),
	);
	expect(answers.map(({ rows }) => rows[1])).toEqual(
		["a", "b", "c", "a", "b"].map((run) => ({ run, step: 10, "val/loss": 4 })),
	);
});

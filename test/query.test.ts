/** `orrery query` and `orrery export`, as a person gives them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { orrery, requireBuild } from "./support/cli.ts";
import { writeSyntheticRun } from "./support/synthetic-run.ts";
import { temporaryFolder } from "./support/tiny-run.ts";

const folder = temporaryFolder();

beforeAll(() => {
	requireBuild();
	for (const [i, name] of ["a", "b"].entries())
		writeSyntheticRun(join(folder, "runs", name), { finalLoss: 3 + i });
});

test("SQL is answered as a table, as JSON and as CSV", async () => {
	const sql = 'SELECT run, max(step) AS last FROM metrics WHERE "train/loss" > 0 GROUP BY run ORDER BY run';
	const table = await orrery(folder, "query", sql);
	expect(table).toMatchObject({ code: 0, stdout: "run  last\na    1199\nb    1199\n", stderr: "2 rows\n" });
	const json = await orrery(folder, "query", sql, "runs", "--json");
	expect(JSON.parse(json.stdout)).toEqual({
		columns: ["run", "last"],
		rows: [
			{ run: "a", last: 1199 },
			{ run: "b", last: 1199 },
		],
	});
	expect((await orrery(folder, "query", sql, "--csv")).stdout).toBe("run,last\na,1199\nb,1199\n");
	expect((await orrery(folder, "query", "SELECT path FROM runs LIMIT 0", "--csv")).stdout).toBe("path\n");
	const wrong = await orrery(folder, "query", "SELECT nothing FROM runs");
	expect(wrong).toMatchObject({
		code: 1,
		stdout: "",
		stderr: expect.stringContaining("Expected SQL that DuckDB"),
	});
});

test("metrics are exported to stdout, or to a file whose name says the format", async () => {
	const csv = await orrery(folder, "export", "runs/b", "--keys", "val/loss", "dyn/norm.a*", "--to", "1");
	expect(csv.code).toBe(0);
	expect(csv.stdout.split("\n").slice(0, 2)).toEqual([
		"run,step,dyn/norm.all,val/loss",
		expect.stringMatching(/^b,0,750.0,8\.[78]/),
	]);
	const saved = await orrery(
		folder,
		"export",
		"runs",
		"--keys",
		"val/loss",
		"--out",
		"new/x.jsonl",
		"--json",
	);
	expect(JSON.parse(saved.stdout)).toEqual({
		file: "new/x.jsonl",
		format: "jsonl",
		runs: ["runs/a", "runs/b"],
	});
	const lines = readFileSync(join(folder, "new/x.jsonl"), "utf8").trimEnd().split("\n");
	expect(JSON.parse(lines.at(-1)!)).toMatchObject({ run: "runs/b", step: 1200 });
	expect(await orrery(folder, "export", "runs/a", "--format", "parquet")).toMatchObject({
		code: 1,
		stdout: "",
	});
	expect(await orrery(folder, "export", "runs/c")).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("no such file"),
	});
});

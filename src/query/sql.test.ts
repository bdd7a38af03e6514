import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { writeSyntheticRun } from "../../test/support/synthetic-run.ts";
import { temporaryFolder } from "../../test/support/tiny-run.ts";
import { writeParquet } from "../run/parquet.ts";
import { querySql } from "./sql.ts";

let root: string;
beforeEach(() => {
	root = temporaryFolder();
});

test("metrics of all runs are one table, of tables and of lines, and runs another", async () => {
	for (const [i, name] of ["it's", "study/b"].entries()) {
		const options = {
			model: { layers: 4, heads: 4, width: 128, context: 64 },
			training: { steps: 1200, batch: 8 },
		};
		writeSyntheticRun(join(root, name), { finalLoss: 4 + i }, { ...options, seed: i });
	}
	await writeParquet(join(root, "it's/metrics.jsonl"), join(root, "it's/metrics.parquet"));
	writeFileSync(join(root, "study/study.json"), JSON.stringify({ claims: [], experiments: [] }));
	expect(
		await querySql(
			root,
			'SELECT run, count(*) AS n, max(step) AS last, round(min("val/loss")) AS best FROM metrics GROUP BY run ORDER BY run',
		),
	).toEqual({
		columns: ["run", "n", "last", "best"],
		rows: [
			["it's", 1201, 1200, 4],
			["study/b", 1201, 1200, 5],
		],
	});
	expect(
		await querySql(
			root,
			"SELECT path, kind, state, step, parent, config->>'$.seed' AS seed, changed > '2020-01-01' AS new FROM runs ORDER BY path",
		),
	).toEqual({
		columns: ["path", "kind", "state", "step", "parent", "seed", "new"],
		rows: [
			["it's", "training", "finished", 1200, null, "0", true],
			["study", "study", "finished", null, null, null, true],
			["study/b", "training", "finished", 1200, "study", "1", true],
		],
	});
	const joined =
		'SELECT round(avg("train/loss"), 1) FROM metrics JOIN runs ON run = path WHERE config.seed = 1';
	expect((await querySql(root, joined)).rows[0]![0]).toBeGreaterThan(5);
});

test("a folder without metrics has empty tables, and values that are no numbers come as text", async () => {
	mkdirSync(join(root, "empty"));
	expect((await querySql(root, "SELECT * FROM metrics")).rows).toEqual([]);
	const sql =
		"SELECT [1, 2] AS list, 9007199254740993 AS big, 7::HUGEINT AS huge, DATE '2025-01-02' AS day, 1 AS a, 2 AS a";
	expect(await querySql(root, sql)).toEqual({
		columns: ["list", "big", "huge", "day", "a", "a:1"],
		rows: [["[1,2]", "9007199254740993", 7, "2025-01-02", 1, 2]],
	});
});

test("SQL that DuckDB does not understand is an error in DuckDB's words; so is a folder that is not there", async () => {
	await expect(querySql(root, "SELEKT 1")).rejects.toThrow(/Expected SQL that DuckDB understands.*SELEKT/s);
	await expect(querySql(root, "SELECT kin FROM runs")).rejects.toThrow(/Candidate bindings: "kind"/);
	await expect(querySql(join(root, "nothing"), "SELECT 1")).rejects.toThrow("to exist, got no such file");
});

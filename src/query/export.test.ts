import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/tiny-run.ts";
import { writeParquet } from "../run/parquet.ts";
import { exportMetrics } from "./export.ts";

let root: string;
let out: string;
beforeEach(() => {
	root = temporaryFolder();
	out = join(temporaryFolder(), "it's out");
});

const rows = [
	{ step: 0, time: 0, "train/loss": 0.1 + 0.2, 'odd/"key", it': 1e-300 },
	{ step: 1, time: 0.5, "train/loss": 8 },
	{ step: 20, time: 1, "val/loss": 3 },
];

async function write(run: string, some: readonly object[], table = false): Promise<void> {
	const folder = join(root, run);
	mkdirSync(folder);
	writeFileSync(join(folder, "metrics.jsonl"), some.map((row) => `${JSON.stringify(row)}\n`).join(""));
	if (table) await writeParquet(join(folder, "metrics.jsonl"), join(folder, "metrics.parquet"));
}

test("JSON lines are the rows of the runs, in the order asked for, in full precision", async () => {
	await write("z", rows, true);
	await write("a, b", rows.slice(0, 2));
	await exportMetrics(root, { runs: ["z", "a, b"], keys: ["*"] }, "jsonl", out);
	const lines = readFileSync(out, "utf8").trimEnd().split("\n");
	expect(lines.map((line) => JSON.parse(line))).toEqual([
		...rows.map((row) => ({ run: "z", ...row })),
		...rows.slice(0, 2).map((row) => ({ run: "a, b", ...row })),
	]);
});

test("CSV has a column for each key, quoted where it must be, and empty cells", async () => {
	await write("a, b", rows, true);
	const keys = ["*loss", "odd/*"];
	await exportMetrics(root, { runs: ["a, b"], keys, to: 1 }, "csv", out);
	expect(readFileSync(out, "utf8")).toBe(
		'run,step,"odd/""key"", it",train/loss,val/loss\n"a, b",0,1e-300,0.30000000000000004,\n"a, b",1,,8.0,\n',
	);
});

test("Parquet has the types of the metrics", async () => {
	await write("a", rows);
	await exportMetrics(root, { runs: ["a"], keys: ["val/*", "time"] }, "parquet", out);
	const connection = await (await DuckDBInstance.create()).connect();
	const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${out.replaceAll("'", "''")}')`);
	expect(reader.columnNames()).toEqual(["run", "step", "time", "val/loss"]);
	expect(reader.columnTypes().map(String)).toEqual(["VARCHAR", "BIGINT", "DOUBLE", "DOUBLE"]);
	expect(reader.getRowsJS()).toEqual([
		["a", 0n, 0, null],
		["a", 1n, 0.5, null],
		["a", 20n, 1, 3],
	]);
});

test("runs of all formats and keys are in the order asked for, in every format", async () => {
	const runs = ["c", "a", "d", "b"];
	for (const [i, run] of runs.entries())
		await write(
			run,
			Array.from({ length: 3000 }, (_, step) => ({ step, [`key/${i}`]: step / 7, shared: i + step })),
			i % 2 === 0,
		);
	const query = { runs, keys: ["*"] };
	await exportMetrics(root, query, "jsonl", out);
	const lines = readFileSync(out, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));
	expect(lines).toEqual(
		runs.flatMap((run, i) =>
			Array.from({ length: 3000 }, (_, step) => ({ run, step, [`key/${i}`]: step / 7, shared: i + step })),
		),
	);
	const connection = await (await DuckDBInstance.create()).connect();
	for (const format of ["csv", "parquet"] as const) {
		const path = join(root, `table.${format}`);
		await exportMetrics(root, query, format, path);
		const table = await connection.runAndReadAll(`SELECT * FROM '${path}'`);
		const rows = table
			.getRowObjectsJS()
			.map((row) =>
				Object.fromEntries(
					Object.entries(row).flatMap(([key, value]) =>
						value === null ? [] : [[key, typeof value === "bigint" ? Number(value) : value]],
					),
				),
			);
		expect(rows, format).toEqual(lines);
	}
});

test("an export is larger than the memory that is set aside for it", async () => {
	const long = Array.from({ length: 2000 }, (_, step) => ({
		step,
		...(step % 9 === 0 && { late: step }),
		loss: 1 / (step + 1),
	}));
	const wide = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`wide/${i}`, i]));
	const runs = Array.from({ length: 25 }, (_, i) => `run ${i}`);
	for (const [i, run] of runs.entries()) await write(run, i === 24 ? [{ step: 0, ...wide }] : long);
	for (const format of ["csv", "parquet", "jsonl"] as const)
		await exportMetrics(root, { runs, keys: ["*"] }, format, out);
	expect(readFileSync(out, "utf8").split("\n")).toHaveLength(24 * 2000 + 2);
});

test("where nothing matches, or nothing can be written, that is an error, and no file is left", async () => {
	await write("a", rows);
	const nothing = exportMetrics(root, { runs: ["a"], keys: ["nothing"] }, "csv", out);
	await expect(nothing).rejects.toThrow("metrics of the keys nothing, got none");
	for (const format of ["csv", "jsonl", "parquet"] as const) {
		const nowhere = exportMetrics(root, { runs: ["a"], keys: ["*"] }, format, join(root, "no", "folder"));
		await expect(nowhere, format).rejects.toThrow("to exist, got no such file or folder");
	}
	expect(readdirSync(join(out, ".."))).toEqual([]);
});

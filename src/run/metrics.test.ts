import { appendFileSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeEach, expect, test } from "vitest";
import { checkMetrics, MetricsFile, readMetrics } from "./metrics.ts";
import { writeParquet } from "./parquet.ts";

let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "orrery-metrics-"));
	path = join(folder, "metrics.jsonl");
});

test("rows are on file as soon as they are appended, and numbers read back exactly", async () => {
	const file = await MetricsFile.open(path, 0);
	await file.append({ step: 0, time: 0.1 + 0.2, "train/loss": 1e-300 });
	expect(await readMetrics(path)).toEqual([{ step: 0, time: 0.1 + 0.2, "train/loss": 1e-300 }]);
	expect(statSync(path).size).toBe(file.bytes);
	await file.close();
});

test("opening at an offset cuts off what was written after it, whole rows and torn ones", async () => {
	const file = await MetricsFile.open(path, 0);
	await file.append({ step: 0, time: 0 });
	const { bytes } = file;
	await file.append({ step: 1, time: 1 });
	await file.close();
	appendFileSync(path, '{"step":2,"ti');
	expect(await readMetrics(path)).toHaveLength(2);
	const again = await MetricsFile.open(path, bytes);
	await again.append({ step: 1, time: 2 });
	await again.close();
	expect(readFileSync(path, "utf8")).toBe('{"step":0,"time":0}\n{"step":1,"time":2}\n');
});

test("what a checkpoint counted must still be there, in whole rows of numbers", async () => {
	const rows = '{"step":0,"time":0}\n{"step":1,"time":1}\n';
	writeFileSync(path, `${rows}{"st`);
	await checkMetrics(path, rows.length);
	await checkMetrics(path, 20);
	await expect(checkMetrics(path, 99)).rejects.toThrow("a row that ends at byte 99");
	await expect(checkMetrics(path, 25)).rejects.toThrow("got other lines");
	for (const bad of ['{"step":1,"ti', "3", "null", '{"time":1}', '{"step":1,"val/loss":"x"}']) {
		const text = `{"step":0,"time":0}\n${bad}\n`;
		writeFileSync(path, text);
		await expect(checkMetrics(path, text.length)).rejects.toThrow(
			`Expected line 2 of \`${path}\` to be an object of numbers with a step, got \`${bad}\``,
		);
		await expect(readMetrics(path)).rejects.toThrow("line 2");
	}
});

test("a row that the disk refuses is an error that names the file", async () => {
	const file = await MetricsFile.open("/dev/full", 0);
	await expect(file.append({ step: 0, time: 0 })).rejects.toThrow("`/dev/full` to be written in full");
});

test("the Parquet table has a column for every key of any row, and null where a row lacks it", async () => {
	const file = await MetricsFile.open(path, 0);
	await file.append({ step: 0, time: 0.5, "param/it's.norm": 3 });
	for (let step = 1; step < 50; step++) await file.append({ step, time: step, "train/loss": 1 / step });
	await file.append({ step: 50, time: 50, 'val/"loss"': 2.5 });
	await file.close();
	const parquet = join(folder, "metrics.parquet");
	await writeParquet(path, parquet);
	const connection = await (await DuckDBInstance.create()).connect();
	const reader = await connection.runAndReadAll(`SELECT * FROM '${parquet}'`);
	const rows = reader.getRowObjectsJson();
	expect(rows).toHaveLength(51);
	expect(rows[0]).toEqual({
		step: "0",
		time: 0.5,
		"param/it's.norm": 3,
		"train/loss": null,
		'val/"loss"': null,
	});
	expect(rows[3]["train/loss"]).toBe(1 / 3);
	expect(rows[50]['val/"loss"']).toBe(2.5);
});

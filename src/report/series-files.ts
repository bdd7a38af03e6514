/** A measured series as files for other programs: CSV, JSON lines, Parquet, and everything as one JSON document. */
import { join } from "node:path";
import { byLayer } from "../figure/by-part.ts";
import { toCsv } from "../figure/csv.ts";
import type { DataRow, Row } from "../figure/figure.ts";
import type { Finding } from "../inspect/finding.ts";
import type { SeriesMeasure, TensorMeasure, TensorSeries } from "../inspect/series-measure.ts";
import { seriesName } from "../inspect/series-name.ts";
import { seriesRows } from "../inspect/series-rows.ts";
import { makeFolder } from "../run/make-folder.ts";
import { type Columns, csvToParquet } from "../run/parquet.ts";
import { replaceFile } from "../run/replace-file.ts";
import { oneMinusCosine } from "../theory/series.ts";
import { version } from "../version.ts";
import { layerGrowth, scopeGrowth } from "./series-growth.ts";

/** Columns of `tensors.csv` and `tensors.parquet`: one line a tensor and checkpoint. */
const tensorColumns: Columns = {
	step: "BIGINT",
	tensor: "VARCHAR",
	stack: "VARCHAR",
	layer: "BIGINT",
	module: "VARCHAR",
	copy_of: "VARCHAR",
	dtype: "VARCHAR",
	shape: "VARCHAR",
	values: "BIGINT",
	non_finite: "BIGINT",
	norm: "DOUBLE",
	step_norm: "DOUBLE",
	distance: "DOUBLE",
	cosine_previous: "DOUBLE",
	cosine_initial: "DOUBLE",
	spectral_norm: "DOUBLE",
	stable_rank: "DOUBLE",
	column_norm: "DOUBLE",
	file: "VARCHAR",
};

/**
 * Writes `metrics.jsonl`, `metrics.csv` and `metrics.parquet` (a row a checkpoint), `tensors.csv` and `tensors.parquet` (a
 * row a tensor and checkpoint) and `inspect.json` into a folder, made if absent; returns their paths. Each file is
 * replaced in one move.
 */
export async function writeSeries(
	measure: SeriesMeasure,
	findings: readonly Finding[],
	folder: string,
): Promise<string[]> {
	await makeFolder(folder);
	const at = (name: string) => join(folder, name);
	const rows = seriesRows(measure, seriesName(measure.series.location));
	const metrics = rows.map(({ run: _, ...row }) => row as DataRow);
	await replaceFile(at("metrics.jsonl"), metrics.map((row) => `${JSON.stringify(row)}\n`).join(""));
	await writeTable(at("metrics"), metrics, metricColumns(metrics));
	await writeTable(at("tensors"), tensorRows(measure), tensorColumns);
	await replaceFile(at("inspect.json"), `${JSON.stringify(seriesDocument(measure, findings, rows))}\n`);
	return [
		"metrics.jsonl",
		"metrics.csv",
		"metrics.parquet",
		"tensors.csv",
		"tensors.parquet",
		"inspect.json",
	].map(at);
}

/** `<path>.csv` and `<path>.parquet`. */
async function writeTable(path: string, rows: readonly DataRow[], columns: Columns): Promise<void> {
	await replaceFile(`${path}.csv`, toCsv(rows, Object.keys(columns)));
	await csvToParquet(`${path}.csv`, `${path}.parquet`, columns);
}

const metricColumns = (rows: readonly DataRow[]): Columns =>
	Object.fromEntries(
		["step", ...new Set(rows.flatMap((row) => Object.keys(row).filter((key) => key !== "step")))].map(
			(key) => [key, key === "step" ? "BIGINT" : "DOUBLE"],
		),
	);

/** Everything, as one document. */
export function seriesDocument(measure: SeriesMeasure, findings: readonly Finding[], rows: readonly Row[]) {
	return {
		orrery: version,
		node: process.version,
		...measure,
		findings,
		growth: { scopes: scopeGrowth(rows), layers: layerGrowth(byLayer(rows)) },
		rows: dynamicsRows(rows),
	};
}

/** The rows without what is of one tensor. */
export const dynamicsRows = (rows: readonly Row[]) =>
	rows.map((row) =>
		Object.fromEntries(Object.entries(row).filter(([key]) => key === "step" || key.startsWith("dyn/"))),
	);

function tensorRows({ steps, tensors }: SeriesMeasure): DataRow[] {
	return steps.flatMap((step, at) =>
		tensors.flatMap((tensor) => {
			const measure = tensor.measures[at];
			return measure ? [tensorRow(tensor, measure, step, at)] : [];
		}),
	);
}

function tensorRow(
	{ name, role, copyOf, measures }: TensorSeries,
	measure: TensorMeasure,
	step: number,
	at: number,
): DataRow {
	const { dtype, shape, file, squared, nonFinite, squaredStep, squaredDistance, spectrum, columns } = measure;
	const first = measures.find((candidate) => candidate?.shape.join() === shape.join());
	const cosine = (other: TensorMeasure | undefined, apart: number | undefined) =>
		other && apart !== undefined && other.squared * squared > 0
			? 1 - oneMinusCosine(squared, other.squared, apart)
			: undefined;
	const row = {
		step,
		tensor: name,
		stack: role.stack,
		layer: role.layer,
		module: role.module,
		copy_of: copyOf,
		dtype,
		shape: shape.join("x"),
		values: shape.reduce((size, length) => size * length, 1),
		non_finite: nonFinite,
		norm: Math.sqrt(squared),
		step_norm: squaredStep === undefined ? undefined : Math.sqrt(squaredStep),
		distance: squaredDistance === undefined ? undefined : Math.sqrt(squaredDistance),
		cosine_previous: cosine(measures[at - 1], squaredStep),
		cosine_initial: cosine(first, squaredDistance),
		spectral_norm: spectrum?.norm,
		stable_rank: spectrum?.stableRank,
		column_norm: columns && columns.count > 0 ? columns.sum / columns.count : undefined,
		file,
	};
	// What is not finite stays empty, as in the metrics; `non_finite` says why.
	return Object.fromEntries(
		Object.entries(row).filter(
			(entry): entry is [string, string | number] =>
				typeof entry[1] === "string" || (typeof entry[1] === "number" && Number.isFinite(entry[1])),
		),
	);
}

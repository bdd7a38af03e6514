/**
 * SQL over a folder of runs: `metrics`, a row a run and step with a column for every key of any run, and `runs`, a row an
 * entry of the folder.
 *
 *     SELECT run, min("val/loss") FROM metrics GROUP BY run ORDER BY 2
 *     SELECT path, config->>'$.optimizer.learningRate' AS lr, loss FROM runs WHERE state = 'finished'
 */
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { quotedName, quotedText } from "../run/parquet.ts";
import { openCatalogue } from "./catalogue.ts";
import { withDatabase } from "./database.ts";
import type { Entry } from "./entry.ts";
import { keysOf, type MetricsFile, metricsFiles } from "./metrics-files.ts";
import { readerOf } from "./sources.ts";

export interface SqlAnswer {
	readonly columns: readonly string[];
	/** Values in the order of the columns; lists and structures are JSON. */
	readonly rows: readonly (readonly SqlValue[])[];
}

export type SqlValue = string | number | boolean | null;

/** Throws a `UserError` with DuckDB's own words for what is wrong with the SQL. */
export async function querySql(folder: string, sql: string): Promise<SqlAnswer> {
	const root = await realpath(folder).catch((error) => {
		throw asUserError(error, folder);
	});
	const entries = await openCatalogue(root).list();
	const withMetrics = entries.filter(({ kind }) => ["training", "flow", "series"].includes(kind));
	const files = await metricsFiles(
		root,
		withMetrics.map(({ path }) => path),
	);
	return withDatabase(async (connection) => {
		// The whole process is here for this one question.
		await connection.run("SET memory_limit = '2GB'");
		await createRuns(connection, root, entries);
		await createMetrics(connection, files);
		const result = await connection.runAndReadAll(sql).catch((cause) => {
			throw new UserError(
				`Expected SQL that DuckDB understands, over the tables metrics and runs, got:\n${(cause as Error).message}`,
				{ cause },
			);
		});
		return {
			columns: result.deduplicatedColumnNames(),
			rows: result.getRowsJson().map((row, i) => row.map((value, j) => plain(value, result.value(j, i)))),
		};
	});
}

/** DuckDB writes whole numbers of 64 bits as text; where they are exact they are numbers here. */
function plain(json: unknown, value: unknown): SqlValue {
	if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
	if (typeof json === "string" || typeof json === "number" || typeof json === "boolean" || json === null)
		return json;
	return JSON.stringify(json);
}

async function createRuns(
	connection: DuckDBConnection,
	root: string,
	entries: readonly Entry[],
): Promise<void> {
	await connection.run(
		"CREATE TEMP TABLE runs (path VARCHAR, kind VARCHAR, state VARCHAR, step BIGINT, steps BIGINT, loss DOUBLE, " +
			"validation_loss DOUBLE, parent VARCHAR, changed TIMESTAMP, message VARCHAR, config JSON)",
	);
	const row = await connection.prepare(
		"INSERT INTO runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, make_timestamp($9), $10, $11)",
	);
	for (const entry of entries) {
		const { path, kind, state, step, steps, loss, validationLoss, parent, changed, message } = entry;
		const file = kind === "sweep" ? "sweep.json" : "config.json";
		const config = await readFile(join(root, path, file), "utf8").catch(() => undefined);
		row.bindVarchar(1, path);
		row.bindVarchar(2, kind);
		for (const [at, text] of [
			[3, state],
			[8, parent],
			[10, message],
			[11, isJson(config) ? config : undefined],
		] as const)
			text === undefined ? row.bindNull(at) : row.bindVarchar(at, text);
		for (const [at, count] of [
			[4, step],
			[5, steps],
		] as const)
			count === undefined ? row.bindNull(at) : row.bindBigInt(at, BigInt(count));
		for (const [at, value] of [
			[6, loss],
			[7, validationLoss],
		] as const)
			value === undefined ? row.bindNull(at) : row.bindDouble(at, value);
		row.bindBigInt(9, BigInt(Math.round(changed * 1000)));
		await row.run();
	}
}

function isJson(text: string | undefined): boolean {
	try {
		return text !== undefined && JSON.parse(text) !== undefined;
	} catch {
		return false;
	}
}

async function createMetrics(connection: DuckDBConnection, files: readonly MetricsFile[]): Promise<void> {
	const all = await keysOf(connection, files);
	const parts = (["parquet", "jsonl"] as const).flatMap((format) => {
		const some = files.filter((file) => file.format === format);
		if (some.length === 0) return [];
		const keys = [
			...new Set(files.flatMap((file, i) => (file.format === format ? [...all[i]!] : []))),
		].sort();
		const names = some.map(({ run }) => quotedText(run));
		const columns = [
			"step::BIGINT AS step",
			...keys.map((key) => `${quotedName(key)}::DOUBLE AS ${quotedName(key)}`),
		];
		return [
			`SELECT [${names}][file_index::BIGINT + 1] AS run, ${columns.join(", ")} FROM ${readerOf(some, keys)} WHERE step IS NOT NULL`,
		];
	});
	const none = "SELECT NULL::VARCHAR AS run, NULL::BIGINT AS step WHERE false";
	await connection.run(`CREATE TEMP VIEW metrics AS ${parts.join(" UNION ALL BY NAME ") || none}`);
}

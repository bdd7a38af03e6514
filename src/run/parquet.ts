/** Tables as Parquet files: the metrics of a finished run, and any CSV table. Null where nothing was measured. */
import { rename, rm } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { readMetrics } from "./metrics.ts";

/** What the columns hold, by name and in order. Given, not guessed: a guess would look at the first rows only. */
export type Columns = Readonly<Record<string, "BIGINT" | "DOUBLE" | "VARCHAR">>;

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Writes `parquetPath` from the rows of `jsonlPath`. All columns are DOUBLE but `step`, which is BIGINT. */
export async function writeParquet(jsonlPath: string, parquetPath: string): Promise<void> {
	const keys = new Set(["step", "time"]);
	for (const row of await readMetrics(jsonlPath)) for (const key of Object.keys(row)) keys.add(key);
	const columns: Columns = Object.fromEntries(
		[...keys].map((key) => [key, key === "step" ? "BIGINT" : "DOUBLE"]),
	);
	const source = `read_json(${quotedText(jsonlPath)}, format = 'newline_delimited', ${typesOf(columns)})`;
	await copy(source, parquetPath, columns, "ORDER BY step");
}

/** Writes `parquetPath` from a CSV file with a heading, row by row; an empty cell becomes null. */
export async function csvToParquet(csvPath: string, parquetPath: string, columns: Columns): Promise<void> {
	const source =
		`read_csv(${quotedText(csvPath)}, header = true, delim = ',', quote = '"', escape = '"', auto_detect = false, ` +
		`${typesOf(columns)})`;
	await copy(source, parquetPath, columns);
}

const typesOf = (columns: Columns): string =>
	`columns = {${Object.entries(columns).map(([name, type]) => `${quotedText(name)}: '${type}'`)}}`;

async function copy(source: string, parquetPath: string, columns: Columns, order = ""): Promise<void> {
	const temporary = `${parquetPath}.tmp`;
	const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
	try {
		const connection = await instance.connect();
		await connection.run(
			`COPY (SELECT ${Object.keys(columns).map(quotedName).join(", ")} FROM ${source} ${order}) ` +
				`TO ${quotedText(temporary)} (FORMAT parquet)`,
		);
		connection.closeSync();
		await rename(temporary, parquetPath);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	} finally {
		instance.closeSync();
	}
}

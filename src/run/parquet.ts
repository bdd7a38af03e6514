/** The metrics of a finished run as one Parquet table: a row a step, a column a key, null where not measured. */
import { rename, rm } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { readMetrics } from "./metrics.ts";

export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Writes `parquetPath` from the rows of `jsonlPath`. All columns are DOUBLE but `step`, which is BIGINT. */
export async function writeParquet(jsonlPath: string, parquetPath: string): Promise<void> {
	const keys = new Set(["step", "time"]);
	for (const row of await readMetrics(jsonlPath)) for (const key of Object.keys(row)) keys.add(key);
	// Types are given, not guessed: a guess would look at the first rows only, and take whole numbers for integers.
	const columns = [...keys].map((key) => `${quotedText(key)}: ${key === "step" ? "'BIGINT'" : "'DOUBLE'"}`);
	const temporary = `${parquetPath}.tmp`;
	const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
	try {
		const connection = await instance.connect();
		await connection.run(
			`COPY (SELECT ${[...keys].map(quotedName).join(", ")} FROM read_json(${quotedText(jsonlPath)}, ` +
				`format = 'newline_delimited', columns = {${columns.join(", ")}}) ORDER BY step) ` +
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

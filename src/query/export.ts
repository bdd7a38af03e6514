/** The metrics of any runs as one file for other programs, every row: run, step, a column for each key. */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { quotedName, quotedText } from "../run/parquet.ts";
import { withDatabase } from "./database.ts";
import { chosenKeys, type MetricsFile, metricsFiles } from "./metrics-files.ts";
import type { MetricsQuery } from "./metrics-query.ts";
import { reading, selectRows, sourcesOf } from "./sources.ts";

export const exportFormats = ["csv", "parquet", "jsonl"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What to export: a question about metrics, of which nothing is thinned. */
export type ExportQuery = Omit<MetricsQuery, "points" | "axis">;

/**
 * Writes `path` from the runs of a folder, in the order asked for and by rising step. What was not measured is empty,
 * null, or, in JSON lines, absent. Throws a `UserError` if nothing matches, or that names what cannot be read or written.
 */
export async function exportMetrics(
	root: string,
	{ runs, ...query }: ExportQuery,
	format: ExportFormat,
	path: string,
): Promise<void> {
	await exportFiles(await metricsFiles(root, runs), query, format, path);
}

/** The same of files wherever they lie. */
export async function exportFiles(
	files: readonly MetricsFile[],
	query: Omit<ExportQuery, "runs">,
	format: ExportFormat,
	path: string,
): Promise<void> {
	const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	try {
		// Asked of the system first, which says in its own code why it refuses.
		await writeFile(temporary, "", { flag: "wx" });
		await withDatabase(async (connection) => {
			const rows = await allRows(connection, files, query);
			await reading(connection, files, async () => {
				if (format === "jsonl") await writeLines(connection, rows, temporary);
				else await connection.run(`COPY (${rows}) TO ${quotedText(temporary)} (FORMAT ${format})`);
			});
		});
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw asUserError(error, path);
	}
}

async function allRows(
	connection: DuckDBConnection,
	files: readonly MetricsFile[],
	{ keys: asked, from, to }: Omit<ExportQuery, "runs">,
): Promise<string> {
	const chosen = await chosenKeys(connection, files, asked);
	const keys = [...new Set(chosen.flat())].sort();
	if (keys.length === 0)
		throw new UserError(
			`Expected the runs to have metrics of the keys ${asked.join(", ")}, got none. Ask for * to get all.`,
		);
	const parts = sourcesOf(files, chosen).map((source) => {
		const names = source.files.map(({ run }) => quotedText(run));
		const places = source.files.map((file) => files.indexOf(file));
		const columns = source.keys.map((key, i) => `k${i} AS ${quotedName(key)}`);
		return (
			`SELECT [${places}][run + 1] AS "place of run", [${names}][run + 1] AS run, step, ${columns.join(", ")} ` +
			`FROM (${selectRows(source, { from, to })})`
		);
	});
	return (
		`SELECT run, step, ${keys.map(quotedName).join(", ")} FROM (${parts.join(" UNION ALL BY NAME ")}) ` +
		`ORDER BY "place of run", step`
	);
}

async function writeLines(connection: DuckDBConnection, sql: string, path: string): Promise<void> {
	const result = await connection.stream(sql);
	const names = result.columnNames();
	async function* lines() {
		for await (const rows of result.yieldRowsJs())
			yield rows
				.map((row) => {
					const measured = row.flatMap((value, i) =>
						value === null ? [] : [[names[i]!, typeof value === "bigint" ? Number(value) : value]],
					);
					return `${JSON.stringify(Object.fromEntries(measured))}\n`;
				})
				.join("");
	}
	await pipeline(Readable.from(lines()), createWriteStream(path));
}

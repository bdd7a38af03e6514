/** The metrics of any runs as one file for other programs, every row: run, step, a column for each key. */
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { quotedName, quotedText } from "../run/parquet.ts";
import { pathsOf, withDatabase } from "./database.ts";
import { chosenKeys, type MetricsFile, metricsFiles } from "./metrics-files.ts";
import type { MetricsQuery } from "./metrics-query.ts";
import { reading, selectRows, sourcesOf } from "./sources.ts";

export const exportFormats = ["csv", "parquet", "jsonl"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Values of a row group, which DuckDB holds whole: 16 MB. */
const valuesInMemory = 1 << 21;

/** What to export: a question about metrics, of which nothing is thinned. */
export type ExportQuery = Omit<MetricsQuery, "points" | "axis">;

/**
 * Writes `path` from the runs of a folder, in the order asked for, their rows in that of their files: by rising step. What was not measured is empty,
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
	const folder = await mkdtemp(join(tmpdir(), "orrery-export-"));
	try {
		// Asked of the system first, which says in its own code why it refuses.
		await writeFile(temporary, "", { flag: "wx" });
		// On one thread, as sorting a thousand runs takes more memory than is set aside.
		await withDatabase(async (connection) => {
			const rows = await collectRows(connection, files, query, folder);
			if (format === "jsonl") await writeLines(connection, rows, temporary);
			else
				await connection.run(
					`COPY (${rows.sql}) TO ${quotedText(temporary)} (${format === "csv" ? "FORMAT csv" : rows.asParquet})`,
				);
		}, 1);
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw asUserError(error, path);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

interface Collected {
	readonly sql: string;
	/** Options of COPY with which few rows are in memory at once. */
	readonly asParquet: string;
}

/** A reader of a thousand files holds more than the memory set aside: they are copied, a few at a time, into `folder`. */
async function collectRows(
	connection: DuckDBConnection,
	files: readonly MetricsFile[],
	{ keys: asked, from, to }: Omit<ExportQuery, "runs">,
	folder: string,
): Promise<Collected> {
	const chosen = await chosenKeys(connection, files, asked);
	const keys = [...new Set(chosen.flat())].sort();
	if (keys.length === 0)
		throw new UserError(
			`Expected the runs to have metrics of the keys ${asked.join(", ")}, got none. Ask for * to get all.`,
		);
	const rowGroup = Math.max(2048, Math.min(122_880, Math.floor(valuesInMemory / keys.length)));
	const asParquet = `FORMAT parquet, ROW_GROUP_SIZE ${rowGroup}`;
	const parts: { readonly path: string }[] = [];
	for (const source of sourcesOf(files, chosen, true)) {
		const names = source.files.map(({ run }) => quotedText(run));
		const place = new Map(source.keys.map((key, i) => [key, i]));
		const columns = keys.map(
			(key) => `${place.has(key) ? `k${place.get(key)}` : "NULL::DOUBLE"} AS ${quotedName(key)}`,
		);
		const rows = `SELECT [${names}][run + 1] AS run, step, ${columns.join(", ")} FROM (${selectRows(source, { from, to })})`;
		const path = join(folder, `${parts.length}.parquet`);
		await reading(connection, source.files, () =>
			connection.run(`COPY (${rows}) TO ${quotedText(path)} (${asParquet})`),
		);
		parts.push({ path });
	}
	return { sql: `SELECT * FROM read_parquet(${pathsOf(parts)})`, asParquet };
}

async function writeLines(connection: DuckDBConnection, { sql }: Collected, path: string): Promise<void> {
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

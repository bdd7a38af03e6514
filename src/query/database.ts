/**
 * DuckDB, in the process and in memory: it reads the runs' own files and keeps nothing.
 *
 * One instance a process, with little memory (what does not fit goes to the system's temporary folder) and no word to
 * any other machine. Questions wait for each other: two at once would halve each other's memory.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { quotedText } from "../run/parquet.ts";

let instance: Promise<DuckDBInstance> | undefined;
let last: Promise<unknown> = Promise.resolve();

const open = () =>
	DuckDBInstance.create(":memory:", {
		memory_limit: "112MB",
		temp_directory: join(tmpdir(), `orrery-${process.pid}`),
		max_temp_directory_size: "8GB",
		autoinstall_known_extensions: "false",
		autoload_known_extensions: "false",
		preserve_insertion_order: "false",
	});

/**
 * Gives `work` a connection of its own, with its own temporary tables, after all earlier work has ended. On one thread
 * rows keep the order of their files.
 */
export async function withDatabase<T>(
	work: (connection: DuckDBConnection) => Promise<T>,
	threads: 1 | 2 = 2,
): Promise<T> {
	const turn = last.then(async () => {
		instance ??= open();
		const connection = await (await instance).connect();
		try {
			await connection.run(`SET threads = ${threads}`);
			return await work(connection);
		} finally {
			connection.closeSync();
		}
	});
	last = turn.catch(() => {});
	return turn;
}

/** Files as a list of SQL. DuckDB takes paths for globs: their stars and brackets are made to stand for themselves. */
export const pathsOf = (files: readonly { readonly path: string }[]): string =>
	`[${files.map(({ path }) => quotedText(path.replace(/[*?[]/g, "[$&]"))).join(", ")}]`;

/**
 * Where the metrics of a run lie, and which keys they have.
 *
 * `metrics.parquet`, where it is at least as new as `metrics.jsonl`, which it was made from; else `metrics.jsonl`, of a run
 * that still grows or never finished. Keys are remembered by size and time of the file; of one that has grown only what
 * is new is read.
 */
import { type FileHandle, lstat, open } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { asUserError } from "../checkpoint/disk.ts";
import { isGlob, matchingKeys } from "../run/key-glob.ts";
import { runPaths } from "../run/paths.ts";
import { pathsOf } from "./database.ts";
import { reading } from "./sources.ts";
import { entryFolder } from "./within.ts";

export interface MetricsFile {
	/** Of the entry. */
	readonly run: string;
	readonly path: string;
	readonly format: "parquet" | "jsonl";
	readonly size: number;
	readonly changed: number;
}

/**
 * The file with the metrics of each run; none of a run that has measured nothing yet.
 * Throws a `UserError` that names a path where nothing is.
 */
export async function metricsFiles(root: string, runs: readonly string[]): Promise<MetricsFile[]> {
	const files: MetricsFile[] = [];
	for (const run of new Set(runs)) {
		const file = await metricsFileOf(await entryFolder(root, run), run);
		if (file) files.push(file);
	}
	return files;
}

/** `run` names it in answers. */
export async function metricsFileOf(folder: string, run: string): Promise<MetricsFile | undefined> {
	const { metrics, parquet } = runPaths(folder);
	const [lines, table] = await Promise.all([plainFile(metrics), plainFile(parquet)]);
	if (table && (!lines || table.mtimeMs >= lines.mtimeMs))
		return { run, path: parquet, format: "parquet", size: table.size, changed: table.mtimeMs };
	return lines && { run, path: metrics, format: "jsonl", size: lines.size, changed: lines.mtimeMs };
}

/** Of a link nothing is said: it could lead anywhere. */
async function plainFile(path: string) {
	const found = await lstat(path).catch(() => undefined);
	return found?.isFile() ? found : undefined;
}

interface KnownKeys {
	readonly size: number;
	readonly changed: number;
	/** Bytes read: whole lines. */
	readonly read: number;
	readonly keys: ReadonlySet<string>;
}

/** The last asked for come last. */
const known = new Map<string, KnownKeys>();
const mostKnown = 5000;

const remember = (path: string, keys: KnownKeys): ReadonlySet<string> => {
	known.delete(path);
	known.set(path, keys);
	if (known.size > mostKnown) known.delete(known.keys().next().value!);
	return keys.keys;
};

/** The keys of each file, in the files' order, `step` left out. */
export async function keysOf(
	connection: DuckDBConnection,
	files: readonly MetricsFile[],
): Promise<ReadonlySet<string>[]> {
	const isKnown = ({ path, size, changed }: MetricsFile) =>
		known.get(path)?.size === size && known.get(path)?.changed === changed;
	const tables = files.filter((file) => file.format === "parquet" && !isKnown(file));
	const byPath = await parquetKeys(connection, tables);
	const all: ReadonlySet<string>[] = [];
	for (const file of files) {
		const { path, size, changed, format } = file;
		if (isKnown(file)) all.push(known.get(path)!.keys);
		else if (format === "jsonl") all.push(remember(path, await lineKeys(file)));
		else all.push(remember(path, { size, changed, read: size, keys: byPath.get(path) ?? new Set() }));
	}
	return all;
}

/** The keys of each file that are asked for. */
export async function chosenKeys(
	connection: DuckDBConnection,
	files: readonly MetricsFile[],
	asked: readonly string[],
): Promise<string[][]> {
	const all = await keysOf(connection, files);
	const exact = asked.filter((key) => !isGlob(key));
	const globs = asked.filter(isGlob);
	return all.map((keys) => [
		...new Set([...exact.filter((key) => keys.has(key)), ...matchingKeys([...keys], globs)]),
	]);
}

const filesAtOnce = 200;

async function parquetKeys(connection: DuckDBConnection, files: readonly MetricsFile[]) {
	const keys = new Map<string, Set<string>>();
	for (let i = 0; i < files.length; i += filesAtOnce) {
		const some = files.slice(i, i + filesAtOnce);
		const sql = `SELECT file_name, name FROM parquet_schema(${pathsOf(some)}) WHERE num_children IS NULL AND name <> 'step'`;
		const reader = await reading(connection, some, () => connection.runAndReadAll(sql));
		for (const [path, name] of reader.getRowsJS() as [string, string][]) {
			if (!keys.has(path)) keys.set(path, new Set());
			keys.get(path)!.add(name);
		}
	}
	return keys;
}

const piece = 1 << 20;

async function lineKeys({ path, size, changed }: MetricsFile): Promise<KnownKeys> {
	const before = known.get(path);
	const grown = before !== undefined && before.size <= size;
	const keys = new Set(grown ? before.keys : []);
	let read = grown ? before.read : 0;
	let file: FileHandle | undefined;
	try {
		file = await open(path);
		let buffer = Buffer.alloc(Math.min(piece, size - read));
		for (let filled = 0; ; ) {
			const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, read + filled);
			filled += bytesRead;
			const end = buffer.subarray(0, filled).lastIndexOf(10) + 1;
			for (const line of buffer.toString("utf8", 0, end).split("\n")) addKeys(line, keys);
			read += end;
			buffer.copy(buffer, 0, end, filled);
			filled -= end;
			if (bytesRead === 0) break;
			// A line longer than the buffer.
			if (filled === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
		}
	} catch (error) {
		throw asUserError(error, path);
	} finally {
		await file?.close();
	}
	keys.delete("step");
	return { size, changed, read, keys };
}

function addKeys(line: string, keys: Set<string>): void {
	if (line === "") return;
	try {
		for (const key of Object.keys(JSON.parse(line))) keys.add(key);
	} catch {
		// Not a row, and nobody's keys.
	}
}

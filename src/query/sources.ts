/** Files of metrics, as many at once as memory likes, as one table of DuckDB with a column for each key. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { UserError } from "../error.ts";
import { quotedName, quotedText } from "../run/parquet.ts";
import { pathsOf } from "./database.ts";
import type { MetricsFile } from "./metrics-files.ts";

export interface Source {
	readonly files: readonly MetricsFile[];
	/** The keys of any of them that are asked for. */
	readonly keys: readonly string[];
}

/** Each open file has buffers of its own, which DuckDB does not count. */
const mostFiles = 20;
const mostBytes = 16e6;

/** The files with any key that is asked for, in groups of one format; `inOrder`: in the order of `files`. */
export function sourcesOf(
	files: readonly MetricsFile[],
	chosen: readonly (readonly string[])[],
	inOrder = false,
): Source[] {
	const groups: { files: MetricsFile[]; keys: Set<string>; bytes: number }[] = [];
	const open = new Map<MetricsFile["format"], (typeof groups)[number]>();
	for (const [i, file] of files.entries()) {
		if (chosen[i]!.length === 0) continue;
		let group = open.get(file.format);
		if (
			!group ||
			group.files.length >= mostFiles ||
			group.bytes + file.size > mostBytes ||
			(inOrder && group !== groups.at(-1))
		) {
			group = { files: [], keys: new Set(), bytes: 0 };
			groups.push(group);
			open.set(file.format, group);
		}
		group.files.push(file);
		group.bytes += file.size;
		for (const key of chosen[i]!) group.keys.add(key);
	}
	return groups.map(({ files, keys }) => ({ files, keys: [...keys] }));
}

interface Steps {
	readonly from?: number | undefined;
	readonly to?: number | undefined;
}

/**
 * The query for a table of (run: index of the file, step, k0, k1, …), a row a step at which any key was measured. What is
 * not finite is null. A torn line, as the last one of a run that is just writing, is left out.
 */
export function selectRows({ files, keys }: Source, steps: Steps): string {
	const columns = keys.map((key, i) => `${finite(key)} AS k${i}`);
	return (
		`SELECT * FROM (SELECT file_index::INTEGER AS run, step::BIGINT AS step, ${columns.join(", ")} ` +
		`FROM ${readerOf(files, keys)} WHERE ${within(steps)}) ` +
		`WHERE coalesce(${keys.map((_, i) => `k${i}`).join(", ")}) IS NOT NULL`
	);
}

/** The query for a table of (run, step, key: index of the key, family: that of `families`, value), a row a finite value. */
export function selectValues({ files, keys }: Source, families: readonly number[], steps: Steps): string {
	return (
		`SELECT * FROM (SELECT file_index::INTEGER AS run, step::BIGINT AS step, unnest([${keys.map((_, i) => i)}]) AS key, ` +
		`unnest([${families}]) AS family, unnest([${keys.map(finite).join(", ")}]) AS value ` +
		`FROM ${readerOf(files, keys)} WHERE ${within(steps)}) WHERE value IS NOT NULL`
	);
}

const within = ({ from, to }: Steps): string =>
	[
		"step IS NOT NULL",
		...(from === undefined ? [] : [`step >= ${from}`]),
		...(to === undefined ? [] : [`step <= ${to}`]),
	].join(" AND ");

const finite = (key: string): string => {
	const value = `${quotedName(key)}::DOUBLE`;
	return `CASE WHEN isfinite(${value}) THEN ${value} END`;
};

/** Files of one format as a table with the columns `step`, `file_index`, and one for each key. */
export function readerOf(files: readonly MetricsFile[], keys: readonly string[]): string {
	const paths = pathsOf(files);
	if (files[0]!.format === "parquet")
		return `read_parquet(${paths}, union_by_name = true, hive_partitioning = false)`;
	const types = keys.map((key) => `${quotedText(key)}: 'DOUBLE'`);
	return (
		`read_json(${paths}, format = 'newline_delimited', ignore_errors = true, hive_partitioning = false, ` +
		`columns = {${["step: 'BIGINT'", ...types].join(", ")}})`
	);
}

/** Runs a query that reads `files`. Throws a `UserError` that names the one which is damaged. */
export async function reading<T>(
	connection: DuckDBConnection,
	files: readonly MetricsFile[],
	work: () => Promise<T>,
): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (isOutOfMemory(error))
			throw new UserError(
				"Expected the question to fit into the memory that is set aside for it, got too many values at once. Ask for " +
					"fewer keys or runs.",
				{ cause: error },
			);
		for (const file of files) {
			const reader = file.format === "parquet" ? "read_parquet" : "read_json_objects";
			// Of every column, as damage may lie in one.
			const whole = `SELECT count(COLUMNS(*)) FROM ${reader}(${pathsOf([file])})`;
			await connection.run(whole).catch((cause) => {
				if (isOutOfMemory(cause)) return;
				throw new UserError(
					`Expected \`${file.path}\` to hold metrics, got a file that cannot be read (${firstLine(cause)}). ` +
						(file.format === "parquet"
							? "Delete it: `metrics.jsonl` is read in its place."
							: "Restore the file."),
					{ cause },
				);
			});
		}
		throw error;
	}
}

const isOutOfMemory = (error: unknown): boolean => /^Out of Memory/.test((error as Error).message);

const firstLine = (error: unknown): string => (error as Error).message.split("\n")[0]!.slice(0, 200);

/** A run as reports see it: what its directory holds, read once. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Row } from "../figure/figure.ts";
import { readMetrics } from "../run/metrics.ts";
import { runPaths } from "../run/paths.ts";
import { type RunStatus, readStatus } from "../run/status.ts";
import { readConfigFile } from "../run/train.ts";

export interface RunRecord {
	readonly name: string;
	/** The content of `config.json`: the resolved configuration, of this or an earlier version of the program. */
	readonly config: unknown;
	readonly status: RunStatus;
	/** The rows of `metrics.jsonl`, each with the run's name. A line still being written is left out. */
	readonly rows: readonly Row[];
}

/**
 * Reads a run directory, of a finished run or of one still running.
 * Throws a `UserError` that names the file, and in `metrics.jsonl` the line, that is missing or cannot be read.
 */
export async function readRun(dir: string, name: string = basename(resolve(dir))): Promise<RunRecord> {
	const config = await readConfigFile(dir);
	const status = await readStatus(dir);
	const rows = await readMetrics(runPaths(dir).metrics);
	return { name, config, status, rows: rows.map((row) => ({ ...row, run: name })) };
}

/** The run of a directory, or undefined if nothing was begun there. */
export async function readRunIfThere(dir: string): Promise<RunRecord | undefined> {
	return existsSync(runPaths(dir).status) ? readRun(dir) : undefined;
}

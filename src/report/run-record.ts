/** A run as reports see it: what its directory holds, read once. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import type { Row } from "../figure/figure.ts";
import { readMetrics } from "../run/metrics.ts";
import { runPaths } from "../run/paths.ts";
import { type RunStatus, readStatus } from "../run/status.ts";

export interface RunRecord {
	readonly name: string;
	/** The content of `config.json`: the resolved configuration. */
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
	const config = await readJson(runPaths(dir).config);
	const status = await readStatus(runPaths(dir).status);
	const rows = await readMetrics(runPaths(dir).metrics);
	return { name, config, status, rows: rows.map((row) => ({ ...row, run: name })) };
}

/** The run of a directory, or undefined if nothing was begun there. */
export async function readRunIfThere(dir: string): Promise<RunRecord | undefined> {
	return existsSync(runPaths(dir).status) ? readRun(dir) : undefined;
}

async function readJson(path: string): Promise<unknown> {
	const text = await readFile(path, "utf8").catch((error) => {
		throw asUserError(error, path);
	});
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UserError(
			`Expected \`${path}\` to hold JSON, got ${JSON.stringify(text.slice(0, 40))} ` +
				`(${(error as Error).message}). Restore the file, or run the training anew.`,
		);
	}
}

/** A sweep as its folder holds it: the state of every cell, and what was measured. */
import { existsSync } from "node:fs";
import { readMetrics } from "../run/metrics.ts";
import type { MetricsRow } from "../run/metrics-row.ts";
import { runPaths } from "../run/paths.ts";
import { type RunStatus, readStatus } from "../run/status.ts";
import type { Cell } from "./cell.ts";
import { readSweep, type Sweep } from "./config.ts";
import { sweepPaths, writtenAnew } from "./paths.ts";

export interface CellRecord extends Pick<Cell, "hash" | "coordinates" | "seed"> {
	readonly directory: string;
	/** How its run stands; `missing` if it never began. */
	readonly state: RunStatus["state"] | "missing";
	/** Why it did not finish. */
	readonly message?: string | undefined;
	/** The rows of its metrics, in order of steps. */
	readonly rows: readonly MetricsRow[];
}

/**
 * All cells of the sweep in a folder, in the order of `Sweep.cells`.
 * Throws a `UserError` if there is no sweep, or names the file of a cell that is damaged.
 */
export async function readCells(directory: string): Promise<CellRecord[]> {
	return readCellsOf(await readSweep(sweepPaths(directory).sweep, writtenAnew), directory);
}

export async function readCellsOf(sweep: Sweep, directory: string): Promise<CellRecord[]> {
	const records: CellRecord[] = [];
	for (const cell of sweep.cells) records.push(await readCell(cell, directory));
	return records;
}

/** One cell of the sweep in a folder. Throws a `UserError` that names the file if it is damaged. */
export async function readCell({ hash, coordinates, seed }: Cell, directory: string): Promise<CellRecord> {
	const folder = sweepPaths(directory).cell(hash);
	const { state, message } = await cellStatus(folder);
	const { metrics } = runPaths(folder);
	const rows = existsSync(metrics) ? await readMetrics(metrics) : [];
	return { hash, coordinates, seed, directory: folder, state, message, rows };
}

/** How the run of a cell stands. A status that cannot be read is that of a run to be done again. */
export async function cellStatus(
	folder: string,
): Promise<{ state: CellRecord["state"]; message?: string | undefined }> {
	if (!existsSync(runPaths(folder).status)) return { state: "missing" };
	return readStatus(folder).catch((error: Error) => ({ state: "failed", message: error.message }));
}

/** Whether there is nothing left to do: a run that diverged would diverge again. */
export const hasEnded = (state: CellRecord["state"]): boolean => state === "finished" || state === "diverged";

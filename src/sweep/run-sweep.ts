/**
 * Runs a sweep: every cell that has not ended, in child processes, some at a time.
 *
 *     <sweep>/sweep.json            the sweep, every value written out
 *             sweep.lock            the process that runs it; gone when it ends
 *             cells/<hash>/         a run directory each, and `report.html` about it
 *
 * The folder is the truth: run again, and what is missing, interrupted or failed is done, and nothing else.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "../error.ts";
import { takeLock } from "../run/lock.ts";
import { makeFolder } from "../run/make-folder.ts";
import { replaceFile } from "../run/replace-file.ts";
import { readStatus, writeStatus } from "../run/status.ts";
import { type Cell, describeCell } from "./cell.ts";
import { parseSweep, type Sweep, type SweepPlan } from "./config.ts";
import { kindOf } from "./kinds.ts";
import type { Job } from "./messages.ts";
import { cellReport, sweepPaths } from "./paths.ts";
import { type CellRecord, cellStatus, hasEnded, readCellsOf } from "./read-cells.ts";
import { requireSameSweep } from "./same-sweep.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface SweepProgress {
	readonly name: string;
	readonly total: number;
	/** Cells that have ended, diverged ones among them, in this and earlier invocations. */
	readonly done: number;
	readonly diverged: number;
	readonly failed: number;
	readonly running: number;
	/** Share of all work that is done, 0 to 1, parts of running cells counted. */
	readonly fraction: number;
	/** Estimated from the cells of this invocation; undefined before the first has moved. */
	readonly secondsLeft: number | undefined;
}

export interface RunSweepOptions {
	/** Child processes at a time. Default: the number of cores. Each computes with cores / processes threads. */
	readonly processes?: number | undefined;
	/** Aborting it lets running cells save a checkpoint; no further one is begun. */
	readonly signal?: AbortSignal | undefined;
	/** Called whenever a cell has moved, at most twice a second for each. */
	readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
	/** Called with a sentence when a cell fails or diverges. */
	readonly onNote?: ((note: string) => void) | undefined;
}

/** A failure that this many cells share, one after the other, is no matter of the cells. */
const sameFailures = 3;

/**
 * Runs what is left of a sweep in `directory`, made if absent, and returns all its cells; some are unfinished if
 * `signal` was aborted, and some may have failed.
 * Throws a `UserError` if the folder holds another sweep, another process runs it, the disk refuses, or cells fail
 * one after the other for the same reason.
 */
export async function runSweep(
	plan: SweepPlan | Sweep,
	directory: string,
	options: RunSweepOptions = {},
): Promise<CellRecord[]> {
	const sweep = "cells" in plan ? plan : parseSweep(plan);
	const paths = sweepPaths(directory);
	await makeFolder(directory);
	const giveBack = await takeLock(paths.lock);
	try {
		await requireSameSweep(sweep, directory);
		const { cells: _, ...written } = sweep;
		await replaceFile(paths.sweep, `${JSON.stringify(written, undefined, "\t")}\n`);
		await makeFolder(join(directory, "cells"));
		await new SweepRun(sweep, directory, options).run();
		return await readCellsOf(sweep, directory);
	} finally {
		await giveBack();
	}
}

class SweepRun {
	readonly #sweep: Sweep;
	readonly #directory: string;
	readonly #options: RunSweepOptions;
	readonly #threads: number;
	readonly #begun = performance.now();
	readonly #pool: WorkerPool<Cell>;
	/** Cells of this invocation that are running, and how far each is, 0 to 1. */
	readonly #running = new Map<Cell, number>();
	/** Cells that had ended before, and those that this invocation has ended. */
	#before = 0;
	#done = 0;
	#diverged = 0;
	#failed = 0;
	/** The message of the last failures, and how many cells in a row gave it. */
	#lastFailure = { message: "", times: 0 };
	/** Why the sweep cannot go on. */
	#error: UserError | undefined;

	constructor(sweep: Sweep, directory: string, options: RunSweepOptions) {
		this.#sweep = sweep;
		this.#directory = directory;
		this.#options = options;
		const cores = availableParallelism();
		const processes = options.processes ?? cores;
		this.#threads = Math.max(1, Math.floor(cores / processes));
		this.#pool = new WorkerPool({
			processes,
			job: (cell) => this.#job(cell),
			stopped: () => this.#stopped(),
			onMove: (cell, fraction) => {
				this.#running.set(cell, fraction);
				this.#report();
			},
			onEnd: async (cell, { state, message = "" }) => {
				this.#running.delete(cell);
				// One that was stopped with Ctrl-C while it started has not failed.
				if (state === "failed" && !this.#stopped()) await this.#fail(cell, message);
				else if (state === "finished" || state === "diverged") this.#end(cell, state);
				this.#report();
			},
		});
	}

	async run(): Promise<void> {
		const queue: Cell[] = [];
		for (const cell of this.#sweep.cells) {
			const folder = this.#folder(cell);
			const { state } = await cellStatus(folder);
			// Killed between a run's end and its page, a cell still wants the page.
			if (!hasEnded(state) || !existsSync(join(folder, cellReport))) queue.push(cell);
			else this.#before++;
			if (state === "diverged") this.#diverged++;
		}
		this.#report();
		const { signal } = this.#options;
		const stop = () => this.#pool.stop();
		signal?.addEventListener("abort", stop);
		try {
			await this.#pool.run(queue);
		} catch (error) {
			throw this.#error ?? error;
		} finally {
			signal?.removeEventListener("abort", stop);
		}
		if (this.#error) throw this.#error;
	}

	#stopped(): boolean {
		return this.#error !== undefined || (this.#options.signal?.aborted ?? false);
	}

	#folder = ({ hash }: Cell): string => sweepPaths(this.#directory).cell(hash);

	#job(cell: Cell): Job {
		const { config } = cell;
		return {
			directory: this.#folder(cell),
			config: kindOf(config).withThreads(config, this.#threads),
			title: describeCell(cell),
			keepCheckpoints: this.#sweep.keepCheckpoints,
		};
	}

	#end(cell: Cell, state: "finished" | "diverged"): void {
		this.#done++;
		this.#lastFailure = { message: "", times: 0 };
		if (state === "finished") return;
		this.#diverged++;
		this.#options.onNote?.(`Diverged: ${describeCell(cell)}.`);
	}

	/** Records why a cell failed, where its own process could not. */
	async #fail(cell: Cell, message: string): Promise<void> {
		this.#failed++;
		const folder = this.#folder(cell);
		const { state } = await cellStatus(folder);
		if (state !== "failed" && !hasEnded(state)) await recordFailure(cell, folder, message).catch(() => {});
		this.#options.onNote?.(`Failed: ${describeCell(cell)}: ${message}`);
		// Cells fail alike in files and at steps of their own.
		const kind = message.replaceAll(/`[^`]*`|\d+/g, "");
		const times = kind === this.#lastFailure.message ? this.#lastFailure.times + 1 : 1;
		this.#lastFailure = { message: kind, times };
		if (times < Math.min(sameFailures, this.#sweep.cells.length)) return;
		this.#error ??= new UserError(
			`Expected the cells of \`${this.#directory}\` to run, got ${times} in a row that failed alike: ${message}\n` +
				"Mend that and run the sweep again: what has ended stays.",
		);
		this.#pool.stop();
	}

	#report(): void {
		const { onProgress } = this.#options;
		if (!onProgress) return;
		const { cells, name } = this.#sweep;
		const now = this.#done + [...this.#running.values()].reduce((sum, share) => sum + share, 0);
		const left = cells.length - this.#before - now - this.#failed;
		const seconds = (performance.now() - this.#begun) / 1000;
		onProgress({
			name,
			total: cells.length,
			done: this.#before + this.#done,
			diverged: this.#diverged,
			failed: this.#failed,
			running: this.#running.size,
			fraction: (this.#before + now) / cells.length,
			secondsLeft: now > 0 ? (seconds * left) / now : undefined,
		});
	}
}

async function recordFailure(cell: Cell, folder: string, message: string): Promise<void> {
	await makeFolder(folder);
	const { step, seconds, measureSeconds } = await readStatus(folder).catch(() => ({
		step: 0,
		seconds: 0,
		measureSeconds: 0,
	}));
	const steps = kindOf(cell.config).steps(cell.config);
	await writeStatus(folder, { state: "failed", step, steps, message, seconds, measureSeconds });
}

/**
 * A process that runs cells, one after the other, as its parent sends them.
 *
 * It lives as long as its parent: when the channel between them breaks it ends at once, and the cell is resumed by
 * whoever comes next. Ctrl-C reaches every process of a terminal; this one waits for its parent's word instead.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { UserError } from "../error.ts";
import { isLocked } from "../run/lock.ts";
import { runPaths } from "../run/paths.ts";
import { kindOf } from "./kinds.ts";
import type { FromWorker, Job, ToWorker } from "./messages.ts";
import { cellReport } from "./paths.ts";
import { cellStatus, hasEnded } from "./read-cells.ts";

const controller = new AbortController();
const tell = (message: FromWorker) => process.send?.(message);

process.on("disconnect", () => process.exit(1));
process.on("SIGINT", () => {});
process.on("message", (message: ToWorker) => {
	if (message.type === "stop") controller.abort();
	else
		runCell(message.job).then(
			(state) => tell({ type: "ended", state }),
			(error) => tell({ type: "failed", message: messageOf(error) }),
		);
});
if (!process.connected) process.exit(1);

/** Brings a cell to its end, from wherever it stands, and writes its page. */
async function runCell(job: Job): Promise<string> {
	const { directory, config, keepCheckpoints, title } = job;
	await freeOf(runPaths(directory).lock);
	let { state } = await cellStatus(directory);
	if (!hasEnded(state))
		state = await kindOf(config).run(config, directory, {
			signal: controller.signal,
			onProgress: progressTeller(),
		});
	if (!hasEnded(state)) return state;
	if (!keepCheckpoints) await rm(join(directory, "checkpoints"), { recursive: true, force: true });
	if (title === undefined) return state;
	// Loads a DOM to draw in, which takes longer than all else that a worker loads.
	const { writeCellReport } = await import("./cell-report.ts");
	await writeCellReport(directory, title, join(directory, cellReport));
	return state;
}

/** Tells of progress twice a second at most. */
function progressTeller(): (fraction: number) => void {
	let told = 0;
	return (fraction) => {
		if (performance.now() - told < 500) return;
		told = performance.now();
		tell({ type: "progress", fraction });
	};
}

/** Waits for the process of a parent that was killed, which ends within a step. */
async function freeOf(lock: string): Promise<void> {
	for (let waited = 0; waited < 30_000 && (await isLocked(lock)); waited += 100) await setTimeout(100);
}

/** A bug keeps its stack. */
const messageOf = (error: unknown): string =>
	error instanceof UserError
		? error.message
		: error instanceof Error
			? (error.stack ?? error.message)
			: String(error);

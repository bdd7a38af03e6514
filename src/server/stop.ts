/**
 * Stopping a training from the page: as Ctrl-C in its terminal does, and nothing more.
 *
 * The signal goes to the process that holds the run's lock, if that runs on this machine and is an `orrery` command.
 * A lock is a file, and a file can say anything.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../error.ts";
import type { Entry } from "../query/entry.ts";
import { lockHolder } from "../run/lock.ts";
import { runPaths } from "../run/paths.ts";
import { sweepPaths } from "../sweep/paths.ts";

/** Processes that were asked: a second Ctrl-C would end them at once, with nothing saved. */
const asked = new Set<number>();

/**
 * Asks the process that runs `entry` of the folder `root` to save and to end; once, however often it is called.
 * Throws a `UserError` if no process does, or it is not one that may be asked.
 */
export async function stopEntry(
	root: string,
	{ path, kind, parent }: Entry,
	entries: readonly Entry[],
): Promise<void> {
	const name = path || ".";
	if (process.platform === "win32")
		throw new UserError(
			"Expected a system on which a process can be interrupted, got Windows. Press Ctrl-C in the training's terminal.",
		);
	const sweep = entries.find((other) => other.path === parent && other.kind === "sweep");
	if (sweep)
		throw new UserError(
			`Expected \`${name}\` to have a process of its own, got a cell of \`${sweep.path || "."}\`. Stop that sweep.`,
		);
	if (kind !== "training" && kind !== "flow" && kind !== "sweep")
		throw new UserError(
			`Expected \`${name}\` to be a run or a sweep, got a ${kind}. Stop the run that it is at.`,
		);
	const directory = join(root, path);
	const holder = await lockHolder(kind === "sweep" ? sweepPaths(directory).lock : runPaths(directory).lock);
	if (!holder) throw new UserError(`Expected \`${name}\` to be running, got no process that runs it.`);
	const { pid, host } = holder;
	if (host !== hostname())
		throw new UserError(
			`Expected \`${name}\` to be run by this machine, got ${host}. Press Ctrl-C in its terminal there.`,
		);
	if (pid === process.pid || !(await isCommand(pid)))
		throw new UserError(
			`Expected \`${name}\` to be run by an \`orrery\` command, got process ${pid}, which is none that can be interrupted. ` +
				"If it is part of a study or sweep, press Ctrl-C in that one's terminal.",
		);
	for (const other of asked) if (!isAlive(other)) asked.delete(other);
	if (asked.has(pid)) return;
	asked.add(pid);
	process.kill(pid, "SIGINT");
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

/** Whether a process is `node` with the command line's entry, built or not. Workers of sweeps heed only their parent. */
async function isCommand(pid: number): Promise<boolean> {
	const line = await commandLine(pid);
	return /^\S*\bnode\S*\s/.test(line) && /[\\/](\.?bin[\\/]orrery|cli[\\/]main\.[jt]s)(\s|$)/.test(line);
}

/** The words of a process's command line, with blanks between; empty if nobody tells. */
async function commandLine(pid: number): Promise<string> {
	const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
	if (words !== undefined) return words.replaceAll("\0", " ");
	const ps = await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]).catch(() => undefined);
	return ps?.stdout ?? "";
}

/**
 * One process a run: `run.lock` names the process that writes to a run directory.
 *
 * The file is created with the flag that fails where it exists, so that of two processes one wins. A lock whose
 * process is gone (killed, or the machine went down) is taken over, also where another process has got its number.
 */
import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";

export interface LockHolder {
	readonly pid: number;
	readonly host: string;
	readonly since: string;
	/** Tells the process from a later one with its number: which boot of the machine, and when in it. Linux only. */
	readonly born?: string | undefined;
}

/** Undefined where the system does not tell. */
function bornOf(pid: number): string | undefined {
	try {
		const fields = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The command's name, in parentheses, may hold anything. The start, in ticks since the boot, is field 22.
		const start = fields.slice(fields.lastIndexOf(")") + 2).split(" ")[19];
		return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${start}`;
	} catch {
		return undefined;
	}
}

/** What this very process holds or is taking, by absolute path: a lock with our process id that is not among them is a dead namesake's. */
const held = new Map<string, LockHolder>();

function isAlive({ pid, host, since, born }: LockHolder, path: string): boolean {
	if (host !== hostname()) return true;
	if (pid === process.pid) return held.get(resolve(path))?.since === since;
	const now = born === undefined ? undefined : bornOf(pid);
	if (now !== undefined && now !== born) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/**
 * Takes the lock at `path` and returns the function that gives it back.
 * Throws a `UserError` that names the holder if a live process has it.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
	const key = resolve(path);
	const other = held.get(key);
	if (other) throw takenBy(path, other);
	const { pid } = process;
	const holder: LockHolder = {
		pid,
		host: hostname(),
		since: new Date().toISOString(),
		born: bornOf(pid),
	};
	held.set(key, holder);
	const mine = `${path}.${process.pid}.tmp`;
	try {
		await writeFile(mine, `${JSON.stringify(holder)}\n`);
		// A link appears whole or not at all: nobody ever reads half a lock.
		for (;;) {
			try {
				await link(mine, path);
				break;
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
				await removeIfStale(path);
			}
		}
	} catch (error) {
		held.delete(key);
		throw asUserError(error, path);
	} finally {
		await rm(mine, { force: true }).catch(() => {});
	}
	return async () => {
		await rm(path, { force: true }).finally(() => held.delete(key));
	};
}

/** Whether somebody holds the lock at `path`; also where that cannot be known, as from another machine. */
export async function isLocked(path: string): Promise<boolean> {
	const text = await readFile(path, "utf8").catch(() => undefined);
	if (text === undefined) return false;
	const holder = holderOf(text);
	return !holder || isAlive(holder, path);
}

/** Who holds the lock at `path`; undefined where nobody does, or nobody knows who. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
	const text = await readFile(path, "utf8").catch(() => undefined);
	const holder = text === undefined ? undefined : holderOf(text);
	return holder && isAlive(holder, path) ? holder : undefined;
}

/** Undefined for a file that is not one of ours; only a person can say what it is. */
function holderOf(text: string): LockHolder | undefined {
	try {
		return JSON.parse(text) as LockHolder;
	} catch {
		return undefined;
	}
}

function takenBy(path: string, holder: LockHolder | undefined): UserError {
	return new UserError(
		`Expected \`${path}\` to be free, got a lock ${
			holder ? `of process ${holder.pid} on ${holder.host} since ${holder.since}` : "that cannot be read"
		}. Wait until that run ends; if no such process runs any more, delete the file.`,
	);
}

async function removeIfStale(path: string): Promise<void> {
	const text = await readFile(path, "utf8").catch(() => undefined);
	if (text === undefined) return;
	const holder = holderOf(text);
	if (!holder || isAlive(holder, path)) throw takenBy(path, holder);
	// Between the reading and now another process may have taken over: what was moved away is looked at again.
	const stale = `${path}.${process.pid}.stale`;
	await rename(path, stale).catch(() => {});
	if ((await readFile(stale, "utf8").catch(() => text)) !== text) await link(stale, path).catch(() => {});
	await rm(stale, { force: true });
}

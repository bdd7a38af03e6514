/** One entry of the list, read anew only where its files have changed. */
import { lstatSync, readFileSync, type Stats } from "node:fs";
import { basename, join } from "node:path";
import { isFlow } from "../run/config.ts";
import { isLocked } from "../run/lock.ts";
import { runPaths } from "../run/paths.ts";
import { readStatus } from "../run/status.ts";
import { sweepPaths } from "../sweep/paths.ts";
import type { Entry } from "./entry.ts";
import type { Found } from "./find-folders.ts";
import { type LastValues, lastValues } from "./last-values.ts";
import { readStudy, readSweepSize } from "./study-files.ts";

export interface Known {
	readonly entry: Entry;
	/** All that it was read from: sizes and times of files, and whether its process lives. */
	readonly mark: string;
	/** The entry without what follows from its children. */
	readonly own: Entry;
	readonly last?: LastValues;
	/** Whether a process works on it. */
	readonly alive: boolean;
}

const watched = ["status.json", "config.json", "metrics.jsonl", "study.json", "sweep.json", "report.html"];

/** `before` itself if nothing has changed. */
export async function readEntry(found: Found, before?: Known): Promise<Known> {
	let changed = 0;
	// A process that was killed changes no file.
	const alive = found.files.has(basename(lockOf(found))) && (await isLocked(lockOf(found)));
	let mark = `${found.kind} ${found.parent ?? ""} ${alive}`;
	const size: Record<string, number> = {};
	for (const name of found.kind === "series" ? ["inspect.json", "metrics.jsonl", "report.html"] : watched) {
		if (!found.files.has(name)) continue;
		const file = plainFile(join(found.folder, name));
		if (!file) continue;
		size[name] = file.size;
		changed = Math.max(changed, file.mtimeMs);
		mark += ` ${name} ${file.size} ${file.mtimeMs} ${file.ino}`;
	}
	if (before?.mark === mark) return before;
	const base = {
		path: found.path,
		hasReport: size["report.html"] !== undefined,
		...(found.parent !== undefined && { parent: found.parent }),
		changed,
	};
	const last = size["metrics.jsonl"] === undefined ? undefined : lastOf(found, size["metrics.jsonl"], before);
	const own: Entry = { ...base, ...(await read(found, last)) };
	return { entry: own, own, mark, alive, ...(last && { last }) };
}

/** Undefined too of what this user may not look at: one folder is no reason to show none. */
function plainFile(path: string): Stats | undefined {
	try {
		const file = lstatSync(path);
		return file.isFile() ? file : undefined;
	} catch {
		return undefined;
	}
}

const lockOf = ({ kind, folder }: Found): string =>
	kind === "sweep" ? sweepPaths(folder).lock : runPaths(folder).lock;

function lastOf({ folder }: Found, size: number, before?: Known): LastValues | undefined {
	try {
		return lastValues(runPaths(folder).metrics, size, before?.last);
	} catch {
		return undefined;
	}
}

type Told = Pick<
	Entry,
	"kind" | "state" | "message" | "step" | "steps" | "loss" | "validationLoss" | "claims"
>;

async function read(found: Found, last: LastValues | undefined): Promise<Told> {
	const { kind, folder } = found;
	if (kind === "run") return readRun(found, last);
	try {
		if (kind === "study") return { kind, ...readStudy(folder) };
		if (kind === "sweep") return { kind, steps: readSweepSize(folder) };
	} catch (error) {
		return { kind, message: messageOf(error) };
	}
	return { kind, ...(kind === "series" && last?.step !== undefined && { step: last.step }) };
}

async function readRun({ folder, files }: Found, last: LastValues | undefined): Promise<Told> {
	const losses = {
		...(last?.loss !== undefined && { loss: last.loss }),
		...(last?.validationLoss !== undefined && { validationLoss: last.validationLoss }),
	};
	let kind: "training" | "flow" = "training";
	try {
		if (isFlow(JSON.parse(readFileSync(runPaths(folder).config, "utf8")))) kind = "flow";
	} catch (error) {
		const message = `\`config.json\` cannot be read: ${messageOf(error)}`;
		return { kind, message, ...(await statusOf(folder, files, last)), ...losses };
	}
	return { kind, ...(await statusOf(folder, files, last)), ...losses };
}

async function statusOf(
	folder: string,
	files: ReadonlySet<string>,
	last: LastValues | undefined,
): Promise<Omit<Told, "kind">> {
	if (!files.has("status.json")) return last?.step === undefined ? {} : { step: last.step };
	try {
		const { state, step, steps, message } = await readStatus(folder);
		return {
			state,
			// The status is written with each checkpoint, rows more often.
			step: state === "running" ? Math.max(step, last?.step ?? 0) : step,
			steps,
			...(message !== undefined && { message }),
		};
	} catch (error) {
		return { message: messageOf(error) };
	}
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

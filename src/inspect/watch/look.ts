/** Looks at the checkpoints of a folder: which are new and whole, and which are waited for, and why. */
import { openWeights } from "../../checkpoint/open-weights.ts";
import type { Series, SeriesEntry } from "../../checkpoint/series.ts";
import type { Ignored } from "../../checkpoint/weights.ts";
import { UserError } from "../../error.ts";
import { type FileState, filesAt, sameFiles } from "./files.ts";
import { isRewritten, type WatchRecord } from "./record.ts";

export interface Waiting extends Ignored {
	readonly isBroken: boolean;
}

/** A change is long past after so many looks. */
const looksAtRest = 5;

/** What was seen of a place. */
export interface Look {
	readonly files: readonly FileState[];
	/** When it was first seen so; milliseconds. */
	readonly since: number;
	/** Why it could not be opened, when it was so. */
	readonly failure?: string;
}

/** Which checkpoints are new and whole, and which are not whole yet. */
export async function lookThrough(
	{ entries }: Series,
	record: WatchRecord,
	looks: Map<string, Look>,
	{ interval, patience }: { readonly interval: number; readonly patience: number },
): Promise<{ whole: SeriesEntry[]; waiting: Waiting[] }> {
	const [whole, waiting]: [SeriesEntry[], Waiting[]] = [[], []];
	const known = new Map(record.entries.map((entry) => [entry.step, entry]));
	for (const entry of entries) {
		const remembered = known.get(entry.step);
		if (remembered?.location === entry.location && !(await isRewritten(remembered))) continue;
		const wait = (reason: string, isBroken = false) =>
			waiting.push({ path: entry.location, reason, isBroken });
		const files = await filesAt(entry.location);
		const before = looks.get(entry.location);
		const now = Date.now();
		const isSame = before !== undefined && sameFiles(before.files, files);
		const look: Look = isSame ? before : { files, since: now };
		looks.set(entry.location, look);
		const lastChange = Math.max(0, ...files.map(({ changed }) => changed));
		if (!isSame && now - lastChange < looksAtRest * interval) {
			wait("is being written");
			continue;
		}
		const failure = isSame && before.failure !== undefined ? before.failure : await failureOf(entry.location);
		if (failure === undefined) {
			whole.push(entry);
			continue;
		}
		looks.set(entry.location, { ...look, failure });
		wait(failure, now - look.since >= patience);
	}
	return { whole, waiting };
}

/** Why it cannot be opened: headers and indexes are read, and compared with the sizes of the files. */
async function failureOf(location: string): Promise<string | undefined> {
	try {
		await (await openWeights(location)).close();
		return undefined;
	} catch (error) {
		if (error instanceof UserError) return error.message;
		throw error;
	}
}

/**
 * Follows a folder into which another program writes checkpoints, and measures each once when it is whole.
 *
 *     look ──▶ files at rest? ──▶ opens? ──▶ measure: first, previous, new ──▶ files still the same? ──▶ take over
 *       ▲          │ no             │ no                                               │ no
 *       └──────────┴────────────────┴──────────────────────────────────────────────────┘
 *
 * At rest means that names, sizes and times of all files are as they were a look before, or that the last change is
 * long past. A checkpoint that is at rest and cannot be opened is named as waiting, and after a while as broken; it is
 * tried again whenever its files change. Numbers of checkpoints that a trainer deletes are kept.
 */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findSeries } from "../checkpoint/find-series.ts";
import { isAddress } from "../checkpoint/location.ts";
import { openWeights } from "../checkpoint/open-weights.ts";
import type { Series, SeriesEntry } from "../checkpoint/series.ts";
import { UserError } from "../error.ts";
import { version } from "../version.ts";
import { measureSeries } from "./measure-series.ts";
import type { SeriesMeasure } from "./series-measure.ts";
import { type FileState, filesAt, sameFiles, stateOf } from "./watch/files.ts";
import { type Look, lookThrough, type Waiting } from "./watch/look.ts";
import { isUnchanged, type Remembered, WatchRecord } from "./watch/record.ts";

export interface WatchOptions {
	/** Milliseconds from one look at the folder to the next. */
	readonly interval: number;
	/** Milliseconds after which a checkpoint at rest that cannot be opened is called broken. */
	readonly patience: number;
	/** The file in which numbers are kept over a restart. */
	readonly memory: string;
	/** Ends the watch. */
	readonly signal: AbortSignal;
	/** Told how far the measuring is: bytes read, of all that will be. */
	readonly onProgress?: (done: number, total: number) => void;
}

export interface Watched {
	/** Undefined until there is a checkpoint. */
	readonly measure: SeriesMeasure | undefined;
	/** Checkpoints that are not whole yet, or broken, and why. */
	readonly waiting: readonly Waiting[];
	/** Steps whose numbers are new. */
	readonly fresh: readonly number[];
}

/**
 * Yields at once what is known, then whenever there are new numbers or something else is waited for, until the signal
 * ends it. Throws UserError if the memory is not one, or the folder is an address.
 */
export async function* watchSeries(folder: string, options: WatchOptions): AsyncGenerator<Watched> {
	const { interval, memory, signal } = options;
	if (isAddress(folder))
		throw new UserError(
			`Expected the folder to watch to be on this machine, got ${folder}. Use \`orrery inspect\`.`,
		);
	const key = `orrery ${version}, ${resolve(folder)}`;
	const record = await WatchRecord.load(memory, key);
	const looks = new Map<string, Look>();
	let told: string | undefined;
	while (!signal.aborted) {
		const { series, reason } = await find(folder);
		const { whole, waiting } = await lookThrough(series, record, looks, options);
		let fresh: number[] = [];
		if (whole.length > 0) {
			fresh = await measureNew(series, whole, record, looks, options);
			if (fresh.length > 0) await record.save(memory, key);
		}
		const nothing = record.entries.length === 0 && waiting.length === 0;
		const all = nothing
			? [{ path: folder, reason: reason ?? "no checkpoint is there yet", isBroken: false }]
			: waiting;
		const now = JSON.stringify(all);
		if (fresh.length > 0 || now !== told) {
			told = now;
			const measure = record.entries.length > 0 ? record.measure(series) : undefined;
			yield { measure, waiting: all, fresh };
		}
		await sleep(interval, undefined, { signal }).catch(() => {});
	}
}

/** Nothing there yet is no error of a watch. */
async function find(folder: string): Promise<{ series: Series; reason?: string }> {
	try {
		return { series: await findSeries(folder) };
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return { series: { location: folder, entries: [], ignored: [] }, reason: error.message };
	}
}

/** Measures new checkpoints against their neighbours and the first, and takes over those that did not change meanwhile. */
async function measureNew(
	series: Series,
	whole: readonly SeriesEntry[],
	record: WatchRecord,
	looks: Map<string, Look>,
	{ signal, onProgress }: WatchOptions,
): Promise<number[]> {
	const stillThere: SeriesEntry[] = [];
	for (const entry of record.entries) if (await isUnchanged(entry)) stillThere.push(entry);
	const isNew = (entry: SeriesEntry) => whole.some(({ step }) => step === entry.step);
	const all = [...whole, ...stillThere.filter((entry) => !isNew(entry))].sort((a, b) => a.step - b.step);
	// A new first checkpoint is what all others are compared with.
	const needed = isNew(all[0]!)
		? all
		: all.filter(
				(entry, i) => i === 0 || isNew(entry) || [all[i - 1], all[i + 1]].some((e) => e && isNew(e)),
			);
	const files = new Map(
		await Promise.all(needed.map(async (entry) => [entry.step, await weightsFiles(entry)] as const)),
	);
	const fail = (location: string, failure: string) =>
		looks.set(location, { files: [], since: Date.now(), ...looks.get(location), failure });
	let measure: SeriesMeasure;
	try {
		measure = await measureSeries(
			{ ...series, entries: needed },
			{ signal, ...(onProgress && { onProgress }) },
		);
	} catch (error) {
		if (signal.aborted) return [];
		if (!(error instanceof UserError)) throw error;
		// None can be read to its end.
		for (const { location } of whole) fail(location, error.message);
		return [];
	}
	const taken: Remembered[] = [];
	for (const [i, entry] of needed.entries()) {
		const { step, location } = entry;
		if (!measure.steps.includes(step)) {
			// It opens but cannot be read to its end: to be looked at again when its files change.
			fail(location, measure.ignored.find(({ path }) => path === location)?.reason ?? "cannot be read");
			continue;
		}
		const read = files.get(step)!;
		const now = await Promise.all(read.map(({ path }) => stateOf(path)));
		const look = isNew(entry) ? looks.get(location) : undefined;
		const isAsSeen = !look || sameFiles(look.files, await filesAt(location));
		if (read.length === 0 || !sameFiles(read, now) || !isAsSeen) {
			// What was compared with it is void as well: all of these are measured again after the next look.
			looks.delete(location);
			return [];
		}
		if (needed === all || isNew(entry) || (i > 0 && isNew(needed[i - 1]!)))
			taken.push({ step, location, files: read });
	}
	record.add(measure, taken);
	return taken.map(({ step }) => step);
}

/** The files that hold its tensors, as they are now; none if it cannot be opened any more. */
async function weightsFiles({ location }: SeriesEntry): Promise<FileState[]> {
	try {
		const weights = await openWeights(location);
		await weights.close();
		const states = await Promise.all(weights.files.map(stateOf));
		return states.filter((state) => state !== undefined);
	} catch (error) {
		if (error instanceof UserError) return [];
		throw error;
	}
}

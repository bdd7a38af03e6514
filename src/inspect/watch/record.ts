/**
 * What a watch remembers of the checkpoints that it has measured: their numbers, and the files that they came from. It
 * outlives the files, which a trainer may delete, and the watch itself: it is kept as a JSON file.
 */
import { readFile } from "node:fs/promises";
import type { Series, SeriesEntry } from "../../checkpoint/series.ts";
import type { Ignored } from "../../checkpoint/weights.ts";
import { replaceFile } from "../../run/replace-file.ts";
import { copiesAmong } from "../copies.ts";
import type { SeriesMeasure, TensorMeasure, TensorSeries } from "../series-measure.ts";
import { type FileState, sameFiles, stateOf } from "./files.ts";
import { parseRecord } from "./saved-record.ts";

/** A checkpoint that was measured. */
export interface Remembered extends SeriesEntry {
	/** The files of its weights, as they were when they were read. */
	readonly files: readonly FileState[];
}

/** One tensor's numbers by step. */
type Numbers = Omit<TensorSeries, "measures" | "copyOf"> & { readonly at: Map<number, TensorMeasure> };

export class WatchRecord {
	/** By rising step. */
	readonly #entries: Remembered[] = [];
	readonly #tensors = new Map<string, Numbers>();
	/** Tensors that are no parameters, and files beside the weights, of the measurement made last. */
	#ignored: readonly Ignored[] = [];
	#bytes = 0;
	#seconds = 0;

	get entries(): readonly Remembered[] {
		return this.#entries;
	}

	/**
	 * Takes over the numbers of the steps `taken`. `measure` is of some checkpoints only, so that the one that it had
	 * before a step, or as the first, may not be the one that is: such differences are left out.
	 */
	add(measure: SeriesMeasure, taken: readonly Remembered[]): void {
		for (const entry of taken) {
			const at = this.#entries.findIndex(({ step }) => step >= entry.step);
			const isThere = this.#entries[at]?.step === entry.step;
			this.#entries.splice(at < 0 ? this.#entries.length : at, isThere ? 1 : 0, entry);
		}
		const steps = this.#entries.map(({ step }) => step);
		const isAll = steps.join() === measure.steps.join();
		const hasFirst = steps[0] === measure.steps[0];
		for (const { step } of taken) {
			const i = measure.steps.indexOf(step);
			const previous = steps[steps.indexOf(step) - 1] === measure.steps[i - 1];
			for (const { name, role, measures } of measure.tensors) {
				const numbers = this.#tensors.get(name) ?? { name, role, at: new Map() };
				this.#tensors.set(name, { ...numbers, role });
				const now = measures[i];
				if (!now) {
					numbers.at.delete(step);
					continue;
				}
				const { squaredStep, squaredDistance, ...rest } = now;
				const toFirst = isAll || (hasFirst && measures[0]?.shape.join() === now.shape.join());
				numbers.at.set(step, {
					...rest,
					...(previous && squaredStep !== undefined && { squaredStep }),
					...(toFirst && squaredDistance !== undefined && { squaredDistance }),
				});
			}
		}
		const inFolder = new Set(measure.series.ignored.map(({ path }) => path));
		this.#ignored = measure.ignored.filter(({ path }) => !inFolder.has(path));
		this.#bytes += measure.bytes;
		this.#seconds += measure.seconds;
	}

	/** All that was measured, as if at once. */
	measure(series: Series): SeriesMeasure {
		const steps = this.#entries.map(({ step }) => step);
		const tensors = [...this.#tensors.values()].map(({ name, role, at }) => ({
			name,
			role,
			copyOf: undefined,
			measures: steps.map((step) => at.get(step)),
		}));
		const copies = copiesAmong(tensors);
		const entries = this.#entries.map(({ step, location }) => ({ step, location }));
		return {
			series: { ...series, entries },
			steps,
			tensors: tensors.map((tensor) => ({ ...tensor, copyOf: copies.get(tensor.name) })),
			ignored: [...series.ignored, ...this.#ignored],
			bytes: this.#bytes,
			seconds: this.#seconds,
		};
	}

	/** `key` says what the numbers are of: where, and measured how. */
	async save(path: string, key: string): Promise<void> {
		const tensors = [...this.#tensors.values()].map(({ at, ...tensor }) => ({ ...tensor, at: [...at] }));
		const { entries } = this;
		const record = {
			key,
			entries,
			tensors,
			ignored: this.#ignored,
			bytes: this.#bytes,
			seconds: this.#seconds,
		};
		await replaceFile(path, `${JSON.stringify(record)}\n`);
	}

	/**
	 * What was saved. Empty if nothing was saved, or under another key. Throws UserError if the file is not one of these.
	 */
	static async load(path: string, key: string): Promise<WatchRecord> {
		const record = new WatchRecord();
		const text = await readFile(path, "utf8").catch(() => undefined);
		if (text === undefined) return record;
		const saved = parseRecord(text, path);
		if (saved.key !== key) return record;
		record.#entries.push(...saved.entries);
		for (const { at, role, ...tensor } of saved.tensors)
			record.#tensors.set(tensor.name, {
				...tensor,
				role: { ...role, stack: role.stack, layer: role.layer },
				at: new Map(at.map(([step, measure]) => [step, measure as TensorMeasure])),
			});
		record.#ignored = saved.ignored;
		record.#bytes = saved.bytes;
		record.#seconds = saved.seconds;
		return record;
	}
}

/** Whether its files are as they were read. */
export const isUnchanged = async ({ files }: Remembered): Promise<boolean> =>
	sameFiles(files, await Promise.all(files.map(({ path }) => stateOf(path))));

/** Whether something else lies where it was. Deleted is not rewritten. */
export async function isRewritten({ files }: Remembered): Promise<boolean> {
	const now = await Promise.all(files.map(({ path }) => stateOf(path)));
	return now.some((state) => state) && !sameFiles(files, now);
}

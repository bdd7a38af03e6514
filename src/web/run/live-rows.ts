/**
 * The rows behind the figures of a page, kept current while the runs go on: all of them once, thinned by the server, then
 * only those that came after the last. When as many again have come as a chart shows, all are asked for anew, so a page that
 * stays open for days never holds more. A Svelte store.
 */
import { writable } from "svelte/store";
import type { Row } from "../../figure/figure.ts";
import type { Entry } from "../../query/entry.ts";
import type { MetricsAnswer, MetricsQuery } from "../../query/metrics-query.ts";
import { ask } from "../shell/api.ts";

export type RowsQuery = Omit<MetricsQuery, "from" | "to">;

export interface RowsState {
	/** Of each run by rising step; another list whenever they change. `run` is the entry's path. */
	readonly rows: readonly Row[];
	/** The keys found, sorted. */
	readonly keys: readonly string[];
	/** Whether the server left rows out, whose extremes are kept. */
	readonly sampled: boolean;
	/** The first answer is not here yet. */
	readonly isLoading: boolean;
	/** Why nothing, or nothing new, could be read. */
	readonly problem?: string | undefined;
}

export type AskRows = (query: MetricsQuery, signal: AbortSignal) => Promise<MetricsAnswer>;

const askServer: AskRows = ({ runs, keys, points, axis, from }, signal) =>
	ask<MetricsAnswer>("metrics", { run: runs, key: keys, points, axis, from }, { signal });

const none: RowsState = { rows: [], keys: [], sampled: false, isLoading: true };
const defaultPoints = 600;
/** After an answer it rests so many times as long as the answer took, and at most so many milliseconds. */
const [restFactor, longestRest] = [3, 10_000];
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

export class LiveRows {
	#state = none;
	readonly #store = writable(none);
	readonly #ask: AskRows;
	#query: RowsQuery | undefined;
	/** By path: as they were when last asked for. */
	readonly #seen = new Map<string, Entry>();
	/** The last step of each run that is shown, and how many rows came since all were asked for. */
	#last: ReadonlyMap<string, number> = new Map();
	#added = 0;
	#abort = new AbortController();
	#isAsking = false;
	#latest: ReadonlyMap<string, Entry> = new Map();

	readonly subscribe = this.#store.subscribe;

	constructor(askRows: AskRows = askServer) {
		this.#ask = askRows;
	}

	/** Shows another set of rows, or the same: call it whenever the question or an entry may have changed. */
	follow(query: RowsQuery, entries: ReadonlyMap<string, Entry>): void {
		this.#latest = entries;
		if (JSON.stringify(query) !== JSON.stringify(this.#query)) {
			const isOther = query.runs.join("\n") !== this.#query?.runs.join("\n");
			this.#query = query;
			this.#restart();
			if (isOther || query.runs.length === 0) this.#tell({ ...none, isLoading: query.runs.length > 0 });
		}
		void this.#catchUp();
	}

	/** Ends what is under way. */
	stop(): void {
		this.#abort.abort();
		this.#query = undefined;
	}

	#restart(): void {
		this.#abort.abort();
		this.#abort = new AbortController();
		this.#isAsking = false;
		this.#seen.clear();
		this.#last = new Map();
	}

	/** One question at a time; what changed meanwhile is asked for after it. */
	async #catchUp(): Promise<void> {
		while (this.#query && !this.#isAsking) {
			const query = this.#query;
			const known = query.runs.filter((path) => this.#latest.has(path));
			const changed = known.filter((path) => this.#seen.get(path) !== this.#latest.get(path));
			if (changed.length === 0) return;
			const isAll = this.#mustAskAll(query, changed);
			const asked = isAll ? known : changed;
			for (const path of asked) this.#seen.set(path, this.#latest.get(path)!);
			const { signal } = this.#abort;
			this.#isAsking = true;
			const begin = performance.now();
			try {
				// The last step once more: its row may have got more keys.
				const from = isAll ? undefined : Math.min(...asked.map((path) => this.#last.get(path) ?? 0));
				const answer = await this.#ask(
					{ ...query, runs: asked, ...(from !== undefined && { from }) },
					signal,
				);
				if (signal.aborted) return;
				if (!isAll && this.#isOtherRun(answer.rows)) {
					this.#restart();
					continue;
				}
				this.#take(answer, isAll ? undefined : { asked, from: from! });
			} catch (error) {
				if (signal.aborted) return;
				this.#tell({ ...this.#state, isLoading: false, problem: (error as Error).message });
				// At the next change it is asked again.
			}
			// Long files are no reason to keep the server at work all the time.
			await pause(Math.min(longestRest, restFactor * (performance.now() - begin)));
			if (signal.aborted) return;
			this.#isAsking = false;
		}
	}

	/** At first; where a run was resumed from an earlier step; where too many rows have come. */
	#mustAskAll({ points = defaultPoints }: RowsQuery, changed: readonly string[]): boolean {
		if (this.#last.size === 0 || this.#added > points) return true;
		return changed.some((path) => {
			const step = this.#latest.get(path)?.step;
			return step !== undefined && step < (this.#last.get(path) ?? 0);
		});
	}

	/** Whether a last row has changed: another run was written where the one that is shown was. */
	#isOtherRun(rows: readonly Row[]): boolean {
		return rows.some((row) => {
			if (this.#last.get(row.run) !== row.step) return false;
			const before = this.#state.rows.findLast(({ run, step }) => run === row.run && step === row.step);
			return Object.entries(row).some(([key, value]) => value !== (before?.[key] ?? value));
		});
	}

	#take(answer: MetricsAnswer, part: { asked: readonly string[]; from: number } | undefined): void {
		let { rows, keys, sampled } = answer;
		if (part) {
			const isReplaced = ({ run, step }: Row) => step >= part.from && part.asked.includes(run);
			const kept = this.#state.rows.filter((row) => !isReplaced(row));
			this.#added += rows.length - (this.#state.rows.length - kept.length);
			rows = this.#query!.runs.flatMap((path) => [
				...kept.filter(({ run }) => run === path),
				...answer.rows.filter(({ run }) => run === path),
			]);
			keys = [...new Set([...this.#state.keys, ...keys])].sort();
			sampled ||= this.#state.sampled;
		} else this.#added = 0;
		const last = new Map<string, number>();
		for (const { run, step } of rows) last.set(run, step);
		this.#last = last;
		this.#tell({ rows, keys, sampled, isLoading: false });
	}

	#tell(state: RowsState): void {
		this.#state = state;
		this.#store.set(state);
	}
}

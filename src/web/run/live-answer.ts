/**
 * An answer of the server about one entry, asked for again whenever an entry that it speaks of has changed, with pauses: a
 * run that writes ten times a second is no reason to ask ten times. A Svelte store.
 */
import { writable } from "svelte/store";
import type { Entry } from "../../query/entry.ts";

export interface AnswerState<T> {
	/** The last that came. */
	readonly answer?: T;
	/** Why there is none, or no newer one. */
	readonly problem?: string;
}

export class LiveAnswer<T> {
	#state: AnswerState<T> = {};
	readonly #store = writable<AnswerState<T>>({});
	readonly #ask: (path: string, signal: AbortSignal) => Promise<T>;
	readonly #pause: number;
	readonly #abort = new AbortController();
	#asked: readonly Entry[] | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** When the next question may be put. */
	#next = 0;
	#isAsking = false;

	readonly subscribe = this.#store.subscribe;

	/** `pause` in milliseconds, from an answer to the next question. */
	constructor(ask: (path: string, signal: AbortSignal) => Promise<T>, pause = 2000) {
		this.#ask = ask;
		this.#pause = pause;
	}

	/** What the answer about `path` depends on, as it is now; call it whenever that may have changed. */
	follow(path: string, entries: readonly Entry[]): void {
		const isSame =
			this.#asked?.length === entries.length && entries.every((entry, i) => entry === this.#asked![i]);
		if (isSame || this.#abort.signal.aborted) return;
		clearTimeout(this.#timer);
		const put = () => void this.#put(path, entries);
		this.#timer = setTimeout(put, Math.max(0, this.#next - performance.now()));
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#abort.abort();
	}

	async #put(path: string, entries: readonly Entry[]): Promise<void> {
		// The answer that is under way may be older than the change.
		if (this.#isAsking) {
			this.#timer = setTimeout(() => void this.#put(path, entries), this.#pause);
			return;
		}
		this.#asked = entries;
		this.#isAsking = true;
		try {
			const answer = await this.#ask(path, this.#abort.signal);
			this.#tell({ answer });
		} catch (error) {
			if (!this.#abort.signal.aborted) this.#tell({ ...this.#state, problem: (error as Error).message });
		}
		this.#isAsking = false;
		this.#next = performance.now() + this.#pause;
	}

	#tell(state: AnswerState<T>): void {
		this.#state = state;
		this.#store.set(state);
	}
}

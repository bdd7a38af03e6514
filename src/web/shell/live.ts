/**
 * What lies in the served folder, as it changes: every page reads this one list, which the server's events keep current.
 * A Svelte store.
 */
import { writable } from "svelte/store";
import type { Entry } from "../../query/entry.ts";
import type { ChangeEvent, EntriesAnswer, WordsAnswer } from "../../server/api-types.ts";
import { apiUrl, ask } from "./api.ts";

export interface LiveState {
	/** By path. Replaced, never changed; an entry that did not change stays the same object. */
	readonly entries: ReadonlyMap<string, Entry>;
	/** What tells each run apart from its siblings, by path; follows the entries. */
	readonly words: Readonly<Record<string, string>>;
	/** The served folder, as its machine names it. */
	readonly folder: string;
	readonly mayStop: boolean;
	/** `lost`: the server does not answer; it is asked again until it does. */
	readonly connection: "loading" | "live" | "lost";
	/** Why nothing could be read. */
	readonly problem?: string | undefined;
}

const retryDelay = 2000;
/** Words need every configuration read. */
const wordsDelay = 500;

export class Live {
	#state: LiveState = { entries: new Map(), words: {}, folder: "", mayStop: false, connection: "loading" };
	readonly #store = writable(this.#state);
	#source: EventSource | undefined;
	#wordsTimer: ReturnType<typeof setTimeout> | undefined;

	readonly subscribe = this.#store.subscribe;

	/** Begins to listen. */
	start(): void {
		if (this.#source) return;
		const source = new EventSource(apiUrl("events"));
		this.#source = source;
		source.addEventListener("ready", () => void this.#load());
		source.addEventListener("change", ({ data }) => this.#change(JSON.parse(data) as ChangeEvent));
		source.addEventListener("error", () => {
			this.#tell({ connection: "lost" });
			// A refusal ends a source for good; a broken connection it mends itself.
			if (source.readyState !== EventSource.CLOSED) return;
			this.#source = undefined;
			setTimeout(() => this.start(), retryDelay);
			if (this.#state.entries.size === 0) void this.#load();
		});
	}

	async #load(): Promise<void> {
		try {
			const { folder, entries, mayStop } = await ask<EntriesAnswer>("entries");
			const byPath = new Map(entries.map((entry) => [entry.path, entry]));
			this.#tell({ folder, mayStop, entries: byPath, connection: "live", problem: undefined });
			this.#askWords();
		} catch (error) {
			this.#tell({ connection: "lost", problem: (error as Error).message });
		}
	}

	#change({ changed, removed }: ChangeEvent): void {
		const entries = new Map(this.#state.entries);
		const hasNew = changed.some(({ path }) => !entries.has(path));
		for (const path of removed) entries.delete(path);
		for (const entry of changed) entries.set(entry.path, entry);
		this.#tell({ entries, connection: "live" });
		if (hasNew || removed.length > 0) this.#askWords();
	}

	#askWords(): void {
		clearTimeout(this.#wordsTimer);
		this.#wordsTimer = setTimeout(async () => {
			// Without words the list is as good as it was.
			const answer = await ask<WordsAnswer>("words").catch(() => undefined);
			if (answer) this.#tell({ words: answer.words });
		}, wordsDelay);
	}

	#tell(changes: Partial<LiveState>): void {
		this.#state = { ...this.#state, ...changes };
		this.#store.set(this.#state);
	}
}

/** The page's own; the dashboard starts it. */
export const live = new Live();

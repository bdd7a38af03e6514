/**
 * What has changed in the folder, for any number of open pages at the price of one.
 *
 * Each page remembers the list that it was last told of, so one that reads slowly is told less often, and then of the
 * latest state.
 */
import type { Catalogue, Changes } from "../query/catalogue.ts";
import type { Entry } from "../query/entry.ts";
import type { ChangeEvent } from "./api-types.ts";

type Listing = ReadonlyMap<string, Entry>;

export class ChangeFeed {
	readonly #catalogue: Catalogue;
	/** Pages that listen. The catalogue is watched while there are any. */
	#listeners = 0;
	#stopWatching = () => {};
	/** Replaced, never changed. */
	#listing: Promise<Listing> = Promise.resolve(new Map());
	/** Pages that wait for the next listing. */
	#waiting: (() => void)[] = [];

	constructor(catalogue: Catalogue) {
		this.#catalogue = catalogue;
	}

	/**
	 * Changes from the first event on, which is empty, until `signal` is aborted.
	 * Throws a `UserError` if the folder cannot be read.
	 */
	async *follow(signal: AbortSignal): AsyncGenerator<ChangeEvent> {
		if (this.#listeners++ === 0) this.#watch();
		const wake = () => this.#wake();
		signal.addEventListener("abort", wake);
		try {
			let told = await this.#listing;
			yield { changed: [], removed: [] };
			while (!signal.aborted) {
				const now = await this.#listing;
				if (now === told) await new Promise<void>((resolve) => this.#waiting.push(resolve));
				else {
					const before = told;
					told = now;
					yield between(before, now);
				}
			}
		} finally {
			signal.removeEventListener("abort", wake);
			if (--this.#listeners === 0) this.#stopWatching();
		}
	}

	#watch(): void {
		this.#stopWatching = this.#catalogue.changes((changes) => {
			this.#listing = this.#listing.then((before) => after(before, changes));
			this.#wake();
		});
		this.#listing = this.#catalogue
			.list()
			.then((entries) => new Map(entries.map((entry) => [entry.path, entry])));
		// Whoever follows is told.
		this.#listing.catch(() => {});
	}

	#wake(): void {
		for (const resolve of this.#waiting.splice(0)) resolve();
	}
}

function after(before: Listing, { changed, removed }: Changes): Listing {
	const now = new Map(before);
	for (const path of removed) now.delete(path);
	for (const entry of changed) now.set(entry.path, entry);
	return now;
}

/** An entry that has not changed is the same object as before. */
const between = (before: Listing, now: Listing): ChangeEvent => ({
	changed: [...now.values()].filter((entry) => before.get(entry.path) !== entry),
	removed: [...before.keys()].filter((path) => !now.has(path)),
});

/**
 * A folder of runs as a list, kept up to date at the price of looking at times and sizes of files.
 *
 * Every entry is read once and again only when a file of its own has changed, so the list of a thousand runs costs a few
 * thousand questions to the file system and no reading. An entry that has not changed is the same object as before.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { Entry } from "./entry.ts";
import { findFolders } from "./find-folders.ts";
import { type Known, readEntry } from "./read-entry.ts";
import { summarise } from "./summarise.ts";

export interface Changes {
	/** Entries that are new or differ from what they were. */
	readonly changed: readonly Entry[];
	/** Paths of those that are gone. */
	readonly removed: readonly string[];
}

export interface Catalogue {
	readonly root: string;
	/** The last changed first. What cannot be read has a `message`. */
	list(): Promise<Entry[]>;
	/**
	 * Calls `onChange` within about a second after something has changed, until the returned function is called. What is
	 * seen as a change is told from the next list on, this one or one asked for.
	 */
	changes(onChange: (changes: Changes) => void): () => void;
}

/** Pause between two looks, and at least so many times the length of a look: a slow disk is not asked all the time. */
const pause = 700;
const restFactor = 10;

export function openCatalogue(root: string): Catalogue {
	let known: ReadonlyMap<string, Known> = new Map();
	let listing: Promise<Entry[]> | undefined;

	async function look(): Promise<Entry[]> {
		const found = await findFolders(root);
		const now = new Map<string, Known>();
		for (const [i, folder] of found.entries()) {
			// A thousand entries are no reason to keep others waiting.
			if (i % 50 === 49) await turn();
			now.set(folder.path, await readEntry(folder, known.get(folder.path)));
		}
		summarise(now, known);
		known = now;
		return [...now.values()].map(({ entry }) => entry).sort((x, y) => y.changed - x.changed);
	}

	/** Who asks while another's question is open gets the same answer. */
	const list = (): Promise<Entry[]> => {
		listing ??= look().finally(() => {
			listing = undefined;
		});
		return listing;
	};

	function changes(onChange: (changes: Changes) => void): () => void {
		let before: Map<string, Entry> | undefined;
		let timer: NodeJS.Timeout | undefined;
		let closed = false;
		const poll = async () => {
			const start = performance.now();
			const now = new Map((await list()).map((entry) => [entry.path, entry]));
			if (closed) return;
			if (before) {
				const changed = [...now.values()].filter((entry) => before!.get(entry.path) !== entry);
				const removed = [...before.keys()].filter((path) => !now.has(path));
				if (changed.length + removed.length > 0) onChange({ changed, removed });
			}
			before = now;
			next(Math.max(pause, restFactor * (performance.now() - start)));
		};
		// A folder that is gone for a moment is asked for again.
		const next = (milliseconds: number) => {
			timer = setTimeout(() => void poll().catch(() => next(pause)), milliseconds);
			timer.unref();
		};
		void poll().catch(() => next(pause));
		return () => {
			closed = true;
			clearTimeout(timer);
		};
	}

	return { root, list, changes };
}

/**
 * The list of runs as lines: filtered, sorted, and with the runs of a study or sweep under it. Everything the list shows
 * is a function of the entries and of the view, which the address holds.
 */
import type { Entry } from "../../query/entry.ts";
import { isGlob, matchesGlob } from "../../run/key-glob.ts";
import { choice, flag, list, type StateOf, text } from "../shell/query-state.ts";

export const sortKeys = ["changed", "name", "state", "loss", "validation"] as const;
export type SortKey = (typeof sortKeys)[number];

export const listParameters = {
	/** As `matcher` reads it. */
	filter: text(),
	sort: choice<SortKey>(sortKeys),
	/** Whether the order is the other way round than that in which the key begins. */
	reverse: flag(),
	/** Runs under their study or sweep; or all in one list. */
	group: flag(true),
	/** Paths of the groups that are open. */
	open: list(),
	/** Paths of the runs that are selected. */
	run: list(),
};
export type ListView = StateOf<typeof listParameters>;

export interface Line {
	readonly entry: Entry;
	/** What it is called here: in a group, within its folder. */
	readonly name: string;
	/** How many groups it stands in. */
	readonly depth: number;
	/** Of a group. */
	readonly group?: Group;
}

export interface Group {
	readonly isOpen: boolean;
	/** Entries under it, those within other groups of it too. */
	readonly size: number;
	/** How many of them are in which state: `2 running, 30 finished`. */
	readonly tally: string;
}

type Words = Readonly<Record<string, string>>;

/** The lines to be shown, first to last. */
export function arrange(entries: ReadonlyMap<string, Entry>, words: Words, view: ListView): Line[] {
	const matches = matcher(view.filter, words);
	const all = [...entries.values()];
	const compare = comparison(view);
	if (!view.group)
		return all
			.filter(matches)
			.sort((a, b) => compare(a, b))
			.map((entry) => ({ entry, name: nameOf(entry), depth: 0 }));

	const children = new Map<string | undefined, Entry[]>();
	for (const entry of all) {
		// Of a study that cannot be seen from here the runs stand by themselves.
		const parent = entry.parent !== undefined && entries.has(entry.parent) ? entry.parent : undefined;
		const siblings = children.get(parent);
		if (siblings) siblings.push(entry);
		else children.set(parent, [entry]);
	}
	const open = new Set(view.open);
	const isFiltered = view.filter.trim() !== "";

	interface Branch {
		readonly entry: Entry;
		readonly matches: boolean;
		readonly branches: readonly Branch[];
		/** All under it, and what it is sorted by. */
		readonly below: readonly Entry[];
		readonly rank: Entry;
	}
	const branch = (entry: Entry): Branch | undefined => {
		const branches = (children.get(entry.path) ?? []).flatMap((child) => branch(child) ?? []);
		const own = matches(entry);
		if (!own && branches.length === 0) return undefined;
		const below = branches.flatMap((each) => [each.entry, ...each.below]);
		return { entry, matches: own, branches, below, rank: rankOf(entry, below) };
	};
	const linesOf = (branches: readonly Branch[], depth: number, parent?: string): Line[] =>
		branches
			.toSorted((a, b) => compare(a.rank, b.rank))
			.flatMap(({ entry, matches: own, branches: inner, below }) => {
				const line = { entry, name: nameOf(entry, parent), depth };
				if (below.length === 0) return [line];
				// What was found within is shown; a group that was found itself is as it was left.
				const isOpen = open.has(entry.path) || (isFiltered && !own);
				const group = { isOpen, size: below.length, tally: tallyOf(below) };
				return [{ ...line, group }, ...(isOpen ? linesOf(inner, depth + 1, entry.path) : [])];
			});
	return linesOf(
		(children.get(undefined) ?? []).flatMap((entry) => branch(entry) ?? []),
		0,
	);
}

/** Whether an entry has metrics that can be laid over those of others. */
export const isComparable = ({ kind }: Entry): boolean =>
	kind === "training" || kind === "flow" || kind === "series";

/** `.` is the served folder itself. */
export function nameOf({ path }: Entry, parent?: string): string {
	if (parent !== undefined && path.startsWith(`${parent}/`)) return path.slice(parent.length + 1);
	return path || ".";
}

/**
 * What a filter lets through. All of its terms must be found in the path, the kind, the state or the words of an entry;
 * a term with a minus must not. Case does not matter. A glob must describe the whole path; quotes hold spaces together.
 *
 *     pre running            cells/* -diverged            "lr 1e-3"
 */
export function matcher(filter: string, words: Words): (entry: Entry) => boolean {
	const terms = (filter.toLowerCase().match(/-?"[^"]*"?|\S+/g) ?? []).map((term) => {
		const wanted = term.replace(/^-/, "").replaceAll('"', "");
		// A minus by itself is the beginning of something.
		return { isExcluded: term.startsWith("-") && wanted !== "", wanted };
	});
	return (entry) => {
		const path = entry.path.toLowerCase();
		const said = `${path} ${entry.kind} ${entry.state ?? ""} ${words[entry.path] ?? ""}`.toLowerCase();
		return terms.every(({ isExcluded, wanted }) => {
			const isFound = said.includes(wanted) || (isGlob(wanted) && matchesGlob(path, wanted));
			return isFound !== isExcluded;
		});
	};
}

/** A group stands where the best of its entries would: the latest change, the least loss. */
function rankOf(entry: Entry, below: readonly Entry[]): Entry {
	if (below.length === 0) return entry;
	const least = (key: "loss" | "validationLoss") => {
		const values = [entry, ...below].flatMap((each) => each[key] ?? []);
		return values.length > 0 ? { [key]: values.reduce((x, y) => Math.min(x, y)) } : {};
	};
	const changed = below.reduce((latest, each) => Math.max(latest, each.changed), entry.changed);
	const isRunning = below.some(({ state }) => state === "running");
	return {
		...entry,
		changed,
		...(isRunning && { state: "running" }),
		...least("loss"),
		...least("validationLoss"),
	};
}

const states = ["running", "diverged", "failed", "interrupted", "finished"];

/** The latest first, names by their numbers, what runs first, the least loss first; what has no value comes last. */
function comparison({ sort, reverse }: Pick<ListView, "sort" | "reverse">): (a: Entry, b: Entry) => number {
	const sign = reverse ? -1 : 1;
	const byName = (a: Entry, b: Entry) => collator.compare(a.path, b.path);
	const by = (value: (entry: Entry) => number | undefined) => (a: Entry, b: Entry) => {
		const [x, y] = [value(a), value(b)];
		if (x === undefined || y === undefined)
			return Number(x === undefined) - Number(y === undefined) || byName(a, b);
		return sign * (x - y) || byName(a, b);
	};
	switch (sort) {
		case "name":
			return (a, b) => sign * byName(a, b);
		case "changed":
			return by(({ changed }) => -changed);
		case "state":
			return by(({ state }) => (state === undefined ? undefined : states.indexOf(state)));
		case "loss":
			return by(({ loss }) => loss);
		case "validation":
			return by(({ validationLoss }) => validationLoss);
	}
}

const collator = new Intl.Collator("en", { numeric: true });

export function tallyOf(entries: readonly Entry[]): string {
	const counts = states.map(
		(state) => [state, entries.filter((entry) => entry.state === state).length] as const,
	);
	return counts
		.flatMap(([state, count]) => (count > 0 ? [`${count.toLocaleString("en")} ${state}`] : []))
		.join(", ");
}

/** `now`, `5 min ago`, `3 h ago`, `2 days ago`, then the date. Both in milliseconds since 1970. */
export function ago(time: number, now: number): string {
	const minutes = Math.floor((now - time) / 60_000);
	if (minutes < 1) return "now";
	if (minutes < 60) return `${minutes} min ago`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return `${hours} h ago`;
	const days = Math.floor(hours / 24);
	if (days < 14) return days === 1 ? "1 day ago" : `${days} days ago`;
	return new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}

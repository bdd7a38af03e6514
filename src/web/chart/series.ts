/**
 * The table behind a figure as series: what a cursor reads, and what the keyboard walks. A series is one column of
 * values for one combination of the words of its rows (run, layer, law), in order of the horizontal axis.
 */
import type { DataRow } from "../../figure/figure.ts";
import type { Shows } from "../../figure/time-scale.ts";

export interface Point {
	/** On the horizontal axis. */
	readonly at: number;
	readonly value: number;
}

export interface Series {
	/** What tells it apart: `pre, layer 3`; with the column where there are several: `pre, val/loss`. */
	readonly label: string;
	readonly column: string;
	/** The words of its rows, by column. */
	readonly words: Readonly<Record<string, string>>;
	/** Ascending in `at`; at least one. */
	readonly points: readonly Point[];
}

/** All series of a table, in order of appearance. `values` names the columns with values; default: those with numbers. */
export function seriesOf(rows: readonly DataRow[], column: string, values?: readonly string[]): Series[] {
	const found = new Map<string, { column: string; words: Record<string, string>; points: Point[] }>();
	const columns = new Set<string>();
	for (const row of rows) {
		const at = row[column];
		if (typeof at !== "number") continue;
		const words: Record<string, string> = {};
		const numbers: [string, number][] = [];
		for (const [key, value] of Object.entries(row)) {
			if (key === column) continue;
			if (typeof value === "number" && (values?.includes(key) ?? true)) numbers.push([key, value]);
			else words[key] = String(value);
		}
		const kind = Object.values(words).join("\0");
		for (const [key, value] of numbers) {
			columns.add(key);
			const name = `${key}\0${kind}`;
			const series = found.get(name) ?? { column: key, words, points: [] };
			series.points.push({ at, value });
			found.set(name, series);
		}
	}
	return [...found.values()].map((series) => {
		const words = Object.entries(series.words).map(([key, word]) =>
			key === "layer" && /^\d+$/.test(word) ? `layer ${word}` : word,
		);
		const parts = [...words, ...(columns.size > 1 ? [series.column] : [])];
		const points = isAscending(series.points) ? series.points : series.points.toSorted((a, b) => a.at - b.at);
		return { ...series, points, label: parts.filter((part) => part !== "").join(", ") || series.column };
	});
}

const isAscending = (points: readonly Point[]): boolean =>
	points.every((point, i) => i === 0 || points[i - 1]!.at <= point.at);

/** The last point at or before a time; undefined before the first. */
export const pointAt = (series: Series, at: number): Point | undefined => series.points[indexAt(series, at)];

/** The index of that point; -1 before the first. */
export function indexAt({ points }: Series, at: number): number {
	let [low, high] = [0, points.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (points[middle]!.at <= at) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}

/** The series that one plot of a drawing shows. */
export const shownBy = (series: readonly Series[], { values, where = {} }: Shows): Series[] =>
	series.filter(
		({ column, words }) =>
			(values?.includes(column) ?? true) &&
			Object.entries(where).every(([key, value]) => words[key] === undefined || words[key] === value),
	);

/** Every place of the series on the axis, ascending. */
export const placesOf = (series: readonly Series[]): number[] =>
	[...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort((x, y) => x - y);

/** The member of an ascending list that is nearest in some measure, which grows with the members. */
export function nearest(
	list: readonly number[],
	to: number,
	measure: (value: number) => number,
): number | undefined {
	let [low, high] = [0, list.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (measure(list[middle]!) < to) low = middle + 1;
		else high = middle;
	}
	const [before, after] = [list[low - 1], list[low]];
	if (before === undefined || after === undefined) return before ?? after;
	return to - measure(before) <= measure(after) - to ? before : after;
}

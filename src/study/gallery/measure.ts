/** How the claims of the gallery sum up values over networks and data sets: by the worst of them. */
import type { Row } from "../../figure/figure.ts";
import { inWords, mean, median } from "../rows.ts";
import type { Measurement } from "../study.ts";

/** The largest of errors; undefined of none. */
export function worst(errors: readonly number[], of: string): Measurement | undefined {
	if (errors.length === 0) return undefined;
	return {
		value: errors.reduce((most, error) => Math.max(most, error), Number.NEGATIVE_INFINITY),
		detail: `Largest of ${errors.length} ${of}; median ${inWords(median(errors))}.`,
	};
}

/** The value farthest from what is expected; undefined of none. */
export function spread(values: readonly number[], expected: number, of: string): Measurement | undefined {
	if (values.length === 0) return undefined;
	const value = values.reduce((far, next) =>
		Math.abs(next - expected) > Math.abs(far - expected) ? next : far,
	);
	return {
		value,
		detail: `Farthest from ${expected} of ${values.length} ${of}, which lie between ${inWords(Math.min(...values))} and ${inWords(Math.max(...values))}.`,
	};
}

/** Of the least-squares line through points (x, y). NaN of fewer than two. */
export function fittedSlope(points: readonly (readonly [x: number, y: number])[]): number {
	const x = mean(points.map((point) => point[0]));
	const y = mean(points.map((point) => point[1]));
	const products = points.map((point) => (point[0] - x) * (point[1] - y));
	const squares = points.map((point) => (point[0] - x) ** 2);
	return mean(products) / mean(squares);
}

/** Rows by the text that a function gives each, in order of appearance. */
export function grouped(rows: readonly Row[], nameOf: (row: Row) => string): Row[][] {
	const groups = new Map<string, Row[]>();
	for (const row of rows) {
		const name = nameOf(row);
		const group = groups.get(name);
		if (group) group.push(row);
		else groups.set(name, [row]);
	}
	return [...groups.values()];
}

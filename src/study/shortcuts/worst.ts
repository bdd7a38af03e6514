/** How the claims of this study sum up rows: by the worst of them, and which that is. */
import type { Row } from "../../figure/figure.ts";
import { inWords, numberOf } from "../rows.ts";
import type { Measurement } from "../study.ts";

type Value = string | ((row: Row) => number);
type Name = (row: Row) => string;

const read = (value: Value) => (typeof value === "string" ? (row: Row) => numberOf(row, value) : value);

/** The largest value of these rows, each named by `name`; undefined of no rows. */
export const largest = (rows: readonly Row[], value: Value, name: Name): Measurement | undefined =>
	extreme(rows, value, name, (a, b) => a > b);

/** The smallest. */
export const smallest = (rows: readonly Row[], value: Value, name: Name): Measurement | undefined =>
	extreme(rows, value, name, (a, b) => a < b);

function extreme(
	rows: readonly Row[],
	value: Value,
	name: Name,
	beyond: (a: number, b: number) => boolean,
): Measurement | undefined {
	if (rows.length === 0) return undefined;
	const of = read(value);
	// What is no number is the worst there is, and makes the claim not measured.
	const worst =
		rows.find((row) => Number.isNaN(of(row))) ??
		rows.reduce((far, row) => (beyond(of(row), of(far)) ? row : far));
	return {
		value: of(worst),
		detail: rows.length === 1 ? `${name(worst)}.` : `${name(worst)}, the worst of ${rows.length}.`,
	};
}

/** `E-SPA 0.005, U-SPA 1.3e-9`: several numbers in a claim's detail. */
export const listed = (entries: readonly (readonly [name: string, value: number])[]): string =>
	entries.map(([name, value]) => `${name} ${inWords(value)}`).join(", ");

/** Reading rows: what the claims and figures of every part are made of. */
import type { Row } from "../figure/figure.ts";

export { median } from "../theory/series.ts";

type Where = Readonly<Record<string, string | number>>;

/** The rows of one analysis in which each key of `where` has that value. */
export const rowsOf = (rows: readonly Row[], analysis: string, where: Where = {}): Row[] =>
	rows.filter(
		(row) => row.run === analysis && Object.entries(where).every(([key, value]) => row[key] === value),
	);

/** The number under a key; NaN where there is none, so that what is computed of it is no number either. */
export const numberOf = (row: Row, key: string): number => {
	const value = row[key];
	return typeof value === "number" ? value : Number.NaN;
};

/** The numbers under one key, of the rows that have one. */
export const numbersOf = (rows: readonly Row[], key: string): number[] =>
	rows.flatMap((row) => (typeof row[key] === "number" ? [row[key]] : []));

/** NaN of an empty list. */
export const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** A number for the words of a claim: four significant digits, 1.8e-12 where small or large. */
export function inWords(value: number): string {
	const size = Math.abs(value);
	return size !== 0 && (size < 1e-3 || size >= 1e5)
		? value.toExponential(1)
		: String(Number(value.toPrecision(4)));
}

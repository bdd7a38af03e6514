/** The data behind a figure as CSV (RFC 4180): full precision, a column for every key, empty where absent. */
import type { DataRow } from "./figure.ts";

/** All keys of the rows, in order of first appearance. */
export const columnsOf = (rows: readonly DataRow[]): string[] => [...new Set(rows.flatMap(Object.keys))];

/** The rows as CSV; `columns` says which and in which order. Default: all. */
export function toCsv(rows: readonly DataRow[], columns: readonly string[] = columnsOf(rows)): string {
	const cell = (value: string | number | undefined) => {
		const text = String(value ?? "");
		return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	};
	const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
	return lines.map((line) => `${line.map(cell).join(",")}\n`).join("");
}

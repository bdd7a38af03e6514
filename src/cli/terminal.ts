/**
 * What goes where: documents that a program may read on stdout, everything said to a person on stderr.
 */
import { styleText } from "node:util";

/** Colours text for stderr, unless it is no terminal, the terminal has no colours, or `NO_COLOR` is set. */
export function paint(format: "red" | "green" | "yellow" | "bold" | "dim", text: string): string {
	return process.stderr.isTTY && process.stderr.hasColors() ? styleText(format, text) : text;
}

/** Says a line to the person at the terminal. */
export function say(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Prints the one JSON document of a command. */
export function printJson(document: unknown): void {
	process.stdout.write(`${JSON.stringify(document, undefined, "\t")}\n`);
}

/** Rows as columns of text, the first row as heading. */
export function formatTable(rows: readonly (readonly string[])[]): string {
	const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
	return rows
		.map((row) =>
			row
				.map((cell, i) => cell.padEnd(widths[i]!))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}

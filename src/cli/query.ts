/** `orrery query`: SQL over a folder of runs. */
import { Command } from "commander";
import { toCsv } from "../figure/csv.ts";
import { querySql, type SqlAnswer, type SqlValue } from "../query/sql.ts";
import { formatTable, printJson, say } from "./terminal.ts";

export const queryCommand = (): Command =>
	new Command("query")
		.description("Ask SQL (DuckDB's) of all runs of a folder.")
		.argument(
			"<sql>",
			"over metrics (run, step, a column for each key) and runs (path, kind, state, step, steps, loss, " +
				"validation_loss, parent, changed, message, config)",
		)
		.argument("[folder]", "the folder of runs", "runs")
		.option("--json", "print columns and rows as one JSON document")
		.option("--csv", "print CSV")
		.addHelpText(
			"after",
			`
Keys are columns in double quotes, a configuration is JSON:
  orrery query 'SELECT run, min("val/loss") AS best FROM metrics GROUP BY run ORDER BY best'
  orrery query "SELECT path, config->>'$.optimizer.learningRate' AS lr, loss FROM runs WHERE state = 'finished'"`,
		)
		.action(async (sql: string, folder: string, { json, csv }: { json?: true; csv?: true }) => {
			const answer = await querySql(folder, sql);
			if (json) printJson({ columns: answer.columns, rows: objectsOf(answer) });
			else if (csv) process.stdout.write(csvOf(answer));
			else {
				process.stdout.write(
					`${formatTable([answer.columns, ...answer.rows.map((row) => row.map(cell))])}\n`,
				);
				say(`${answer.rows.length} ${answer.rows.length === 1 ? "row" : "rows"}`);
			}
		});

const objectsOf = ({ columns, rows }: SqlAnswer): Record<string, SqlValue>[] =>
	rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]!])));

function csvOf({ columns, rows }: SqlAnswer): string {
	// As a row of its own, so that it is there where no row is.
	const heading = Object.fromEntries(columns.map((column) => [column, column]));
	const texts = rows.map((row) =>
		Object.fromEntries(columns.map((column, i) => [column, row[i] === null ? "" : String(row[i])])),
	);
	return toCsv([heading, ...texts]).slice(toCsv([heading]).length / 2);
}

/** Numbers in six digits: `--json` and `--csv` have all of them. */
function cell(value: SqlValue): string {
	if (value === null) return "–";
	if (typeof value !== "number") return String(value);
	return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}

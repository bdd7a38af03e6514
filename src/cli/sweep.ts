/** `orrery sweep`: a grid of runs in child processes. */
import { join } from "node:path";
import { Command } from "commander";
import { UserError } from "../error.ts";
import { readSweep } from "../sweep/config.ts";
import { type CellRecord, hasEnded } from "../sweep/read-cells.ts";
import { runSweep } from "../sweep/run-sweep.ts";
import { Interrupted } from "./exit.ts";
import { followed, wholeNumber } from "./run-options.ts";
import { formatTable, paint, printJson, say } from "./terminal.ts";

interface Options {
	readonly out?: string;
	readonly processes?: number;
	readonly json?: true;
}

export const sweepCommand = (): Command =>
	new Command("sweep")
		.description(
			"One run, a training or a gradient flow, for each combination of values and seeds, some at a time.",
		)
		.argument("<sweep>", "JSON file: base (a run's configuration), axes (values by dotted key), seeds")
		.option("--out <folder>", "the sweep's folder (default: runs/<name>)")
		.option("--processes <n>", "child processes at a time (default: all cores)", wholeNumber(1))
		.option("--json", "print every cell as one JSON document on stdout")
		.addHelpText(
			"after",
			"\nCells that have ended are not run again; missing, interrupted and failed ones are. Axes may be extended.",
		)
		.action(async (path: string, { out, processes, json }: Options) => {
			const sweep = await readSweep(path);
			const directory = out ?? join("runs", sweep.name);
			const { cells, interrupted } = await followed(async ({ signal, onSweep, onNote }) => {
				const cells = await runSweep(sweep, directory, { processes, signal, onProgress: onSweep, onNote });
				return { cells, interrupted: signal.aborted };
			});
			if (json)
				printJson({ directory, cells: cells.map(({ rows, ...cell }) => ({ ...cell, last: rows.at(-1) })) });
			else process.stdout.write(`${cellsTable(cells)}\n`);
			const open = cells.filter(({ state }) => !hasEnded(state));
			if (interrupted && open.length > 0) {
				say(`${paint("yellow", "Interrupted.")} The same command goes on where it stopped.`);
				throw new Interrupted();
			}
			if (open.length > 0)
				throw new UserError(
					`Expected every cell to end, got ${open.length} that failed, such as ${open[0]!.directory}: ` +
						`${open[0]!.message ?? "see above"}\nRun the sweep again to run them alone.`,
				);
			say(`${paint("green", "Finished")} ${directory}: ${countStates(cells)}.`);
		});

function countStates(cells: readonly CellRecord[]): string {
	const states = [...new Set(cells.map(({ state }) => state))];
	return states.map((name) => `${cells.filter(({ state }) => state === name).length} ${name}`).join(", ");
}

/** What is told of a cell's last row, as far as any cell has it. */
const told = { loss: "train/loss", norm: "dyn/norm.encoder", "T1 (κ₀t)": "summary/clock.T1" } as const;

function cellsTable(cells: readonly CellRecord[]): string {
	const axes = Object.keys(cells[0]!.coordinates);
	const columns = Object.entries(told).filter(([, key]) =>
		cells.some(({ rows }) => rows.at(-1)?.[key] !== undefined),
	);
	const number = (value: number | undefined) =>
		value === undefined ? "–" : String(Number(value.toPrecision(5)));
	const names = [...axes.map((axis) => axis.split(".").at(-1)!), "seed", "state"];
	const rows = cells.map(({ hash, coordinates, seed, state, rows }) => [
		hash,
		...axes.map((axis) => String(coordinates[axis])),
		String(seed),
		state,
		...columns.map(([, key]) => number(rows.at(-1)?.[key])),
	]);
	return formatTable([["cell", ...names, ...columns.map(([name]) => name)], ...rows]);
}

/** `orrery export`: the metrics of runs as CSV, Parquet or JSON lines. */
import { createReadStream } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { Command, Option } from "commander";
import { asUserError } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { openCatalogue } from "../query/catalogue.ts";
import { type ExportFormat, exportFiles, exportFormats } from "../query/export.ts";
import { type MetricsFile, metricsFileOf } from "../query/metrics-files.ts";
import { makeFolder } from "../run/make-folder.ts";
import { wholeNumber } from "./run-options.ts";
import { printJson, say } from "./terminal.ts";

interface Options {
	readonly keys?: readonly string[];
	readonly from?: number;
	readonly to?: number;
	readonly format?: ExportFormat;
	readonly out?: string;
	readonly json?: true;
}

export const exportCommand = (): Command =>
	new Command("export")
		.description("Write the metrics of runs as one table: run, step, a column for each key.")
		.argument("<run...>", "directories of runs, or of studies and sweeps, which stand for all their runs")
		.option("--keys <key...>", "keys, or globs of them, such as 'dyn/norm.*' (default: all)")
		.option("--from <step>", "first step", wholeNumber(0))
		.option("--to <step>", "last step", wholeNumber(0))
		.addOption(
			new Option("--format <format>", "default: that of the file's name, else csv").choices(exportFormats),
		)
		.option("--out <file>", "the file to write (default: stdout)")
		.option("--json", "print the file's path and its runs as one JSON document on stdout; needs --out")
		.action(async (directories: string[], options: Options) => {
			const { keys = ["*"], from, to, out, json } = options;
			const format =
				options.format ?? exportFormats.find((name) => extname(out ?? "") === `.${name}`) ?? "csv";
			if (out === undefined && (format === "parquet" || json))
				throw new UserError(
					`Expected \`--out\` to name a file for ${json ? "--json" : "Parquet"}, got nothing. Add --out metrics.${format}.`,
				);
			const files = await filesOf(directories);
			const write = async (path: string) => {
				await exportFiles(files, { keys, from, to }, format, path);
			};
			if (out === undefined) return print(write);
			await makeFolder(dirname(resolve(out)));
			await write(resolve(out));
			if (json) printJson({ file: out, format, runs: files.map(({ run }) => run) });
			say(`Exported ${files.length} ${files.length === 1 ? "run" : "runs"}: ${out}`);
		});

/** Writes to a file of its own and prints that: what goes wrong is said before a half table is out. */
async function print(write: (path: string) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "orrery-export-"));
	try {
		await write(join(folder, "metrics"));
		await pipeline(createReadStream(join(folder, "metrics")), process.stdout, { end: false });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The runs in the directories, each named by its path from there. */
async function filesOf(directories: readonly string[]): Promise<MetricsFile[]> {
	const files = new Map<string, MetricsFile>();
	for (const directory of directories) {
		const root = await realpath(directory).catch((error) => {
			throw asUserError(error, directory);
		});
		const entries = await openCatalogue(root).list();
		const runs = entries.map(({ path }) => path).sort();
		for (const path of runs) {
			const name = [basename(root), path].filter(Boolean).join("/");
			const file = await metricsFileOf(join(root, path), name);
			if (file) files.set(file.path, file);
		}
	}
	if (files.size === 0)
		throw new UserError(
			`Expected \`${directories.join(", ")}\` to hold metrics of runs, got none. Check the path.`,
		);
	return withOwnNames([...files.values()]);
}

/** Two runs of one name would be one run in the table: they get their whole paths. */
function withOwnNames(files: readonly MetricsFile[]): MetricsFile[] {
	const count = new Map<string, number>();
	for (const { run } of files) count.set(run, (count.get(run) ?? 0) + 1);
	return files.map((file) => (count.get(file.run)! > 1 ? { ...file, run: dirname(file.path) } : file));
}

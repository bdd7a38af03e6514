/** The report of any run directories, without a study: `orrery report`. */
import { basename, dirname, resolve } from "node:path";
import { JSDOM } from "jsdom";
import { makeFolder } from "../run/make-folder.ts";
import { writeReport } from "./report.ts";
import { runFigures } from "./run-figures.ts";
import { readRun } from "./run-record.ts";

/**
 * Reads the run directories, draws every figure for which they hold data and writes the report to `out`.
 * Throws a `UserError` that names what is missing or cannot be read.
 */
export async function reportRuns(dirs: readonly string[], out: string): Promise<void> {
	const paths = [...new Set(dirs.map((dir) => resolve(dir)))];
	const names = uniqueNames(paths);
	const runs = await Promise.all(paths.map((dir, i) => readRun(dir, names[i])));
	const { document } = new JSDOM("").window;
	const figures = runFigures(
		runs.flatMap((run) => run.rows),
		{ document },
	);
	const path = resolve(out);
	await makeFolder(dirname(path));
	await writeReport(path, {
		title: names.join(", "),
		sections: [{ name: "runs", title: "Runs", runs, figures }],
	});
}

/** Last parts of the paths, or as many more parts as tell them apart. */
function uniqueNames(paths: readonly string[]): string[] {
	const names = paths.map((path) => basename(path));
	return names.map((name, i) => (names.indexOf(name) === names.lastIndexOf(name) ? name : paths[i]!));
}

/** `orrery report`: one HTML file about any runs. */
import { join } from "node:path";
import { Command } from "commander";
import { printJson, say } from "./terminal.ts";

export const reportCommand = (): Command =>
	new Command("report")
		.description("Write one self-contained HTML file with the figures of one or several runs.")
		.argument("<run...>", "directories of runs, finished or still running")
		.option(
			"--out <file>",
			"the file to write (default: report.html in the run's directory, or here for several)",
		)
		.option("--json", "print the report's path and its runs as one JSON document on stdout")
		.action(async (runs: string[], { out, json }: { out?: string; json?: true }) => {
			const report = out ?? (runs.length === 1 ? join(runs[0]!, "report.html") : "report.html");
			// Loads a DOM to draw in, which takes longer than all else; other commands do without.
			const { reportRuns } = await import("../report/report-runs.ts");
			await reportRuns(runs, report);
			if (json) printJson({ report, runs });
			say(`Report: ${report}`);
		});

/** `orrery lint`: what is wrong with a series of checkpoints, with an exit code for CI. */
import { Command } from "commander";
import type { Series } from "../checkpoint/series.ts";
import type { Finding } from "../inspect/finding.ts";
import { lintSeries } from "../inspect/lint-series.ts";
import { measureSeries } from "../inspect/measure-series.ts";
import { seriesName } from "../inspect/series-name.ts";
import { FoundWrong } from "./exit.ts";
import { followed } from "./run-options.ts";
import { openSeries, stepList } from "./series-options.ts";
import { formatTable, printJson, say } from "./terminal.ts";

interface Options {
	readonly steps?: number[];
	readonly strict?: true;
	readonly json?: true;
}

export const lintCommand = (): Command =>
	new Command("lint")
		.description(
			"Look for what is wrong in a series of checkpoints: copies, stale shards, jumps, gaps, NaN, changed types.",
		)
		.argument(
			"<where...>",
			"a folder of checkpoints, a run, one checkpoint, or an address with {step}; several are a series each",
		)
		.option("--steps <list>", "only these steps, as in 0,512,1000", stepList)
		.option("--strict", "exit with 1 for warnings, too")
		.option("--json", "print the findings as one JSON document on stdout")
		.addHelpText(
			"after",
			"\nExit code 0: no errors were found. 1: some were (with --strict also warnings), or the series cannot be read.",
		)
		.action(async (where: string[], { steps, strict, json }: Options) => {
			const documents = [];
			for (const series of await openSeries(where, steps)) documents.push(await lint(series));
			if (json) printJson(documents.length === 1 ? documents[0] : documents);
			else process.stdout.write(documents.map(asText).join("\n"));
			const isWrong = ({ severity }: Finding) => severity === "error" || (strict && severity === "warning");
			if (documents.some(({ findings }) => findings.some(isWrong))) throw new FoundWrong();
		});

async function lint(series: Series) {
	const name = seriesName(series.location);
	const measure = await followed(({ signal, onShare }) =>
		measureSeries(series, {
			signal,
			onProgress: (done, total) => onShare(name, total > 0 ? done / total : 1),
		}),
	);
	const findings = lintSeries(measure);
	const count = (severity: Finding["severity"]) => findings.filter((f) => f.severity === severity).length;
	const counts = { errors: count("error"), warnings: count("warning"), notes: count("note") };
	const told = Object.entries(counts).map(([kind, n]) => `${n} ${n === 1 ? kind.slice(0, -1) : kind}`);
	say(
		`${name}: ${told.join(", ")} (${measure.steps.length} checkpoints, ${measure.tensors.length} tensors).`,
	);
	return {
		name,
		location: series.location,
		steps: measure.steps,
		counts,
		findings,
		ignored: measure.ignored,
	};
}

const asText = ({ name, findings }: { name: string; findings: readonly Finding[] }): string =>
	findings.length === 0
		? `${name}: nothing found\n`
		: `${formatTable([
				["severity", "kind", "finding"],
				...findings.map(({ severity, kind, message }) => [severity, kind, message]),
			])}\n`;

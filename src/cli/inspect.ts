/** `orrery inspect`: what a series of checkpoints says of the training that left it. */
import { join } from "node:path";
import { Command } from "commander";
import type { Series } from "../checkpoint/series.ts";
import type { Row } from "../figure/figure.ts";
import { spread } from "../figure/heat-map.ts";
import { countFindings } from "../inspect/finding.ts";
import { lintSeries } from "../inspect/lint-series.ts";
import { measureSeries } from "../inspect/measure-series.ts";
import { seriesName } from "../inspect/series-name.ts";
import { seriesRows } from "../inspect/series-rows.ts";
import { makeFolder } from "../run/make-folder.ts";
import { followed } from "./run-options.ts";
import { openSeries, stepList } from "./series-options.ts";
import { formatTable, paint, printJson, say } from "./terminal.ts";

interface Options {
	readonly steps?: number[];
	readonly only?: string;
	readonly spectrum: boolean;
	readonly out?: string;
	readonly json?: true;
}

export const inspectCommand = (): Command =>
	new Command("inspect")
		.description("Measure a series of checkpoints: norms, directions, growth laws, steps, layer by layer.")
		.argument(
			"<where...>",
			"a folder of checkpoints, a run, one checkpoint, or an address with {step}; several are a series each",
		)
		.option("--steps <list>", "only these steps, as in 0,512,1000", stepList)
		.option("--only <pattern>", "only tensors whose name fits, as in '*attention*' (quote the *)")
		.option("--no-spectrum", "leave out stable ranks and spectral norms, which take longest")
		.option("--out <folder>", "where to write (default: inspect/<name>; for several, a folder in it each)")
		.option("--json", "print the numbers as one JSON document on stdout")
		.action(async (where: string[], options: Options) => {
			const series = await openSeries(where, options.steps);
			const folder = series.length === 1 ? options.out : undefined;
			const documents = [];
			for (const [i, name] of distinct(series.map(({ location }) => seriesName(location))).entries())
				documents.push(
					await inspect(series[i]!, name, folder ?? join(options.out ?? "inspect", name), options),
				);
			if (options.json) printJson(documents.length === 1 ? documents[0] : documents);
		});

/** `a, b, a` as `a, b, a-2`: each has a folder of its own. */
const distinct = (names: readonly string[]): string[] =>
	names.map((name, i) => {
		const before = names.slice(0, i).filter((other) => other === name).length;
		return before > 0 ? `${name}-${before + 1}` : name;
	});

/** Measures one series, writes its folder, says what it found; returns what `--json` prints of it. */
async function inspect(series: Series, name: string, out: string, { only, spectrum, json }: Options) {
	// Where nothing can be written is said before the reading, which may take long.
	await makeFolder(out);
	const measure = await followed(({ signal, onShare }) =>
		measureSeries(series, {
			spectrum,
			columns: true,
			...(only !== undefined && { only }),
			signal,
			onProgress: (done, total) => onShare(name, total > 0 ? done / total : 1),
		}),
	);
	const findings = lintSeries(measure);
	const rows = seriesRows(measure, name);
	if (!json) process.stdout.write(`${table(rows)}\n`);
	// Loads a DOM to draw in, which takes long.
	const { reportSeries } = await import("../report/series-report.ts");
	const { dynamicsRows, writeSeries } = await import("../report/series-files.ts");
	const report = join(out, "report.html");
	await reportSeries(measure, findings, report);
	const files = [report, ...(await writeSeries(measure, findings, out))];
	for (const { path, reason } of measure.ignored.filter(({ path }) => isEntry(series, path)))
		say(paint("yellow", `Left out ${path}: ${reason}`));
	say(
		`The checks found ${countFindings(findings)}${findings.length > 0 ? ": see the report, or `orrery lint`" : ""}.`,
	);
	say(`Report: ${report}`);
	return {
		name,
		series,
		report,
		files,
		steps: measure.steps,
		ignored: measure.ignored,
		findings,
		rows: dynamicsRows(rows),
	};
}

const isEntry = ({ entries }: Series, path: string) => entries.some(({ location }) => location === path);

const most = 16;

/** A line a checkpoint, of a long series some at even distances: norms of the scopes, and directions. */
function table(rows: readonly Row[]): string {
	const scopes = ["all", "encoder", "decoder", "embedding", "head"].filter((scope) =>
		rows.some((row) => `dyn/norm.${scope}` in row),
	);
	const main = scopes.includes("encoder") ? ".encoder" : "";
	const number = (value: unknown, digits: number) =>
		typeof value === "number" ? String(Number(value.toPrecision(digits))) : "–";
	return formatTable([
		["step", ...scopes.map((scope) => `‖θ‖ ${scope}`), `cos to previous${main && ", encoder"}`, "to first"],
		...spread(rows, most).map((row) => [
			String(row.step),
			...scopes.map((scope) => number(row[`dyn/norm.${scope}`], 6)),
			number(row[`dyn/direction${main}.previous`], 6),
			number(row[`dyn/direction${main}.initial`], 6),
		]),
	]);
}

/** `orrery study`: run a paper's experiments and say which of its claims hold. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import type { Device } from "../engine/types.ts";
import { nearest, UserError } from "../error.ts";
import { countVerdicts } from "../report/claim.ts";
import { duration } from "../report/run-facts.ts";
import { isFlow, type RunOptions } from "../run/config.ts";
import { parseRunConfig } from "../run/config-file.ts";
import { estimateSeconds } from "../run/estimate.ts";
import { runPaths } from "../run/paths.ts";
import { resumeRun, startRun } from "../run/train.ts";
import { coOccurrence } from "../study/co-occurrence/study.ts";
import { gallery } from "../study/gallery/study.ts";
import { normGrowth } from "../study/norm-growth/study.ts";
import type { StudyResult } from "../study/run-study.ts";
import { shortcuts } from "../study/shortcuts/study.ts";
import type { Preset, Study } from "../study/study.ts";
import { withText } from "../study/text.ts";
import { parseSweep } from "../sweep/config.ts";
import { runFlows } from "../sweep/run-flows.ts";
import { runSweep } from "../sweep/run-sweep.ts";
import { Interrupted } from "./exit.ts";
import { deviceOption, followed, spentOn, wholeNumber } from "./run-options.ts";
import { formatTable, paint, printJson, say } from "./terminal.ts";

const studies: readonly Study[] = [normGrowth, coOccurrence, shortcuts, gallery];

interface StudyOptions {
	readonly preset: string;
	readonly text?: string;
	readonly out?: string;
	readonly device?: Device;
	readonly threads?: number;
}

export const studyCommand = (): Command =>
	new Command("study")
		.description("Run a paper's experiments; figures, and a verdict for each of its claims.")
		.argument("<name>", `the study: ${studies.map(({ name }) => name).join(", ")}`)
		.option(
			"--preset <name>",
			"size: smoke (a minute), laptop, paper (as published), and of norm-growth quick",
			"laptop",
		)
		.option(
			"--text <folder>",
			"another text than WikiText-2: a folder with ptb.train.txt, ptb.valid.txt, ptb.test.txt, or the like",
		)
		.option(
			"--out <folder>",
			"the study's folder (default: runs/<name>-<preset>, or runs/<name>-<preset>-<text>)",
		)
		.addOption(deviceOption())
		.option("--threads <n>", "threads of the device cpu (default: all cores)", wholeNumber(1))
		.option("--json", "print claims, runs and figures as one JSON document on stdout")
		.addHelpText(
			"after",
			"\nWhat is finished in the folder is not trained again; what was interrupted is resumed.",
		)
		.action(async (name: string, { json, ...options }: StudyOptions & { json?: true }) => {
			const result = await followStudy(name, options);
			if (json) printJson(result.study);
			else process.stdout.write(`${claimsTable(result.study)}\n`);
			say(`Report: ${result.study.report}`);
			if (result.interrupted) {
				say(`${paint("yellow", "Interrupted.")} The same command goes on where it stopped.`);
				throw new Interrupted();
			}
		});

/** Runs a study to its end or until Ctrl-C, with progress on stderr. */
export async function followStudy(
	name: string,
	{ preset: presetName, text, out, device, threads }: StudyOptions,
): Promise<{ study: StudyResult; interrupted: boolean }> {
	const study = studyOf(name);
	// Drawing figures loads a DOM, which takes longer than all else; other commands do without.
	const { presetOf, runStudy } = await import("../study/run-study.ts");
	const named = presetOf(study, presetName);
	const preset = text === undefined ? named : { ...named, ...(await withText(named, text)) };
	const folder =
		out ?? join("runs", [name, presetName, ...(text ? [basename(resolve(text))] : [])].join("-"));
	say(`${paint("bold", study.title)}: ${preset.summary}`);
	// One that goes on has said it before.
	if (preset.long && !existsSync(folder)) await sayExpectedTime(preset, device, threads);
	return followed(async (options) => {
		const result = await runStudy(study, preset, {
			out: folder,
			signal: options.signal,
			...(threads && { threads }),
			onAnalysis: ({ title }, fraction) => options.onShare(title, fraction),
			flows: (jobs) =>
				runFlows(jobs, {
					processes: threads,
					signal: options.signal,
					onProgress: (fraction) =>
						options.onShare(`${jobs.length} gradient ${jobs.length === 1 ? "flow" : "flows"}`, fraction),
				}),
			sweep: ({ plan }, directory) => {
				// So many processes of one thread each.
				const base = isFlow(plan.base) ? plan.base : withEngine(plan.base, device, threads && 1);
				return runSweep({ ...plan, base }, directory, {
					processes: threads,
					signal: options.signal,
					onProgress: options.onSweep,
					onNote: options.onNote,
				});
			},
			train: async ({ config }, directory) => {
				const result = existsSync(runPaths(directory).config)
					? await resumeRun(directory, options)
					: await startRun(parseRunConfig(withEngine(config, device, threads)), directory, options);
				options.onNote(`${directory}: ${result.message ?? result.state} (${spentOn(result)})`);
			},
		});
		return { study: result, interrupted: options.signal.aborted };
	});
}

/** Measures and says how long the trainings of a preset will take, one line a kind of model. */
async function sayExpectedTime(preset: Preset, device?: Device, threads?: number): Promise<void> {
	say("Measuring how long the trainings will take …");
	const kinds = new Map<string, { config: RunOptions; names: string[]; runs: number }>();
	const add = (experiment: string, config: RunOptions, runs: number) => {
		const { name, seed, model, ...rest } = config;
		const { placement, mask, ...size } = model;
		const key = JSON.stringify([size, rest]);
		const kind = kinds.get(key) ?? { config, names: [], runs: 0 };
		kinds.set(key, { config, names: [...kind.names, experiment], runs: kind.runs + runs });
	};
	for (const experiment of preset.experiments)
		if (experiment.kind === "training") add(experiment.name, experiment.config, 1);
		else if (experiment.kind === "sweep" && !isFlow(experiment.plan.base))
			add(experiment.name, experiment.plan.base, parseSweep(experiment.plan).cells.length);
	let total = 0;
	for (const { config, names, runs } of kinds.values()) {
		const seconds = await estimateSeconds(parseRunConfig(withEngine(config, device, threads)));
		total += seconds * runs;
		const each = runs > 1 ? ` each, ${duration(seconds * runs)} for all ${runs}` : "";
		say(`  ${names.join(", ")}: ${duration(seconds)}${each}`);
	}
	say(`Expected for all of them: ${duration(total)}. Ctrl-C saves; the same command goes on.`);
}

const withEngine = <C extends Pick<RunOptions, "engine">>(
	config: C,
	device?: Device,
	threads?: number,
): C => ({
	...config,
	engine: { ...config.engine, ...(device && { device }), ...(threads && { threads }) },
});

function studyOf(name: string): Study {
	const found = studies.find((study) => study.name === name);
	if (found) return found;
	const names = studies.map((study) => study.name);
	const near = nearest(name, names);
	throw new UserError(
		`Expected the study to be one of ${names.join(", ")}, got ${name}.${near ? ` Did you mean ${near}?` : ""}`,
	);
}

function claimsTable({ claims }: StudyResult): string {
	const rows = claims.map(({ id, measured, expected, verdict, outside }) => [
		outside === undefined ? verdict : `${verdict}, outside`,
		id,
		measured === null ? "–" : String(Number(measured.toPrecision(4))),
		expected,
	]);
	return `${formatTable([["verdict", "claim", "measured", "expected"], ...rows])}\n\n${countVerdicts(claims)}.`;
}

/** `orrery study`: run a paper's experiments and say which of its claims hold. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import type { Device } from "../engine/types.ts";
import { nearest, UserError } from "../error.ts";
import { countVerdicts } from "../report/claim.ts";
import { parseRunConfig, type RunOptions } from "../run/config.ts";
import { runPaths } from "../run/paths.ts";
import { resumeRun, startRun } from "../run/train.ts";
import { normGrowth } from "../study/norm-growth/study.ts";
import type { StudyResult } from "../study/run-study.ts";
import type { Study } from "../study/study.ts";
import { Interrupted } from "./exit.ts";
import { followed, spentOn, wholeNumber } from "./run-options.ts";
import { formatTable, paint, printJson, say } from "./terminal.ts";

const studies: readonly Study[] = [normGrowth];

interface StudyOptions {
	readonly preset: string;
	readonly out?: string;
	readonly device?: Device;
	readonly threads?: number;
}

export const studyCommand = (): Command =>
	new Command("study")
		.description("Run a paper's experiments; figures, and a verdict for each of its claims.")
		.argument("<name>", `the study: ${studies.map(({ name }) => name).join(", ")}`)
		.option("--preset <name>", "size: smoke (seconds), laptop (minutes) or paper (as published)", "laptop")
		.option("--out <folder>", "the study's folder (default: runs/<name>-<preset>)")
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

const deviceOption = (): Option =>
	new Option("--device <device>", "what computes").choices(["cpu", "webgpu", "cuda", "wasm"]);

/** Runs a study to its end or until Ctrl-C, with progress on stderr. */
export async function followStudy(
	name: string,
	{ preset, out = join("runs", `${name}-${preset}`), device, threads }: StudyOptions,
): Promise<{ study: StudyResult; interrupted: boolean }> {
	const study = studyOf(name);
	// Drawing figures loads a DOM, which takes longer than all else; other commands do without.
	const { presetOf, runStudy } = await import("../study/run-study.ts");
	const { summary, experiments } = presetOf(study, preset);
	say(`${paint("bold", study.title)}: ${summary}`);
	return followed(async (options) => {
		const result = await runStudy(study, preset, {
			out,
			signal: options.signal,
			train: async ({ config }, directory) => {
				const result = existsSync(runPaths(directory).config)
					? await resumeRun(directory, options)
					: await startRun(parseRunConfig(withEngine(config, device, threads)), directory, options);
				options.onNote(`${directory}: ${result.message ?? result.state} (${spentOn(result)})`);
			},
		});
		const unfinished = result.runs.some(({ state }) => state === "interrupted");
		const missing = result.runs.length < experiments.length;
		return { study: result, interrupted: options.signal.aborted && (unfinished || missing) };
	});
}

const withEngine = (config: RunOptions, device?: Device, threads?: number): RunOptions => ({
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
	const rows = claims.map(({ id, measured, expected, verdict }) => [
		verdict,
		id,
		measured === null ? "–" : String(Number(measured.toPrecision(4))),
		expected,
	]);
	return `${formatTable([["verdict", "claim", "measured", "expected"], ...rows])}\n\n${countVerdicts(claims)}.`;
}

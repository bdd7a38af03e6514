/**
 * Runs a study: trains what is missing, judges the claims, writes the report.
 *
 *     <out>/<experiment>/    a run directory each
 *     <out>/study.json       claims with verdicts, runs, figures
 *     <out>/report.html
 *     <out>/figures/         each figure as SVG and its data as CSV
 *
 * The folder is the state: run again, and only what is missing or unfinished is trained.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { nearest, UserError } from "../error.ts";
import type { JudgedClaim } from "../report/claim.ts";
import { writeFigures } from "../report/figure-files.ts";
import { writeReport } from "../report/report.ts";
import { runFigures } from "../report/run-figures.ts";
import { type RunRecord, readRunIfThere } from "../report/run-record.ts";
import { parseRunConfig, type RunOptions, requireSameConfig } from "../run/config.ts";
import { makeFolder } from "../run/make-folder.ts";
import { runPaths } from "../run/paths.ts";
import { replaceFile } from "../run/replace-file.ts";
import type { RunStatus } from "../run/status.ts";
import { readResolvedConfig } from "../run/train.ts";
import { type Experiment, judge, type Preset, type Study } from "./study.ts";

export interface RunStudyOptions {
	/** The folder of the study; made if absent. */
	readonly out: string;
	/**
	 * Trains one experiment in `dir`, or resumes what is there; resolves when the run ends, however it ends. Not called
	 * for runs that have finished or diverged.
	 */
	readonly train: (experiment: Experiment, dir: string) => Promise<unknown>;
	/** Once aborted, no further run is started; what is there is judged and reported. */
	readonly signal?: AbortSignal;
}

/** What `study.json` holds. */
export interface StudyResult {
	readonly study: string;
	readonly preset: string;
	readonly claims: readonly JudgedClaim[];
	readonly runs: readonly {
		readonly name: string;
		readonly dir: string;
		readonly state: RunStatus["state"];
	}[];
	readonly figures: readonly string[];
	readonly report: string;
}

/** The preset of that name. Throws a `UserError` that names the nearest. */
export function presetOf(study: Study, name: string): Preset {
	const preset = Object.hasOwn(study.presets, name) ? study.presets[name] : undefined;
	if (preset) return preset;
	const known = Object.keys(study.presets);
	const near = nearest(name, known);
	throw new UserError(
		`Expected \`preset\` of the study ${study.name} to be one of ${known.join(", ")}, got \`${name}\`.` +
			(near ? ` Did you mean \`${near}\`?` : ""),
	);
}

/**
 * Trains what is missing, one run after the other, and judges.
 * Throws a `UserError` if the folder holds runs of another configuration, before anything is trained.
 */
export async function runStudy(
	study: Study,
	presetName: string,
	{ out, train, signal }: RunStudyOptions,
): Promise<StudyResult> {
	const { experiments } = presetOf(study, presetName);
	for (const { name, config } of experiments) await requireExperiment(config, join(out, name), out);
	await makeFolder(out);
	for (const experiment of experiments) {
		if (signal?.aborted) break;
		const dir = join(out, experiment.name);
		const run = await readRunIfThere(dir);
		if (!run || !ended.has(run.status.state)) await train(experiment, dir);
	}
	return judgeStudy(study, presetName, out);
}

const ended = new Set<RunStatus["state"]>(["finished", "diverged"]);

/** Throws if `dir` holds a run of another configuration. What computed it may be any device. */
async function requireExperiment(config: RunOptions, dir: string, out: string): Promise<void> {
	if (!existsSync(runPaths(dir).config)) return;
	const advice =
		`The folder \`${out}\` was made by another preset, or by another version of this program: rename or delete it ` +
		"and run again, or choose another folder with --out.";
	const resolved = await readResolvedConfig(dir).catch((error) => {
		// Another version may have had other keys.
		throw error instanceof UserError ? new UserError(`${error.message}\n${advice}`, { cause: error }) : error;
	});
	requireSameConfig(parseRunConfig({ ...config, engine: resolved.engine }), resolved, dir, advice);
}

/** Judges what the folder holds and writes `study.json`, the report and the figures; trains nothing. */
export async function judgeStudy(study: Study, presetName: string, out: string): Promise<StudyResult> {
	const { experiments, summary } = presetOf(study, presetName);
	const runs: RunRecord[] = [];
	for (const { name } of experiments) {
		const run = await readRunIfThere(join(out, name));
		if (run) runs.push(run);
	}
	const finished = runs.filter(({ status }) => status.state === "finished").flatMap(({ rows }) => rows);
	const claims = study.claims.map((claim) => judge(claim, finished));
	const { document } = new JSDOM("").window;
	const rows = runs.flatMap((run) => run.rows);
	const figures = [...runFigures(rows, { document }), ...study.figures({ document })];
	const result: StudyResult = {
		study: study.name,
		preset: presetName,
		claims,
		runs: runs.map(({ name, status }) => ({ name, dir: join(out, name), state: status.state })),
		figures: await writeFigures(join(out, "figures"), figures),
		report: join(out, "report.html"),
	};
	await writeReport(result.report, {
		title: study.title,
		introduction: `${study.introduction} Preset ${presetName}: ${summary}`,
		notes: study.notes,
		claims,
		runs,
		figures,
	});
	await replaceFile(join(out, "study.json"), `${JSON.stringify(result, undefined, "\t")}\n`);
	return result;
}

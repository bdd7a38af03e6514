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
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { asUserError } from "../checkpoint/disk.ts";
import { nearest, UserError } from "../error.ts";
import type { JudgedClaim } from "../report/claim.ts";
import { writeFigures } from "../report/figure-files.ts";
import { writeReport } from "../report/report.ts";
import { runFigures } from "../report/run-figures.ts";
import { type RunRecord, readRunIfThere } from "../report/run-record.ts";
import { replaceFile } from "../run/replace-file.ts";
import type { RunStatus } from "../run/status.ts";
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

export async function runStudy(
	study: Study,
	presetName: string,
	{ out, train, signal }: RunStudyOptions,
): Promise<StudyResult> {
	const { experiments } = presetOf(study, presetName);
	await makeFolder(out);
	for (const experiment of experiments) {
		if (signal?.aborted) break;
		const dir = join(out, experiment.name);
		const run = await readExperiment(experiment, dir);
		if (!run || !ended.has(run.status.state)) await train(experiment, dir);
	}
	return judgeStudy(study, presetName, out);
}

/** Judges what the folder holds and writes `study.json`, the report and the figures; trains nothing. */
export async function judgeStudy(study: Study, presetName: string, out: string): Promise<StudyResult> {
	const { experiments, summary } = presetOf(study, presetName);
	const runs: RunRecord[] = [];
	for (const experiment of experiments) {
		const run = await readExperiment(experiment, join(out, experiment.name));
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
		claims,
		runs,
		figures,
	});
	await replaceFile(join(out, "study.json"), `${JSON.stringify(result, undefined, "\t")}\n`);
	return result;
}

async function makeFolder(path: string): Promise<void> {
	await mkdir(path, { recursive: true }).catch((error) => {
		throw asUserError(error, path);
	});
}

const ended = new Set<RunStatus["state"]>(["finished", "diverged"]);

/** The run in `dir`, if there is one. Throws a `UserError` if it was made with another configuration. */
async function readExperiment({ name, config }: Experiment, dir: string): Promise<RunRecord | undefined> {
	const run = await readRunIfThere(dir);
	const slip = run && difference(config, run.config, "");
	if (slip)
		throw new UserError(
			`Expected the run in \`${dir}\` to be the experiment ${name} with ${slip}. ` +
				"Choose another folder with --out, or delete this one.",
		);
	return run;
}

/** The first setting that `wanted` has and `found` has not, in words. What `wanted` leaves open may be anything. */
function difference(wanted: unknown, found: unknown, path: string): string | undefined {
	if (typeof wanted !== "object" || wanted === null)
		return wanted === found ? undefined : `\`${path}\` ${wanted}, got ${JSON.stringify(found)}`;
	for (const [key, value] of Object.entries(wanted)) {
		const slip = difference(
			value,
			(found as Record<string, unknown> | undefined)?.[key],
			path ? `${path}.${key}` : key,
		);
		if (slip) return slip;
	}
	return undefined;
}

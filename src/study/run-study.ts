/**
 * Runs a study: does what is missing of its experiments, judges the claims, writes the report.
 *
 *     <out>/<training or flow>/     a run directory each
 *     <out>/<analysis>/analysis.json
 *     <out>/<sweep>/                a sweep's folder
 *     <out>/study.json              claims with verdicts, experiments, figures
 *     <out>/report.html
 *     <out>/figures/                each figure as SVG and its data as CSV
 *
 * The folder is the state: run again, and only what is missing or unfinished is done. Flows and analyses, which take
 * seconds, are also computed anew when their configuration or the program's version has changed.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { nearest, UserError } from "../error.ts";
import type { Row } from "../figure/figure.ts";
import type { JudgedClaim } from "../report/claim.ts";
import { writeFigures } from "../report/figure-files.ts";
import { type ReportSection, writeReport } from "../report/report.ts";
import { type RunRecord, readRunIfThere } from "../report/run-record.ts";
import { type RunOptions, requireSameConfig } from "../run/config.ts";
import { parseRunConfig } from "../run/config-file.ts";
import { parseFlowConfig } from "../run/flow/config.ts";
import { isCurrentFlow, startFlow } from "../run/flow/run.ts";
import { makeFolder } from "../run/make-folder.ts";
import { runPaths } from "../run/paths.ts";
import { replaceFile } from "../run/replace-file.ts";
import type { RunStatus } from "../run/status.ts";
import { readResolvedConfig } from "../run/train.ts";
import { parseSweep } from "../sweep/config.ts";
import { sweepPaths } from "../sweep/paths.ts";
import { hasEnded, readCells } from "../sweep/read-cells.ts";
import type { FlowJob } from "../sweep/run-flows.ts";
import { runSweep } from "../sweep/run-sweep.ts";
import { requireSameSweep } from "../sweep/same-sweep.ts";
import { computeAnalysis, readAnalysis } from "./analysis.ts";
import {
	type Analysis,
	type Experiment,
	judge,
	type Part,
	type Preset,
	type Study,
	type Sweep,
	type Training,
} from "./study.ts";

export interface RunStudyOptions {
	/** The folder of the study; made if absent. */
	readonly out: string;
	/**
	 * Trains one experiment in `dir`, or resumes what is there; resolves when the run ends, however it ends. Not called
	 * for runs that have finished or diverged.
	 */
	readonly train: (training: Training, dir: string) => Promise<unknown>;
	/** Computes the flows that are missing or out of date, all of the preset's. Default: one by one, without a word. */
	readonly flows?: (flows: readonly FlowJob[]) => Promise<unknown>;
	/**
	 * Runs what is left of a sweep in `dir`; resolves when its cells have ended, failed or been interrupted. Default:
	 * in child processes, without a word.
	 */
	readonly sweep?: (sweep: Sweep, dir: string) => Promise<unknown>;
	/** Told how far an analysis is, 0 to 1. Not called for those that are up to date. */
	readonly onAnalysis?: (analysis: Analysis, fraction: number) => void;
	/** Threads of the engine that analyses use. Default: all cores. */
	readonly threads?: number;
	/** Once aborted, no further experiment is started; what is there is judged and reported. */
	readonly signal?: AbortSignal;
}

/** What `study.json` holds. */
export interface StudyResult {
	readonly study: string;
	readonly title: string;
	readonly preset: string;
	/** The sections of the report, in its order. */
	readonly parts: readonly Pick<Part, "name" | "title" | "introduction">[];
	readonly claims: readonly (JudgedClaim & { readonly part: string })[];
	/** What has begun of the experiments, and how they stand. */
	readonly experiments: readonly {
		readonly name: string;
		readonly kind: Experiment["kind"];
		readonly dir: string;
		readonly state: RunStatus["state"];
	}[];
	readonly figures: readonly string[];
	readonly report: string;
}

export interface NamedPreset extends Preset {
	readonly name: string;
}

/** The preset of that name. Throws a `UserError` that names the nearest. */
export function presetOf(study: Study, name: string): NamedPreset {
	const preset = Object.hasOwn(study.presets, name) ? study.presets[name] : undefined;
	if (preset) return { ...preset, name };
	const known = Object.keys(study.presets);
	const near = nearest(name, known);
	throw new UserError(
		`Expected \`preset\` of the study ${study.name} to be one of ${known.join(", ")}, got \`${name}\`.` +
			(near ? ` Did you mean \`${near}\`?` : ""),
	);
}

/**
 * Does what is missing, first all flows and then one experiment after the other, and judges.
 * Throws a `UserError` if the folder holds runs of another configuration, before anything is trained.
 */
export async function runStudy(
	study: Study,
	preset: NamedPreset,
	options: RunStudyOptions,
): Promise<StudyResult> {
	const { out, train, onAnalysis, threads, signal = new AbortController().signal } = options;
	const {
		flows = async (jobs: readonly FlowJob[]) => {
			for (const { config, directory } of jobs)
				if (!signal.aborted) await startFlow(config, directory, { signal });
		},
		sweep = ({ plan }: Sweep, dir: string) => runSweep(plan, dir, { signal }),
	} = options;
	const { experiments } = preset;
	for (const experiment of experiments) {
		const dir = join(out, experiment.name);
		if (experiment.kind === "training") await requireExperiment(experiment.config, dir, out);
		else if (experiment.kind === "sweep") await requireSameSweep(parseSweep(experiment.plan), dir);
	}
	await makeFolder(out);
	const outdated = await outdatedFlows(preset, out);
	if (outdated.length > 0) await flows(outdated);
	let engine: Engine | undefined;
	try {
		for (const experiment of experiments) {
			if (signal.aborted) break;
			if (experiment.kind === "training") {
				const dir = join(out, experiment.name);
				const run = await readRunIfThere(dir);
				if (!run || !ended.has(run.status.state)) await train(experiment, dir);
			} else if (experiment.kind === "sweep") await sweep(experiment, join(out, experiment.name));
			else if (experiment.kind === "analysis" && !(await readAnalysis(experiment, out))) {
				// Formulas need float64, which only the native device has to its last bit.
				engine ??= await openEngine({ device: "cpu", ...(threads && { threads }) });
				onAnalysis?.(experiment, 0);
				const onProgress = (fraction: number) => onAnalysis?.(experiment, fraction);
				await computeAnalysis(experiment, { out, engine, signal, onProgress }).catch((error) => {
					if (!signal.aborted) throw error;
				});
				onAnalysis?.(experiment, 1);
			}
		}
	} finally {
		await engine?.dispose();
	}
	return judgeStudy(study, preset, out);
}

const ended = new Set<RunStatus["state"]>(["finished", "diverged"]);

/** The flows of a preset that this version of the program has not computed, or not with this configuration. */
async function outdatedFlows({ experiments }: Preset, out: string): Promise<FlowJob[]> {
	const jobs: FlowJob[] = [];
	for (const experiment of experiments) {
		if (experiment.kind !== "flow") continue;
		const config = parseFlowConfig(experiment.config, experiment.name);
		const directory = join(out, experiment.name);
		if (!(await isCurrentFlow(config, directory))) jobs.push({ config, directory });
	}
	return jobs;
}

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
export async function judgeStudy(study: Study, preset: NamedPreset, out: string): Promise<StudyResult> {
	const runs: RunRecord[] = [];
	const computed: Row[] = [];
	const states: StudyResult["experiments"][number][] = [];
	for (const experiment of preset.experiments) {
		const { name, kind } = experiment;
		const dir = join(out, name);
		if (kind === "training" || kind === "flow") {
			// A flow of another configuration is none of this preset's; a training of another was refused.
			if (kind === "flow" && !(await isCurrentFlow(parseFlowConfig(experiment.config, name), dir))) continue;
			const run = await readRunIfThere(dir);
			if (!run) continue;
			runs.push({ ...run, name, rows: run.rows.map((row) => ({ ...row, run: name })) });
			states.push({ name, kind, dir, state: run.status.state });
		} else if (kind === "sweep") {
			if (!existsSync(sweepPaths(dir).sweep)) continue;
			const cells = await readCells(dir);
			computed.push(...experiment.rows(cells).map((row, step) => ({ step, ...row, run: name })));
			states.push({
				name,
				kind,
				dir,
				state: cells.every((cell) => hasEnded(cell.state)) ? "finished" : "interrupted",
			});
		} else {
			const rows = await readAnalysis(experiment, out);
			if (!rows) continue;
			computed.push(...rows);
			states.push({ name, kind, dir, state: "finished" });
		}
	}
	const finished = runs.filter(({ status }) => status.state === "finished").flatMap(({ rows }) => rows);
	const { document } = new JSDOM("").window;
	const sections = study.parts.map(
		(part): ReportSection => ({
			name: part.name,
			title: part.title,
			introduction: part.introduction,
			claims: part.claims.map((claim) => judge(claim, [...finished, ...computed])),
			figures: part.figures([...runs.flatMap(({ rows }) => rows), ...computed], { document }),
			runs: runs.filter(({ name }) => part.runs?.(name)),
		}),
	);
	const result: StudyResult = {
		study: study.name,
		title: study.title,
		preset: preset.name,
		parts: study.parts.map(({ name, title, introduction }) => ({ name, title, introduction })),
		claims: sections.flatMap(({ name, claims = [] }) => claims.map((claim) => ({ ...claim, part: name }))),
		experiments: states,
		figures: await writeFigures(
			join(out, "figures"),
			sections.flatMap(({ figures }) => figures),
		),
		report: join(out, "report.html"),
	};
	await writeReport(result.report, {
		title: study.title,
		introduction: `${study.introduction} Preset ${preset.name}: ${preset.summary}`,
		notes: study.notes,
		sections,
	});
	await replaceFile(join(out, "study.json"), `${JSON.stringify(result, undefined, "\t")}\n`);
	return result;
}

/**
 * Analyses and their results on disk: `<study>/<name>/analysis.json`.
 *
 * A result is kept with all that it followed from: the options, the runs it looked at and how far they had come, and
 * the version of the program. It is computed anew when one of them changes.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readJson } from "../checkpoint/disk.ts";
import type { Engine } from "../engine/types.ts";
import { UserError } from "../error.ts";
import type { Row } from "../figure/figure.ts";
import { isObject } from "../run/config.ts";
import { openFinishedRun } from "../run/finished-run.ts";
import { makeFolder } from "../run/make-folder.ts";
import { runPaths } from "../run/paths.ts";
import { replaceFile } from "../run/replace-file.ts";
import { readStatus } from "../run/status.ts";
import { version } from "../version.ts";
import type { Analysis, AnalysisRow } from "./study.ts";

interface StoredAnalysis {
	readonly origin: Origin;
	readonly seconds: number;
	readonly rows: readonly Row[];
}

/** All that a result follows from. */
interface Origin {
	readonly version: string;
	readonly options: unknown;
	/** When each run it looked at had reached its end. */
	readonly runs: Readonly<Record<string, string>>;
}

const fileOf = (out: string, { name }: Analysis) => join(out, name, "analysis.json");

/** What the result would follow from now; undefined while a run that it needs has not finished. */
async function originOf(analysis: Analysis, out: string): Promise<Origin | undefined> {
	const runs: Record<string, string> = {};
	for (const name of analysis.needs) {
		const dir = join(out, name);
		if (!existsSync(runPaths(dir).status)) return undefined;
		const { state, updated } = await readStatus(dir);
		if (state !== "finished") return undefined;
		runs[name] = updated;
	}
	// As it is read back: what JSON cannot hold is gone on both sides.
	return JSON.parse(JSON.stringify({ version, options: analysis.options, runs }));
}

/** The rows of an analysis that is up to date; undefined if it is yet to be computed. */
export async function readAnalysis(analysis: Analysis, out: string): Promise<readonly Row[] | undefined> {
	const path = fileOf(out, analysis);
	if (!existsSync(path)) return undefined;
	const stored = (await readJson(path, "Delete the file: the study computes it anew.")) as StoredAnalysis;
	if (
		!Array.isArray(stored?.rows) ||
		!stored.rows.every((row) => isObject(row) && row["run"] === analysis.name)
	)
		throw new UserError(
			`Expected \`${path}\` to hold \`rows\` of ${analysis.name}, got something else. Delete the file: the study ` +
				"computes it anew.",
		);
	return isDeepStrictEqual(stored.origin, await originOf(analysis, out)) ? stored.rows : undefined;
}

export interface ComputeOptions {
	/** The study's folder. */
	readonly out: string;
	readonly engine: Engine;
	readonly signal: AbortSignal;
	readonly onProgress: (fraction: number) => void;
}

/** Computes an analysis and keeps its result; does nothing while a run that it needs has not finished. */
export async function computeAnalysis(
	analysis: Analysis,
	{ out, engine, signal, onProgress }: ComputeOptions,
): Promise<void> {
	const origin = await originOf(analysis, out);
	if (!origin) return;
	const start = performance.now();
	const rows = await analysis.compute({
		engine,
		signal,
		progress: onProgress,
		run(name) {
			if (!analysis.needs.includes(name)) throw new Error(`${analysis.name} does not need the run ${name}`);
			return openFinishedRun(join(out, name));
		},
	});
	const stored: StoredAnalysis = {
		origin,
		seconds: (performance.now() - start) / 1000,
		rows: rows.map((row, i) => named(row, analysis.name, i)),
	};
	await makeFolder(join(out, analysis.name));
	await replaceFile(fileOf(out, analysis), `${JSON.stringify(stored)}\n`);
}

function named(row: AnalysisRow, run: string, index: number): Row {
	const known = Object.entries(row).filter(
		([, value]) => typeof value === "string" || (typeof value === "number" && Number.isFinite(value)),
	);
	return { step: index, ...Object.fromEntries(known), run };
}

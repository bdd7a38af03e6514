/**
 * Training runs in their directories: starting one, and resuming one wherever it stopped.
 *
 *     <run>/config.json     the resolved configuration          metrics.jsonl, metrics.parquet   what was measured
 *           status.json     running, finished, interrupted …    checkpoints/                     to resume from
 *           run.lock        the process that runs it
 */
import { existsSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { readJson } from "../checkpoint/disk.ts";
import { UserError } from "../error.ts";
import { type Counters, openCheckpoint, removeLaterCheckpoints, restoreCheckpoint } from "./checkpoint.ts";
import { type ResolvedConfig, type RunConfig, resolveModel } from "./config.ts";
import { parseRunConfig } from "./config-file.ts";
import { takeLock } from "./lock.ts";
import { type LoopOptions, type Outcome, trainLoop } from "./loop.ts";
import { makeFolder } from "./make-folder.ts";
import { checkMetrics, MetricsFile } from "./metrics.ts";
import { openSession } from "./open-session.ts";
import { writeParquet } from "./parquet.ts";
import { runPaths } from "./paths.ts";
import { replaceFile } from "./replace-file.ts";
import type { Session } from "./session.ts";
import { readStatus, writeStatus } from "./status.ts";

export type { TrainProgress } from "./loop.ts";

/** How a caller follows and stops a run. */
export interface TrainOptions extends Pick<LoopOptions, "signal" | "onProgress"> {
	/** Called with a sentence when the caller should know something, such as where a run resumes. */
	readonly onNote?: (note: string) => void;
}

/** How a run ended. */
export interface TrainResult extends Outcome {
	readonly directory: string;
	readonly steps: number;
	readonly config: ResolvedConfig;
}

/**
 * Starts the run `config` in `directory`, which is created. Ends as finished, interrupted (`signal` was aborted) or
 * diverged; in all cases everything measured so far is on the disk.
 * Throws a `UserError` if the directory holds a run already, if the data or the device cannot be used, or if the
 * disk refuses; a run that had begun can then be resumed.
 */
export async function startRun(
	config: RunConfig,
	directory: string,
	options: TrainOptions = {},
): Promise<TrainResult> {
	const paths = runPaths(directory);
	await makeFolder(directory);
	const giveBack = await takeLock(paths.lock);
	try {
		const found = [paths.config, paths.metrics, join(directory, "checkpoints")].find((path) =>
			existsSync(path),
		);
		if (found === paths.config)
			throw new UserError(
				`Expected \`${directory}\` to be a new run, got one that exists. ` +
					`Resume it with \`npx orrery resume ${directory}\`, or choose another folder with --out.`,
			);
		if (found)
			throw new UserError(
				`Expected \`${directory}\` to be a new run, got a folder with \`${found}\` in it. Choose another with --out.`,
			);
		const session = await openSession(config);
		try {
			await replaceFile(paths.config, `${JSON.stringify(session.config, undefined, "\t")}\n`);
			return await runLoop(session, directory, undefined, options);
		} finally {
			await session.close();
		}
	} finally {
		await giveBack();
		// Nothing is left of a run that never began.
		if (!existsSync(paths.config)) await rmdir(directory).catch(() => {});
	}
}

/** Where a run is resumed. */
export interface ResumeOptions extends TrainOptions {
	/** Step of the checkpoint to continue from; those after it are removed. Default: the latest. */
	readonly fromStep?: number | undefined;
}

/**
 * Continues the run in `directory` from its latest checkpoint, bit for bit as if it had never stopped; a finished
 * run is left as it is. Throws a `UserError` if there is no run, another process runs it, its data have changed, it
 * diverged (and no `fromStep` is given), or the checkpoint is damaged.
 */
export async function resumeRun(directory: string, options: ResumeOptions = {}): Promise<TrainResult> {
	const { fromStep, onNote } = options;
	const paths = runPaths(directory);
	const config = await readResolvedConfig(directory);
	const giveBack = await takeLock(paths.lock);
	try {
		const status = existsSync(paths.status) ? await readStatus(directory) : undefined;
		if (fromStep === undefined && status?.state === "finished") {
			onNote?.(`${directory} has finished its ${status.steps} steps.`);
			return { ...status, state: "finished", directory, config };
		}
		if (fromStep === undefined && status?.state === "diverged")
			throw new UserError(
				`Expected \`${directory}\` to be a run that can go on, got one that diverged at step ${status.step}. ` +
					"Start it anew with a lower `optimizer.learningRate`.",
			);
		const from = await openCheckpoint(directory, config, fromStep);
		try {
			await checkMetrics(paths.metrics, from?.counters.metricsBytes ?? 0);
			const session = await openSession(config, config.provenance.data.hash);
			try {
				for (const change of changesOf(config, session.config)) onNote?.(change);
				if (from) await restoreCheckpoint(session, from);
				onNote?.(
					from
						? `Resuming ${directory} at step ${from.step}.`
						: `${directory} has no checkpoint to resume: it starts at step 0.`,
				);
				return await runLoop(session, directory, from, options);
			} finally {
				await session.close();
			}
		} finally {
			await from?.checkpoint.close();
		}
	} finally {
		await giveBack();
	}
}

/** The configuration in a run's directory. Throws a `UserError` if it is missing or damaged. */
export async function readResolvedConfig(directory: string): Promise<ResolvedConfig> {
	const path = runPaths(directory).config;
	const config = parseRunConfig(await readConfigFile(directory), path);
	if (!config.provenance)
		throw new UserError(
			`Expected \`${path}\` to say what the run was made with (\`provenance\`), got nothing. Restore the file.`,
		);
	// Options that are newer than the run have their defaults.
	const model = resolveModel(config.model, config.model["vocabulary"] as number, path);
	return { ...config, model, provenance: config.provenance };
}

/** The content of a run's `config.json`, unchecked. Throws a `UserError` if it is missing or is not JSON. */
export async function readConfigFile(directory: string): Promise<unknown> {
	return readJson(runPaths(directory).config, "Restore the file.").catch((error) => {
		if (error.cause?.code !== "ENOENT") throw error;
		throw new UserError(
			`Expected \`${directory}\` to be a run's directory, got no \`config.json\` in it. Check the path.`,
		);
	});
}

/** What differs between the program and machine that began the run and those that continue it. */
function changesOf({ provenance: was }: ResolvedConfig, { provenance: is }: ResolvedConfig): string[] {
	const pairs: [string, string, string][] = [
		["orrery", was.orrery, is.orrery],
		["engine", was.engine, is.engine],
		...Object.entries(is.packages).map(([name, version]): [string, string, string] => [
			name,
			was.packages[name] ?? "absent",
			version,
		]),
	];
	return pairs
		.filter(([, before, now]) => before !== now)
		.map(
			([what, before, now]) => `${what} was ${before} and is ${now}: the last bits may differ from now on.`,
		);
}

async function runLoop(
	session: Session,
	directory: string,
	from: { step: number; counters: Counters } | undefined,
	options: TrainOptions,
): Promise<TrainResult> {
	const paths = runPaths(directory);
	const { config } = session;
	const { steps } = config.training;
	let reached = from?.step ?? 0;
	let { seconds = 0, measureSeconds = 0 } = from?.counters ?? {};
	let metrics: MetricsFile | undefined;
	const report = async (outcome: Outcome | FailedOutcome) => {
		({ seconds, measureSeconds } = outcome);
		await writeStatus(directory, { ...outcome, steps });
	};
	try {
		await report({ state: "running", step: reached, seconds, measureSeconds });
		// In this order, a kill between any two leaves a run that can be resumed.
		await rm(paths.parquet, { force: true });
		await removeLaterCheckpoints(directory, reached);
		metrics = await MetricsFile.open(paths.metrics, from?.counters.metricsBytes ?? 0);
		const outcome = await trainLoop(session, {
			directory,
			metrics,
			from,
			signal: options.signal,
			onProgress: (progress) => {
				reached = progress.step;
				options.onProgress?.(progress);
			},
			onCheckpoint: report,
		});
		if (outcome.state === "finished") await writeParquet(paths.metrics, paths.parquet);
		await report(outcome);
		return { ...outcome, directory, steps, config };
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		// A disk that is full takes no status either; what is told is the first error.
		await report({ state: "failed", step: reached, message, seconds, measureSeconds }).catch(() => {});
		if (error instanceof UserError)
			throw new UserError(
				`${message}\nThe run stopped at step ${reached}; continue it with \`npx orrery resume ${directory}\`.`,
				{ cause: error },
			);
		throw error;
	} finally {
		await metrics?.close();
	}
}

type FailedOutcome = Omit<Outcome, "state"> & { readonly state: "failed" };

/**
 * Flows in their directories, laid out like those of trainings, so that reports, the server and queries read both.
 *
 * A flow takes seconds: it is not resumed but computed anew. Everything is written when it has ended, `status.json`
 * last, so a directory that has a status has all that the status speaks of.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { describeSet } from "../../data/co-occurrence.ts";
import { UserError } from "../../error.ts";
import { parameterCount } from "../../model/co-occurrence/network.ts";
import { version } from "../../version.ts";
import { differingKey, isFlow, type Provenance } from "../config.ts";
import { takeLock } from "../lock.ts";
import { makeFolder } from "../make-folder.ts";
import { readMetrics } from "../metrics.ts";
import type { MetricsRow } from "../metrics-row.ts";
import { writeParquet } from "../parquet.ts";
import { runPaths } from "../paths.ts";
import { replaceFile } from "../replace-file.ts";
import { readStatus, writeStatus } from "../status.ts";
import { readConfigFile } from "../train.ts";
import { type FlowConfig, parseFlowConfig } from "./config.ts";
import { type FlowState, type SolveOptions, solveFlow } from "./solve.ts";

/** A flow with everything decided: what `config.json` holds. */
export type ResolvedFlow = FlowConfig & { readonly provenance: Provenance };

/** How a flow ended. */
export interface FlowResult {
	readonly directory: string;
	readonly state: FlowState;
	/** Accepted steps. */
	readonly steps: number;
	/** Why it did not finish. */
	readonly message?: string;
	readonly seconds: number;
	/** As in `metrics.jsonl`; the last row of a finished flow holds `summary/*` and `guarantee/*`. */
	readonly rows: readonly MetricsRow[];
	readonly config: ResolvedFlow;
}

/**
 * Computes the flow `config` and writes it to `directory`, which is made if absent; a flow that is there is replaced.
 * Ends as finished, interrupted (`signal` was aborted) or diverged.
 * Throws a `UserError` if the directory holds something else or is in use, if the data are impossible, or if the tolerance
 * cannot be met; what was there is then as it was. Also if the disk refuses: the directory then has no status.
 */
export async function startFlow(
	config: FlowConfig,
	directory: string,
	options: SolveOptions = {},
): Promise<FlowResult> {
	const paths = runPaths(directory);
	await makeFolder(directory);
	const giveBack = await takeLock(paths.lock);
	try {
		await requireFlowOrNothing(directory);
		const start = performance.now();
		const { state, message, rows, steps, parameters, dataset } = await solveFlow(config, options);
		const seconds = (performance.now() - start) / 1000;
		const resolved: ResolvedFlow = {
			...config,
			provenance: {
				orrery: version,
				node: process.version,
				packages: {},
				engine: "float64, one thread",
				data: {
					name: describeSet(dataset),
					hash: createHash("sha256").update(new Uint8Array(dataset.tokens.buffer)).digest("hex"),
				},
				parameters: parameterCount(parameters),
			},
		};
		await rm(paths.status, { force: true });
		await replaceFile(paths.config, `${JSON.stringify(resolved, undefined, "\t")}\n`);
		await replaceFile(paths.metrics, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
		if (state === "finished") await writeParquet(paths.metrics, paths.parquet);
		else await rm(paths.parquet, { force: true });
		const why = message === undefined ? {} : { message };
		await writeStatus(directory, { state, step: steps, steps, ...why, seconds, measureSeconds: 0 });
		return { directory, state, steps, ...why, seconds, rows, config: resolved };
	} finally {
		await giveBack();
		// Nothing is left of a flow that was refused.
		await rmdir(directory).catch(() => {});
	}
}

/** Whether a directory holds what this version of the program makes of `config`, ended and undamaged. */
export async function isCurrentFlow(config: FlowConfig, directory: string): Promise<boolean> {
	if (!existsSync(runPaths(directory).status)) return false;
	try {
		const { state, step } = await readStatus(directory);
		if (state !== "finished" && state !== "diverged") return false;
		const rows = await readMetrics(runPaths(directory).metrics);
		if (state === "finished" && rows.at(-1)?.step !== step) return false;
		const { provenance, ...was } = await readResolvedFlow(directory);
		const { provenance: _, ...is } = config;
		return provenance.orrery === version && differingKey(was, is) === undefined;
	} catch (error) {
		// What cannot be read is computed anew, which takes seconds.
		if (error instanceof UserError) return false;
		throw error;
	}
}

/** The configuration in a flow's directory. Throws a `UserError` if it is missing, damaged, or not of a flow. */
export async function readResolvedFlow(directory: string): Promise<ResolvedFlow> {
	const { config: path } = runPaths(directory);
	const config = parseFlowConfig(await readConfigFile(directory), path);
	if (config.provenance) return { ...config, provenance: config.provenance };
	throw new UserError(
		`Expected \`${path}\` to say what the flow was made with (\`provenance\`), got nothing. Compute it anew.`,
	);
}

async function requireFlowOrNothing(directory: string): Promise<void> {
	const { config, metrics } = runPaths(directory);
	const found = [config, metrics, join(directory, "checkpoints")].find((path) => existsSync(path));
	if (!found) return;
	if (found === config) {
		const was = await readConfigFile(directory).catch((error) => {
			const advice = "If it was a flow, delete the folder: it is then computed anew.";
			throw error instanceof UserError
				? new UserError(`${error.message} ${advice}`, { cause: error })
				: error;
		});
		if (isFlow(was)) return;
	}
	throw new UserError(
		`Expected \`${directory}\` to be empty or to hold a gradient flow, got a folder with \`${found}\` in it. ` +
			"Choose another with --out.",
	);
}

/** Cells that are training runs. */
import { existsSync } from "node:fs";
import { UserError } from "../../error.ts";
import { isObject, type RunConfig, resolveModel } from "../../run/config.ts";
import { parseRunConfig } from "../../run/config-file.ts";
import { runPaths } from "../../run/paths.ts";
import { resumeRun, startRun, type TrainOptions } from "../../run/train.ts";
import type { CellKind } from "./kind.ts";

export const trainingKind: CellKind<RunConfig> = {
	parse: (options, source, folder) => parseRunConfig(sparse(options), source, folder),
	identity({ name: _, provenance: __, engine: ___, ...config }) {
		const vocabulary = config.model["vocabulary"] as number | undefined;
		return { ...config, model: { ...resolveModel(config.model, vocabulary ?? 1, ""), vocabulary } };
	},
	withThreads: (config, threads) => ({
		...config,
		engine: { ...config.engine, threads: config.engine.threads ?? threads },
	}),
	steps: ({ training }) => training.steps,
	async run(config, directory, { signal, onProgress }) {
		let began = false;
		const options: TrainOptions = {
			signal,
			onProgress: ({ step, steps }) => {
				began = true;
				onProgress(steps > 0 ? step / steps : 1);
			},
		};
		if (!existsSync(runPaths(directory).config)) return (await startRun(config, directory, options)).state;
		try {
			return (await resumeRun(directory, options)).state;
		} catch (error) {
			// What cannot be resumed, as from a damaged checkpoint, is done again from its first step.
			if (began || !(error instanceof UserError)) throw error;
			return (await resumeRun(directory, { ...options, fromStep: 0 })).state;
		}
	},
};

/** Unless told otherwise, a cell keeps one checkpoint and is measured six times. */
function sparse(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const { training, probes, checkpoints } = options;
	const steps = isObject(training) ? Number(training["steps"]) : 0;
	const every = Math.max(1, Math.ceil(steps / 4)) || 1;
	return {
		...options,
		probes:
			isObject(probes) || probes === undefined
				? { schedule: { doublingUntil: 1, every }, ...probes }
				: probes,
		checkpoints:
			isObject(checkpoints) || checkpoints === undefined ? { keep: 1, ...checkpoints } : checkpoints,
	};
}

/** `orrery train`: one run from a configuration file. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { requireSameConfig } from "../run/config.ts";
import { readRunConfig } from "../run/config-file.ts";
import { runPaths } from "../run/paths.ts";
import { readResolvedConfig, resumeRun, startRun } from "../run/train.ts";
import { followed, printResult, setting } from "./run-options.ts";

interface Options {
	readonly out?: string;
	readonly set?: Record<string, unknown>;
	readonly resume?: true;
	readonly json?: true;
}

export const trainCommand = (): Command =>
	new Command("train")
		.description("Train a model as a configuration file says, with probes on.")
		.argument("<config>", "JSON file; a run's own config.json repeats the run")
		.option("--out <folder>", "the run's directory (default: runs/<name>)")
		.option("--set <key=value>", "set a key of the configuration, as in optimizer.learningRate=3e-4", setting)
		.option("--resume", "continue the run if its directory exists already")
		.option("--json", "print the result as one JSON document on stdout")
		.action(async (path: string, { out, set, resume, json }: Options) => {
			const config = await readRunConfig(path, set);
			const directory = out ?? join("runs", config.name);
			const exists = existsSync(runPaths(directory).config);
			if (resume && exists)
				requireSameConfig(
					config,
					await readResolvedConfig(directory),
					directory,
					"Resume with the same configuration, start a new run in another folder with --out, or delete this one.",
				);
			const result = await followed((options) =>
				resume && exists ? resumeRun(directory, options) : startRun(config, directory, options),
			);
			printResult(result, json);
		});

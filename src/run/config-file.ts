/** A run's configuration from a file, or with paths in it: what `config.ts` checks, with its paths made absolute. */
import { dirname, parse, resolve } from "node:path";
import { readJson } from "../checkpoint/disk.ts";
import { isLanguage } from "../data/config.ts";
import { checkRunConfig, isObject, type RunConfig, setKey } from "./config.ts";

/** A checked configuration (`checkRunConfig`). Paths in it are taken relative to `folder`. */
export function parseRunConfig(value: unknown, source?: string, folder = process.cwd()): RunConfig {
	const config = checkRunConfig(value, source);
	return { ...config, data: absolutePaths(config.data, folder) };
}

/** A JSON file as a run's configuration, after `overrides` (`optimizer.learningRate` → value) are set in it. */
export async function readRunConfig(path: string, overrides?: Overrides): Promise<RunConfig> {
	return parseRunConfig(await readOptions(path, overrides), path, dirname(resolve(path)));
}

type Overrides = Readonly<Record<string, unknown>>;

/** The unchecked content of a run's file, after `overrides` are set in it; its name is that of the file by default. */
export async function readOptions(path: string, overrides: Overrides = {}): Promise<unknown> {
	const value = await readJson(path, "Mend the file.");
	if (isObject(value)) {
		for (const [key, override] of Object.entries(overrides)) setKey(value, key, override);
		if (!("name" in value)) Object.assign(value, { name: parse(path).name });
	}
	return value;
}

function absolutePaths(data: RunConfig["data"], folder: string): RunConfig["data"] {
	const { source, tokenizer } = data;
	const absolute = (path: string | undefined) => path && resolve(folder, path);
	return {
		...data,
		source:
			typeof source === "string" || isLanguage(source)
				? source
				: {
						...source,
						...Object.fromEntries(
							(["train", "validation", "test"] as const)
								.filter((split) => source[split] !== undefined)
								.map((split) => [split, absolute(source[split])]),
						),
					},
		tokenizer: typeof tokenizer === "string" ? tokenizer : { file: resolve(folder, tokenizer.file) },
	};
}

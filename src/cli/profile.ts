/** `orrery profile`: where the time of a training step goes. */
import { Command } from "commander";
import { readRunConfig } from "../run/config-file.ts";
import { profileStep } from "../run/profile.ts";
import { setting } from "./run-options.ts";
import { formatTable, printJson } from "./terminal.ts";

export const profileCommand = (): Command =>
	new Command("profile")
		.description("Time one training step of a configuration by operator; writes no run.")
		.argument("<config>", "JSON file, as for train")
		.option("--set <key=value>", "set a key of the configuration, as in engine.threads=1", setting)
		.option("--json", "print the profile as one JSON document on stdout")
		.action(async (path: string, { set, json }: { set?: Record<string, unknown>; json?: true }) => {
			const profile = await profileStep(await readRunConfig(path, set));
			if (json) return printJson(profile);
			const total = profile.rows.reduce((sum, row) => sum + row.milliseconds, 0);
			const table = formatTable([
				["operator", "calls", "ms", "share"],
				...profile.rows.map(({ operator, calls, milliseconds }) => [
					operator,
					String(calls),
					milliseconds.toFixed(2),
					`${((100 * milliseconds) / total).toFixed(1)} %`,
				]),
			]);
			process.stdout.write(
				`${table}\n\nA step takes ${profile.stepMilliseconds.toFixed(1)} ms; ` +
					`matrix products are ${(100 * profile.products).toFixed(0)} % of the time in operators.\n`,
			);
		});

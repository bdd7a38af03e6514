/** `orrery resume`: continue a run that was interrupted or killed. */
import { Command } from "commander";
import { resumeRun } from "../run/train.ts";
import { followed, printResult, wholeNumber } from "./run-options.ts";

interface Options {
	readonly fromStep?: number;
	readonly json?: true;
}

export const resumeCommand = (): Command =>
	new Command("resume")
		.description("Continue a run from its latest checkpoint, bit for bit as if it had never stopped.")
		.argument("<run>", "the run's directory")
		.option(
			"--from-step <step>",
			"continue from the checkpoint of this step; later ones are removed",
			wholeNumber(0),
		)
		.option("--json", "print the result as one JSON document on stdout")
		.action(async (directory: string, { fromStep, json }: Options) => {
			const result = await followed((options) => resumeRun(directory, { ...options, fromStep }));
			printResult(result, json);
		});

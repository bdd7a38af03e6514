/** The command line: its commands, and the promise that every run of it ends in an exit code (see exit.ts). */
import { Command } from "commander";
import { version } from "../version.ts";
import { doctorCommand } from "./doctor.ts";
import { exitCodes, explainFailure } from "./exit.ts";
import { exportCommand } from "./export.ts";
import { flowCommand } from "./flow.ts";
import { inspectCommand } from "./inspect.ts";
import { lintCommand } from "./lint.ts";
import { profileCommand } from "./profile.ts";
import { propagateCommand } from "./propagate.ts";
import { queryCommand } from "./query.ts";
import { reportCommand } from "./report.ts";
import { resumeCommand } from "./resume.ts";
import { saturationCommand } from "./saturation.ts";
import { serveCommand } from "./serve.ts";
import { startCommand } from "./start.ts";
import { studyCommand } from "./study.ts";
import { sweepCommand } from "./sweep.ts";
import { trainCommand } from "./train.ts";
import { watchCommand } from "./watch.ts";

const exitCodesHelp = `
Exit codes: 0 done, 1 an error to mend (or a diverged run, or findings of lint), 2 wrong usage, 70 a bug, 130 interrupted.
Documents go to stdout, everything else to stderr. NO_COLOR turns colours off.`;

function createProgram(): Command {
	const program = new Command("orrery")
		.description("A laboratory for the dynamics of transformer training.")
		.version(version)
		.addHelpText("after", exitCodesHelp);
	for (const command of [
		trainCommand(),
		resumeCommand(),
		flowCommand(),
		studyCommand(),
		sweepCommand(),
		reportCommand(),
		serveCommand(),
		lintCommand(),
		watchCommand(),
		queryCommand(),
		exportCommand(),
		profileCommand(),
		propagateCommand(),
		inspectCommand(),
		saturationCommand(),
		doctorCommand(),
		startCommand(),
	])
		program.addCommand(command);
	// Throw, do not exit: output still in the pipe would be lost.
	for (const command of [program, ...program.commands])
		command.exitOverride().showHelpAfterError("(add --help for the options)");
	return program;
}

/** Runs one command line and returns its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
	try {
		await createProgram().parseAsync(args, { from: "user" });
		return exitCodes.done;
	} catch (error) {
		return explainFailure(error);
	}
}

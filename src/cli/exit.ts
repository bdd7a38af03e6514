/**
 * Exit codes, and how a command ends that did not succeed.
 *
 *     0    done
 *     1    an error that the user can mend; its message says how (also: a run that diverged,
 *          findings of `orrery lint`)
 *     2    the command line itself was wrong
 *     70   a bug in orrery; the stack is printed
 *     130  interrupted with Ctrl-C
 */
import { CommanderError } from "commander";
import { UserError } from "../error.ts";
import { paint, say } from "./terminal.ts";

export const exitCodes = { done: 0, userError: 1, usage: 2, bug: 70, interrupted: 130 } as const;

/** Thrown by a command that was interrupted; everything worth saying has been said. */
export class Interrupted extends Error {}

/** Thrown by a command whose document says what it found wrong. */
export class FoundWrong extends Error {}

/** Prints what went wrong on stderr and returns the exit code. */
export function explainFailure(error: unknown): number {
	// Work that was stopped by a signal's reason, when Ctrl-C gave the signal.
	const isStopped = error instanceof DOMException && error.name === "AbortError";
	if (isStopped || error instanceof Interrupted) return exitCodes.interrupted;
	if (error instanceof FoundWrong) return exitCodes.userError;
	// Commander has printed its own message; help and version come this way too, with exit code 0.
	if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
	if (error instanceof UserError) {
		say(`${paint("red", "error:")} ${error.message}`);
		return exitCodes.userError;
	}
	say(`${paint("red", "This is a bug in orrery.")} Please report it with the lines below.`);
	say(error instanceof Error ? (error.stack ?? error.message) : String(error));
	return exitCodes.bug;
}

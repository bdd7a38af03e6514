/** What the commands that train have in common: following their work, stopping it with Ctrl-C, and telling how it ended. */
import { InvalidArgumentError, Option } from "commander";
import { UserError } from "../error.ts";
import { duration } from "../report/run-facts.ts";
import type { TrainOptions, TrainResult } from "../run/train.ts";
import type { SweepProgress } from "../sweep/run-sweep.ts";
import { exitCodes, Interrupted } from "./exit.ts";
import { openProgress } from "./progress.ts";
import { paint, printJson, say } from "./terminal.ts";

interface Followed extends Required<TrainOptions> {
	readonly onSweep: (progress: SweepProgress) => void;
	/** How far work other than a training or a sweep is, 0 to 1. */
	readonly onShare: (name: string, fraction: number) => void;
}

/**
 * Runs `work` with progress on stderr. The first Ctrl-C asks it to finish the step and save; the second ends the
 * process at once.
 */
export async function followed<T>(work: (options: Followed) => Promise<T>): Promise<T> {
	const progress = openProgress();
	const controller = new AbortController();
	const tell = (line: string) => {
		progress.stop();
		say(line);
	};
	const onInterrupt = () => {
		if (controller.signal.aborted) process.exit(exitCodes.interrupted);
		controller.abort();
		tell("Stopping after this step. Press Ctrl-C again to stop at once.");
	};
	process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);
	try {
		return await work({
			signal: controller.signal,
			// Once stopping, what is said stays the last word.
			onProgress: (p) => controller.signal.aborted || progress.update(p),
			onSweep: (p) => controller.signal.aborted || progress.updateSweep(p),
			onShare: (name, fraction) => controller.signal.aborted || progress.updateShare(name, fraction),
			onNote: (note) => tell(paint("dim", note)),
		});
	} finally {
		process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt);
		progress.stop();
	}
}

/** How long a run took, and how much of it was measuring. */
export function spentOn({ seconds, measureSeconds }: TrainResult): string {
	const share = seconds > 0 ? (100 * measureSeconds) / seconds : 0;
	return `${duration(seconds)}, ${share.toFixed(1)} % of it measuring`;
}

/**
 * Says how a run ended, and prints it as JSON if asked for. Throws `Interrupted` if it was, and a `UserError` if it
 * diverged.
 */
export function printResult(result: TrainResult, json: true | undefined): void {
	const { directory, state, step, steps, seconds, measureSeconds, message } = result;
	if (json) printJson({ directory, state, step, steps, seconds, measureSeconds, message });
	if (state === "diverged") throw new UserError(`${message} (${directory})`);
	if (state === "finished")
		say(`${paint("green", "Finished")} ${directory}: ${steps} steps in ${spentOn(result)}.`);
	else {
		say(`${paint("yellow", "Interrupted")} at step ${step} of ${steps} (${spentOn(result)}). Resume with:`);
		say(`  npx orrery resume ${directory}`);
		throw new Interrupted();
	}
}

/** Parser of an option's value that must be a whole number from `least` to `most`. */
export const wholeNumber =
	(least: number, most = Number.POSITIVE_INFINITY) =>
	(text: string): number => {
		const value = Number(text);
		if (/^\d+$/.test(text) && value >= least && value <= most) return value;
		const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
		throw new InvalidArgumentError(`Expected a whole number ${range}.`);
	};

export const deviceOption = (): Option =>
	new Option("--device <device>", "what computes").choices(["cpu", "webgpu", "cuda", "wasm"]);

/** Parser of a port's number; 0 is any free port. */
export const portNumber = wholeNumber(0, 65535);

/** Collects `key=value`; the value is JSON, or else the text itself. */
export function setting(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
	const at = text.indexOf("=");
	if (at < 1) throw new InvalidArgumentError("Expected key=value, as in training.steps=100.");
	const value = text.slice(at + 1);
	try {
		return { ...before, [text.slice(0, at)]: JSON.parse(value) };
	} catch {
		return { ...before, [text.slice(0, at)]: value };
	}
}

/**
 * How far a run, a sweep or any other work is, on stderr: a bar on a terminal, a plain line every few seconds elsewhere (a log, a pipe).
 */
import { SingleBar } from "cli-progress";
import { duration } from "../report/run-facts.ts";
import type { TrainProgress } from "../run/train.ts";
import type { SweepProgress } from "../sweep/run-sweep.ts";

const training = "{name}: step {value}/{total}, loss {loss}, {rate} tokens/s, {eta_formatted} left";
const sweep = "{name}: {done}/{cells} cells, {detail}, {left} left";
const share = "{name}: {percentage} %, {duration_formatted}";

export interface Progress {
	/** Called after every step of a training; draws as often as is useful. */
	readonly update: (progress: TrainProgress) => void;
	/** Called whenever a cell of a sweep has moved. */
	readonly updateSweep: (progress: SweepProgress) => void;
	/** How far any other work is, 0 to 1. */
	readonly updateShare: (name: string, fraction: number) => void;
	/** Ends the bar, so that what is said next begins on a new line. */
	stop(): void;
}

export function openProgress(): Progress {
	let bar: SingleBar | undefined;
	let current = "";
	const stop = () => {
		bar?.stop();
		bar = undefined;
	};
	const draw = (format: string, name: string, value: number, total: number, payload: object) => {
		if (!bar || name !== current) {
			stop();
			current = name;
			bar = new SingleBar({
				format: process.stderr.isTTY ? format.replace(": ", ": {bar} ") : format,
				stream: process.stderr,
				barsize: 24,
				barCompleteChar: "━",
				barIncompleteChar: "╌",
				fps: 5,
				etaBuffer: 100,
				hideCursor: true,
				// Before it knows, cli-progress says "0", "NULL" or "INF".
				formatTime: (seconds) => (Number.isFinite(seconds) ? duration(seconds) : "…"),
				noTTYOutput: true,
				notTTYSchedule: 5000,
				// cli-progress must not take Ctrl-C from the run, which still has a checkpoint to write.
				gracefulExit: false,
			});
			bar.start(total, value, { name, ...payload });
		} else bar.update(value, { name, ...payload });
	};
	return {
		update: ({ name, step, steps, loss, tokensPerSecond }) =>
			draw(training, name, step, steps, {
				loss: loss?.toFixed(3) ?? "…",
				rate: tokensPerSecond === undefined ? "…" : Math.round(tokensPerSecond).toLocaleString("en"),
			}),
		updateSweep: ({ name, done, total, running, failed, diverged, fraction, secondsLeft }) =>
			draw(sweep, name, 1000 * fraction, 1000, {
				done,
				cells: total,
				detail: [`${running} running`, diverged && `${diverged} diverged`, failed && `${failed} failed`]
					.filter(Boolean)
					.join(", "),
				left: secondsLeft === undefined ? "…" : duration(secondsLeft),
			}),
		updateShare: (name, fraction) => draw(share, name, Math.round(100 * fraction), 100, {}),
		stop,
	};
}

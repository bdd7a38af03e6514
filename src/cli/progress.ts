/**
 * How far a run is, on stderr: a bar on a terminal, a plain line every few seconds elsewhere (a log, a pipe).
 */
import { SingleBar } from "cli-progress";
import { duration } from "../report/run-facts.ts";
import type { TrainProgress } from "../run/train.ts";

const training = "{name}: step {value}/{total}, loss {loss}, {rate} tokens/s, {eta_formatted} left";
const share = "{name}: {percentage} %, {duration_formatted}";

export interface Progress {
	/** Called after every step of a training; draws as often as is useful. */
	readonly update: (progress: TrainProgress) => void;
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
		updateShare: (name, fraction) => draw(share, name, Math.round(100 * fraction), 100, {}),
		stop,
	};
}

/** How far a sweep is, on stderr: a bar of its cells on a terminal, a plain line every few seconds elsewhere. */
import { SingleBar } from "cli-progress";
import { duration } from "../report/run-facts.ts";
import type { SweepProgress } from "../sweep/run-sweep.ts";

const plain = "{name}: {done}/{cells} cells, {detail}, {left} left";

export function openSweepProgress() {
	let bar: SingleBar | undefined;
	return {
		/** Called whenever a cell has moved; draws as often as is useful. */
		update({ name, done, total, running, failed, diverged, fraction, secondsLeft }: SweepProgress) {
			const detail = [
				`${running} running`,
				diverged && `${diverged} diverged`,
				failed && `${failed} failed`,
			].filter(Boolean);
			const payload = {
				name,
				done,
				cells: total,
				detail: detail.join(", "),
				left: secondsLeft === undefined ? "…" : duration(secondsLeft),
			};
			if (bar) return bar.update(1000 * fraction, payload);
			bar = new SingleBar({
				format: process.stderr.isTTY ? plain.replace(": ", " {bar} ") : plain,
				stream: process.stderr,
				barsize: 24,
				barCompleteChar: "━",
				barIncompleteChar: "╌",
				fps: 5,
				hideCursor: true,
				noTTYOutput: true,
				notTTYSchedule: 5000,
				// Ctrl-C belongs to the sweep, whose cells still have checkpoints to write.
				gracefulExit: false,
			});
			bar.start(1000, 1000 * fraction, payload);
		},
		/** Ends the bar, so that what is said next begins on a new line. */
		stop() {
			bar?.stop();
			bar = undefined;
		},
	};
}

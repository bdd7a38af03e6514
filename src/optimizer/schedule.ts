/**
 * The learning rate at each step: the peak rate times a factor that depends on the step alone.
 *
 *     constant      1
 *     linear        from 1 in a straight line to `final` at the last step
 *     cosine        final + (1 − final) · ½(1 + cos πu), u from 0 to 1
 *     inverse-sqrt  √(k / max(t, k))
 *     t5            1/√max(t, k), T5's schedule (Raffel et al. 2020, §3.1.2)
 *
 * t = step + 1 counts updates from 1. During a warm-up of w steps the factor is multiplied by t/w, and linear and
 * cosine begin at its end.
 */
import type { ScheduleConfig } from "./config.ts";

/** The learning rate of a step (counted from 0) in a run of `steps` steps. Past the end, linear and cosine stay at `final`. */
export function learningRateAt(schedule: ScheduleConfig, peak: number, steps: number, step: number): number {
	const t = step + 1;
	if (schedule.name === "t5") return peak / Math.sqrt(Math.max(t, schedule.timescale));
	const { warmup } = schedule;
	return peak * Math.min(1, warmup ? t / warmup : 1) * decayed(schedule, steps, step);
}

function decayed(schedule: Exclude<ScheduleConfig, { name: "t5" }>, steps: number, step: number): number {
	const { warmup } = schedule;
	switch (schedule.name) {
		case "constant":
			return 1;
		case "inverse-sqrt": {
			const k = schedule.timescale ?? Math.max(1, warmup);
			return Math.sqrt(k / Math.max(step + 1, k));
		}
		default: {
			const span = Math.max(1, steps - 1 - warmup);
			const u = Math.min(1, Math.max(0, (step - warmup) / span));
			const left = schedule.name === "linear" ? 1 - u : (1 + Math.cos(Math.PI * u)) / 2;
			return schedule.final + (1 - schedule.final) * left;
		}
	}
}

/**
 * Which steps are measured: dense where training moves fast, sparse where it moves slowly.
 *
 * 0, 1, 2, 4, …, `doublingUntil`, then every multiple of `every`, and always the last step. The schedule is a pure
 * function of the step, so that a resumed run measures exactly where an uninterrupted one does.
 */
import { z } from "zod";

export const measureScheduleSchema = z.strictObject({
	/** Powers of two are measured up to this step. */
	doublingUntil: z.int().nonnegative().default(512),
	/** Beyond `doublingUntil`, multiples of this many steps are measured. */
	every: z.int().positive().default(250),
});

export type MeasureSchedule = z.output<typeof measureScheduleSchema>;

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));

/** Whether the model is measured before update `step` (0 is the initial model; `last` is the final one). */
export function isMeasured(step: number, { doublingUntil, every }: MeasureSchedule, last: number): boolean {
	if (step === 0 || step === last) return true;
	return step <= doublingUntil ? isPowerOfTwo(step) : step % every === 0;
}

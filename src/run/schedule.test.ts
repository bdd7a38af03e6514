import { expect, test } from "vitest";
import { isMeasured, type MeasureSchedule, measureScheduleSchema } from "./schedule.ts";

const measuredSteps = (schedule: MeasureSchedule, last: number): number[] =>
	Array.from({ length: last + 1 }, (_, step) => step).filter((step) => isMeasured(step, schedule, last));

test("the default schedule doubles up to 512 and is linear after it", () => {
	const schedule = measureScheduleSchema.parse({ every: 300 });
	expect(measuredSteps(schedule, 1300)).toEqual([
		0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 900, 1200, 1300,
	]);
});

test("a run of zero steps measures the initial model, and the last step is measured wherever it falls", () => {
	const schedule = measureScheduleSchema.parse({ doublingUntil: 4, every: 5 });
	expect(measuredSteps(schedule, 0)).toEqual([0]);
	expect(measuredSteps(schedule, 7)).toEqual([0, 1, 2, 4, 5, 7]);
});

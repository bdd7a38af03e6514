import { expect, test } from "vitest";
import { scheduleConfig } from "./config.ts";
import { learningRateAt } from "./schedule.ts";

const rates = (options: object, steps: number, peak = 1) =>
	Array.from({ length: steps }, (_, step) =>
		learningRateAt(scheduleConfig.parse(options), peak, steps, step),
	);

test("a constant rate stays at its peak", () => {
	expect(rates({ name: "constant" }, 3, 0.01)).toEqual([0.01, 0.01, 0.01]);
});

test("a warm-up of w steps rises by 1/w a step and is at the peak after w", () => {
	expect(rates({ name: "constant", warmup: 4 }, 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
});

test("linear decay goes from the peak after the warm-up to `final` at the last step", () => {
	expect(rates({ name: "linear" }, 5)).toEqual([1, 0.75, 0.5, 0.25, 0]);
	const [first, second, third, , last] = rates({ name: "linear", warmup: 2, final: 0.1 }, 5);
	expect([first, second, third]).toEqual([0.5, 1, 1]);
	expect(last).toBeCloseTo(0.1, 15);
});

test("cosine decay is half way down in the middle and stays at `final` past the end", () => {
	const values = rates({ name: "cosine", final: 0.2 }, 5);
	expect(values[0]).toBe(1);
	expect(values[2]).toBeCloseTo(0.6, 15);
	expect(values[4]).toBeCloseTo(0.2, 15);
	expect(learningRateAt(scheduleConfig.parse({ name: "cosine", final: 0.2 }), 1, 5, 99)).toBeCloseTo(0.2, 15);
});

test("the inverse square root is 1/√t from t = 1, or holds until its timescale", () => {
	expect(rates({ name: "inverse-sqrt" }, 4)).toEqual([1, 2, 3, 4].map((t) => Math.sqrt(1 / t)));
	expect(rates({ name: "inverse-sqrt", timescale: 3 }, 12)[11]).toBe(0.5);
	expect(rates({ name: "inverse-sqrt", warmup: 4 }, 16)[15]).toBe(0.5);
});

test("T5's schedule is 1/√max(t, 10000)", () => {
	expect(rates({ name: "t5" }, 1)).toEqual([0.01]);
	expect(learningRateAt(scheduleConfig.parse({ name: "t5" }), 1, 1, 39_999)).toBe(1 / 200);
});

import { describe, expect, test } from "vitest";
import { stepsRatio, stepsTo } from "./steps.ts";

describe("steps to a loss", () => {
	const curve = [1, 10, 100, 1000].map((step) => ({ step, loss: 4 - Math.log10(step) }));

	test("are exact for a loss that falls with the logarithm of the step (1e-12)", () => {
		for (const target of [3.9, 3, 2.345, 1])
			expect(Math.log10(stepsTo(curve, target)!)).toBeCloseTo(4 - target, 12);
	});

	test("are none for a loss that is never reached, and the first of a curve that comes and goes", () => {
		expect(stepsTo(curve, 0.99)).toBeUndefined();
		expect(stepsTo([], 1)).toBeUndefined();
		const spike = [3, 2, 5, 1].map((loss, i) => ({ step: 10 * (i + 1), loss }));
		expect(stepsTo(spike, 2)).toBe(20);
		expect(
			stepsTo(
				[
					{ step: 0, loss: 4 },
					{ step: 10, loss: 2 },
				],
				3,
			),
		).toBe(5);
	});

	test("as a multiple of another run's: both bounds are the factor where curves are one curve, stretched", () => {
		const points = (factor: number, steps: number) =>
			Array.from({ length: 400 }, (_, i) => {
				const step = Math.round(steps ** (i / 399));
				return { step, loss: 5 - Math.log(step / factor) };
			});
		const ratio = stepsRatio(points(3, 1000), points(1, 1000))!;
		expect(ratio).toMatchObject({ most: undefined, tried: 1 });
		expect(ratio.least).toBeCloseTo(3, 1);
		expect(stepsRatio(points(3, 5000), points(1, 1000))!.most).toBeCloseTo(3, 1);
		expect(stepsRatio(points(0.5, 1000), points(1, 1000))).toMatchObject({ least: undefined });
		expect(stepsRatio(points(0.5, 1000), points(1, 1000))!.most).toBeCloseTo(0.5, 1);
	});
});

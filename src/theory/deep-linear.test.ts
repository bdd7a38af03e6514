import { expect, test } from "vitest";
import { dormandPrince } from "../flow/dormand-prince.ts";
import { endOf } from "../flow/end.ts";
import { modeStrength, modeTime, saddleLoss, solvedDepths, waitingTime } from "./deep-linear.ts";

test("the time to a strength is that of du/dt = N u^(2−2/N) (s − u), to 1e-8, for every depth with a formula", () => {
	for (const depth of solvedDepths)
		for (const [s, initial, fraction] of [
			[4, 0.01, 0.5],
			[1, 0.2, 0.9],
			[2.5, 1e-3, 0.999],
		] as const) {
			const to = modeTime(depth, s, initial, fraction * s);
			const field = (_: number, [u]: Float64Array, out: Float64Array) => {
				out[0] = depth * u! ** (2 - 2 / depth) * (s - u!);
			};
			const { state } = endOf(
				dormandPrince(field, Float64Array.of(initial), { to, relativeTolerance: 1e-11 }),
			);
			expect(Math.abs(state[0]! / (fraction * s) - 1)).toBeLessThan(1e-8);
		}
});

test("two layers: strength and time are inverse to each other to 1e-10, and the strength does not overflow", () => {
	for (const u of [0.02, 0.5, 2, 3.9])
		expect(modeStrength(4, 0.01, modeTime(2, 4, 0.01, u))).toBeCloseTo(u, 10);
	expect(modeStrength(4, 0.01, 0)).toBeCloseTo(0.01, 14);
	expect(modeStrength(4, 0.01, 1e6)).toBe(4);
	// As printed: s e^(2st)/(e^(2st) − 1 + s/u₀).
	const growth = Math.exp(2 * 4 * 0.7);
	expect(modeStrength(4, 0.01, 0.7)).toBeCloseTo((4 * growth) / (growth - 1 + 4 / 0.01), 12);
});

test("the waiting time is the time to half strength to leading order: 2 % off at scale 1e-40, 1e-2 and 1e-2", () => {
	for (const [depth, scale] of [
		[2, 1e-40],
		[3, 1e-2],
		[4, 1e-2],
	] as const) {
		const time = modeTime(depth, 4, scale ** depth, 2);
		expect(Math.abs(time / waitingTime(depth, 4, scale) - 1)).toBeLessThan(0.02);
	}
});

test("saddles cost half the squares of what is not learned", () => {
	expect([0, 1, 2, 3].map((k) => saddleLoss([4, 2, 1], k))).toEqual([10.5, 2.5, 0.5, 0]);
});

test("strengths out of order and depths without a formula are refused", () => {
	expect(() => modeTime(2, 1, 0, 0.5)).toThrow(/0 < `initial`/);
	expect(() => modeTime(2, 1, 0.1, 1)).toThrow(/never reaches it/);
	expect(() => modeTime(3, 1, 0.5, 0.1)).toThrow(/got `0.5` and `0.1`/);
	expect(() => modeTime(5, 1, 0.1, 0.5)).toThrow(/`depth` to be one of 2, 3, 4, got `5`/);
});

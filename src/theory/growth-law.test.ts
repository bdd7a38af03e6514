import { expect, test } from "vitest";
import { fitGrowthLaw, type GrowthLaw, rankGrowthLaws } from "./growth-law.ts";

test("each law is recovered from a series that follows it, and ranks first", () => {
	const steps = Array.from({ length: 40 }, (_, i) => i * 25);
	const curves: Record<GrowthLaw, (t: number) => number> = {
		sqrt: (t) => 2 * Math.sqrt(t) + 30,
		linear: (t) => 0.5 * t + 30,
		quarter: (t) => 4 * t ** 0.25 + 30,
		squared: (t) => Math.sqrt(7 * t + 900),
		power: (t) => 0.3 * t ** 0.7 + 30,
	};
	for (const law of Object.keys(curves) as GrowthLaw[]) {
		const ranked = rankGrowthLaws(steps, steps.map(curves[law]));
		// The power law contains the others, so it may tie with them to rounding error.
		expect([law, "power"]).toContain(ranked[0]!.law);
		const fit = ranked.find((candidate) => candidate.law === law)!;
		expect(fit.residual).toBeLessThan(1e-4);
		expect(fit.r2).toBeGreaterThan(1 - 1e-9);
	}
	const power = fitGrowthLaw("power", steps, steps.map(curves.power));
	expect(power.exponent).toBeCloseTo(0.7, 6);
	expect(power.a).toBeCloseTo(0.3, 6);
	expect(power.b).toBeCloseTo(30, 5);
});

test("the power law's fit is stationary: no exponent near it leaves smaller residuals", () => {
	const steps = Array.from({ length: 60 }, (_, i) => i * 10);
	const norms = steps.map((t) => 20 * Math.log(1 + t / 50) + 40);
	const fit = fitGrowthLaw("power", steps, norms);
	const squares = (a: number, b: number, p: number) =>
		steps.reduce((total, t, i) => total + (norms[i]! - a * t ** p - b) ** 2, 0);
	const least = squares(fit.a, fit.b, fit.exponent);
	for (const da of [-1e-3, 0, 1e-3])
		for (const db of [-0.1, 0, 0.1])
			for (const dp of [-1e-4, 0, 1e-4])
				expect(squares(fit.a * (1 + da), fit.b + db, fit.exponent + dp)).toBeGreaterThanOrEqual(
					least * (1 - 1e-9),
				);
});

/** Standard normal draws, the same in every run. */
function normals(seed: number): () => number {
	let state = seed;
	const uniform = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state + 0.5) / 2 ** 32;
	};
	return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

test("95 % of the 95 % intervals hold the coefficients of the curve that made the data", () => {
	const normal = normals(7);
	const steps = Array.from({ length: 15 }, (_, i) => i * 100);
	const series = 600;
	const hits = { a: 0, b: 0, exponent: 0, powerA: 0 };
	for (let i = 0; i < series; i++) {
		const norms = steps.map((t) => 3 * Math.sqrt(t) + 50 + 0.5 * normal());
		const within = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high;
		const line = fitGrowthLaw("sqrt", steps, norms).confidence!;
		const power = fitGrowthLaw("power", steps, norms).confidence!;
		hits.a += +within(3, line.a);
		hits.b += +within(50, line.b);
		hits.exponent += +within(0.5, power.exponent!);
		hits.powerA += +within(3, power.a);
	}
	// Four standard errors of a share of 600 at .95; the power law's intervals are right to first order only.
	for (const count of Object.values(hits)) expect(Math.abs(count / series - 0.95)).toBeLessThan(0.036);
});

test("a series that grows like log t has no exponent: the search ends at its bound and says so", () => {
	const steps = Array.from({ length: 30 }, (_, i) => 1 + i * 10);
	const fit = fitGrowthLaw(
		"power",
		steps,
		steps.map((t) => Math.log(t)),
	);
	expect(fit.exponent).toBeCloseTo(0.02, 3);
	expect(fit.confidence).toBeUndefined();
});

test("what cannot be fitted is refused with what to do", () => {
	expect(() => fitGrowthLaw("sqrt", [0, 1], [1, 2])).toThrow(/at least 3 measured steps.*got 2/);
	expect(() => fitGrowthLaw("power", [0, 1, 2], [1, 2, 3])).toThrow(/at least 4 measured steps/);
	expect(() => fitGrowthLaw("sqrt", [0, 1, 2], [1, 2])).toThrow(/as many norms as steps/);
	expect(() => fitGrowthLaw("sqrt", [0, 1, 2], [1, Number.NaN, 3])).toThrow(/got NaN at step 1/);
});

import { expect, test } from "vitest";
import { stream } from "../engine/random.ts";
import { fixedStepEquilibrium } from "./equilibrium.ts";
import { boundaryDecay, momentumFactor, predictedNorm, stepPerRate } from "./phase-boundary.ts";

test("on the boundary the equilibrium is the initial norm, to 12 digits, and the norm stays", () => {
	for (const rate of [1e-5, 1e-3, 1e-2])
		for (const [initial, s] of [
			[23.65, 258],
			[189.38, 6151],
		] as const) {
			const decay = boundaryDecay(initial, s, rate);
			expect(fixedStepEquilibrium(rate * s, rate, decay).norm / initial).toBeCloseTo(1, 12);
			expect(predictedNorm(initial, s, rate, decay, 500) / initial).toBeCloseTo(1, 12);
			expect(predictedNorm(initial, s, rate, decay * 2, 500)).toBeLessThan(initial);
			expect(predictedNorm(initial, s, rate, decay / 2, 500)).toBeGreaterThan(initial);
			// To first order λ* = ηs²/(2r_0²).
			expect(boundaryDecay(initial, s, 1e-7) / ((1e-7 * s * s) / (2 * initial * initial))).toBeCloseTo(1, 6);
		}
});

test("steps longer than the norm make it grow whatever the decay", () => {
	expect(boundaryDecay(1, 100, 0.02)).toBe(Number.POSITIVE_INFINITY);
});

test("the finite-time formula is the recursion r² ← (1 − ηλ)²r² + (ηs)², to 10 digits, without decay too", () => {
	const [initial, s, rate] = [20, 250, 1e-2];
	for (const decay of [0, 1e-3, 0.1, 5]) {
		let square = initial ** 2;
		for (let t = 0; t < 300; t++) square = (1 - rate * decay) ** 2 * square + (rate * s) ** 2;
		// With little decay r_eq² is large, and its two terms nearly cancel.
		expect(predictedNorm(initial, s, rate, decay, 300) / Math.sqrt(square)).toBeCloseTo(1, 10);
	}
});

test("decay is taken out of a measured step exactly", () => {
	const [rate, decay] = [0.1, 0.3];
	const theta = [3, -1, 2];
	const gradient = [0.5, 4, -1];
	const delta = theta.map((x, i) => -rate * gradient[i]! - rate * decay * x);
	const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
	const step = {
		norm: Math.hypot(...theta),
		radial: 2 * dot(theta, delta),
		squaredStep: dot(delta, delta),
	};
	expect(stepPerRate(step, rate, decay)).toBeCloseTo(Math.hypot(...gradient), 12);
});

test("Adam's average of random gradients moves as far as the gradients do: steps times the momentum factor, ± 5 %", () => {
	const [beta, n, steps] = [0.9, 2000, 400];
	const gradients = stream(1, "walk").normal((steps + 200) * n);
	const position = new Float64Array(n);
	const average = new Float64Array(n);
	let squaredStep = 0;
	for (let t = 0; t < steps + 200; t++)
		for (let i = 0; i < n; i++) {
			average[i] = beta * average[i]! + (1 - beta) * gradients[t * n + i]!;
			// The average needs some steps until it has its full length.
			if (t < 200) continue;
			position[i]! += average[i]!;
			squaredStep += average[i]! ** 2 / steps;
		}
	const way = Math.hypot(...position) / Math.sqrt(steps);
	expect(way / (Math.sqrt(squaredStep) * momentumFactor(beta))).toBeGreaterThan(0.95);
	expect(way / (Math.sqrt(squaredStep) * momentumFactor(beta))).toBeLessThan(1.05);
	expect(way / Math.sqrt(squaredStep)).toBeGreaterThan(4);
});

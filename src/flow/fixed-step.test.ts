import { expect, test } from "vitest";
import { descent } from "./descent.ts";
import { endOf } from "./end.ts";
import type { Trajectory, VectorField } from "./field.ts";
import { implicitMidpoint } from "./implicit-midpoint.ts";
import { type FixedStepOptions, rungeKutta4 } from "./runge-kutta.ts";

const nonlinear: VectorField = (time, state, out) => {
	out[0] = state[0]! ** 2 * Math.cos(time);
};
const solution = (time: number) => 1 / (2 - Math.sin(time));

const oscillator: VectorField = (_, [x, v], out) => out.set([v!, -x!]);
const energy = ([x, v]: Float64Array) => (x! ** 2 + v! ** 2) / 2;

type Method = (field: VectorField, state: Float64Array, options: FixedStepOptions) => Trajectory;

const euler: Method = (field, state, { to, steps }) => descent(field, state, { rate: to / steps, steps });

for (const [name, method, order] of [
	["descent", euler, 1],
	["implicit midpoint", implicitMidpoint, 2],
	["Runge–Kutta", rungeKutta4, 4],
] as const) {
	const errors = (steps: number) => {
		let [end, between, within] = [0, 0, 0];
		for (const step of method(nonlinear, Float64Array.of(0.5), { to: 5, steps })) {
			end = Math.max(end, Math.abs(step.after[0]! - solution(step.end)));
			const time = 0.7 * step.start + 0.3 * step.end;
			between = Math.max(between, Math.abs(step.at(time)[0]! - solution(time)));
			within = Math.max(within, Math.abs(step.restep(time)[0]! - solution(time)));
		}
		return { end, between, within };
	};

	test(`${name} has order ${order}, at the ends of steps, between them, and by steps within steps`, () => {
		const [coarse, fine] = [errors(100), errors(800)];
		for (const key of ["end", "between", "within"] as const)
			expect(Math.abs(Math.log2(coarse[key] / fine[key]) / 3 - order)).toBeLessThan(0.3);
	});

	test(`${name} refuses an empty state, NaN, and no steps`, () => {
		const run = (state: Float64Array, steps: number) => () =>
			endOf(method(nonlinear, state, { to: 5, steps }));
		expect(run(new Float64Array(0), 10)).toThrow("Expected `state` to have at least one number");
		expect(run(Float64Array.of(Number.NaN), 10)).toThrow(
			"Expected `state[0]` to be finite at time 0, got NaN",
		);
		expect(run(Float64Array.of(1), 0)).toThrow("Expected `steps` to be a positive integer, got 0");
	});
}

test("the implicit midpoint rule keeps the energy of an oscillator to 1e-13 over 1,000 long steps; others do not", () => {
	const options = { to: 500, steps: 1000 };
	const drift = (trajectory: Trajectory) => Math.abs(energy(endOf(trajectory).state) / 0.5 - 1);
	expect(drift(implicitMidpoint(oscillator, Float64Array.of(1, 0), options))).toBeLessThan(1e-13);
	expect(drift(rungeKutta4(oscillator, Float64Array.of(1, 0), options))).toBeGreaterThan(0.1);
});

test("it keeps every quadratic invariant: x·y of the saddle x′ = xy²x, y′ = −xy²y… to 1e-13", () => {
	// x′ = g x, y′ = −g y keeps the product, whatever g is.
	const saddle: VectorField = (_, [x, y], out) => {
		const g = Math.sin(x! + 3 * y!);
		out.set([g * x!, -g * y!]);
	};
	const product = ([x, y]: Float64Array) => x! * y!;
	const end = (method: Method) =>
		product(endOf(method(saddle, Float64Array.of(1, 1.5), { to: 20, steps: 60 })).state);
	expect(Math.abs(end(implicitMidpoint) - 1.5)).toBeLessThan(1e-13);
	expect(Math.abs(end(rungeKutta4) - 1.5)).toBeGreaterThan(1e-6);
});

test("a look within a step of the implicit midpoint rule does not change the steps after it", () => {
	const options = { to: 5, steps: 20 };
	const quiet = endOf(implicitMidpoint(nonlinear, Float64Array.of(0.5), options));
	let last = 0;
	for (const step of implicitMidpoint(nonlinear, Float64Array.of(0.5), options)) {
		step.at(step.start);
		step.restep((step.start + step.end) / 2);
		last = step.after[0]!;
	}
	expect(last).toBe(quiet.state[0]);
});

test("steps too long for the fixed-point iteration are refused with what to do", () => {
	const fast: VectorField = (_, [y], out) => out.set([-100 * y!]);
	const run = (steps: number) => () => endOf(implicitMidpoint(fast, Float64Array.of(1), { to: 1, steps }));
	expect(run(45)).toThrow(
		/converge within 200 iterations at time 0, got none with a step of 0\.0222.*twice as many/,
	);
	expect(run(70)).not.toThrow();
});

test("descent on a quadratic multiplies by 1 − ηλ, exactly, and beyond η = 2/λ it says when it diverged", () => {
	const quadratic: VectorField = (_, [y], out) => out.set([-4 * y!]);
	const { state, time, work } = endOf(descent(quadratic, Float64Array.of(1), { rate: 0.125, steps: 10 }));
	expect(state[0]).toBe(0.5 ** 10);
	expect(time).toBe(1.25);
	expect(work).toEqual({ accepted: 10, rejected: 0, evaluations: 10 });
	expect(() => endOf(descent(quadratic, Float64Array.of(1), { rate: 1, steps: 1000 }))).toThrow(
		/Expected `state\[0\]` to be finite at time 6\d\d, got -?Infinity. Descent diverged/,
	);
	expect(() => endOf(descent(quadratic, Float64Array.of(1), { rate: 0, steps: 1 }))).toThrow(
		"Expected `rate` to be positive, got 0",
	);
});

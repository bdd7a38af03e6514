import fc from "fast-check";
import { expect, test } from "vitest";
import { NotFiniteError } from "./checks.ts";
import { type DormandPrinceOptions, dormandPrince } from "./dormand-prince.ts";
import { endOf, statesAt } from "./end.ts";
import type { Step, VectorField } from "./field.ts";

/** y′ = y² cos t from ½: y = 1/(2 − sin t). */
const nonlinear: VectorField = (time, state, out) => {
	out[0] = state[0]! ** 2 * Math.cos(time);
};
const solution = (time: number) => 1 / (2 - Math.sin(time));

/** Two bodies, in units of their period over 2π. */
const kepler: VectorField = (_, [x, y, u, v], out) => {
	const cubed = Math.hypot(x!, y!) ** 3;
	out.set([u!, v!, -x! / cubed, -y! / cubed]);
};
const ellipse = (eccentricity: number) =>
	Float64Array.of(1 - eccentricity, 0, 0, Math.sqrt((1 + eccentricity) / (1 - eccentricity)));

const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((value, i) => value - b[i]!));

/** One step of length h, whatever its error. */
function oneStep(field: VectorField, state: Float64Array, from: number, h: number): Step {
	const free = { relativeTolerance: 0.9, absoluteTolerance: 1e9, firstStep: h };
	const next = dormandPrince(field, state, { from, to: from + h, ...free }).next();
	if (next.done) throw new Error("no step");
	return next.value;
}

/** The largest errors at the ends of n equal steps to time 5, of dense output and of steps within steps. */
function errorsOf(n: number) {
	let state = Float64Array.of(0.5);
	let [end, dense, within] = [0, 0, 0];
	const h = 5 / n;
	for (let k = 0; k < n; k++) {
		const step = oneStep(nonlinear, state, k * h, h);
		for (const theta of [0.2, 0.5, 0.9]) {
			const time = (k + theta) * h;
			dense = Math.max(dense, Math.abs(step.at(time)[0]! - solution(time)));
			within = Math.max(within, Math.abs(step.restep(time)[0]! - solution(time)));
		}
		state = Float64Array.from(step.after);
		end = Math.max(end, Math.abs(state[0]! - solution((k + 1) * h)));
	}
	return { end, dense, within };
}

test("the solution has order 5; dense output of order 4 errs by h⁵ within a step, 20 times as much as a step within it", () => {
	const [coarse, fine] = [errorsOf(40), errorsOf(160)];
	for (const key of ["end", "dense", "within"] as const)
		expect(Math.abs(Math.log2(coarse[key] / fine[key]) / 2 - 5)).toBeLessThan(0.3);
	expect(fine.dense).toBeGreaterThan(20 * fine.within);
	expect(fine.end).toBeLessThan(2e-12);
});

test("dense output meets both ends of the step exactly, with the field's slopes (1e-6)", () => {
	const step = oneStep(kepler, ellipse(0.3), 0, 0.1);
	expect(step.at(0)).toEqual(step.before);
	expect(step.at(0.1)).toEqual(step.after);
	const slope = new Float64Array(4);
	for (const [time, state, sign] of [
		[0, step.before, 1],
		[0.1, step.after, -1],
	] as const) {
		kepler(time, state, slope);
		const near = step.at(time + sign * 1e-7);
		const measured = near.map((value, i) => (value - state[i]!) / (sign * 1e-7));
		expect(distance(measured, slope)).toBeLessThan(1e-6);
	}
});

test("a Kepler orbit of eccentricity 0.6 closes, with an error that follows the tolerance down to 1e-11", () => {
	for (const relativeTolerance of [1e-5, 1e-7, 1e-9, 1e-11, 1e-13]) {
		const { state, time } = endOf(
			dormandPrince(kepler, ellipse(0.6), { to: 2 * Math.PI, relativeTolerance }),
		);
		expect(time).toBe(2 * Math.PI);
		expect(distance(state, ellipse(0.6))).toBeLessThan(100 * relativeTolerance);
	}
});

test("steps shrink at the pericentre of an eccentric orbit and grow after it, with less than a tenth rejected", () => {
	const lengths: number[] = [];
	const trajectory = dormandPrince(kepler, ellipse(0.9), { to: 2 * Math.PI, relativeTolerance: 1e-8 });
	let work = trajectory.next();
	for (; !work.done; work = trajectory.next()) lengths.push(work.value.end - work.value.start);
	expect(Math.max(...lengths) / Math.min(...lengths)).toBeGreaterThan(50);
	expect(work.value.rejected).toBeGreaterThan(0);
	expect(work.value.rejected).toBeLessThan(work.value.accepted / 10);
	expect(work.value.evaluations).toBe(1 + 6 * (work.value.accepted + work.value.rejected));
});

test("a thousand times the horizon of a slowing flow costs less than 3 times the steps", () => {
	// The logistic loss of one sample: y ≈ log t.
	const slowing: VectorField = (_, state, out) => {
		out[0] = 1 / (1 + Math.exp(state[0]!));
	};
	const steps = (to: number) => endOf(dormandPrince(slowing, Float64Array.of(0), { to })).work.accepted;
	expect(steps(1e5)).toBeLessThan(3 * steps(100));
});

test("near the limit of stability the controller holds steps of 2 to 3.3/λ, with less than a tenth rejected", () => {
	const stiff: VectorField = (time, state, out) => {
		out[0] = -1000 * (state[0]! - Math.cos(time));
	};
	const { state, work } = endOf(dormandPrince(stiff, Float64Array.of(1), { to: 2 }));
	expect(Math.abs(state[0]! - Math.cos(2))).toBeLessThan(2e-3);
	expect(work.accepted).toBeGreaterThan(2000 / 3.3);
	expect(work.accepted).toBeLessThan(2000 / 2);
	expect(work.rejected).toBeLessThan(work.accepted / 10);
});

test("`rms` lets one of a thousand components err more than its tolerance, `max` does not", () => {
	const one: VectorField = (time, state, out) => {
		out.fill(0);
		out[7] = state[7]! ** 2 * Math.cos(time);
	};
	const error = (norm: "rms" | "max") => {
		const state = new Float64Array(1000).fill(0.5);
		return Math.abs(endOf(dormandPrince(one, state, { to: 50, norm })).state[7]! - solution(50));
	};
	expect(error("rms")).toBeGreaterThan(10 * error("max"));
	expect(error("max")).toBeLessThan(1e-6);
});

test("a field that does not depend on time is integrated alike from any time on (1e-9)", () => {
	const options = { relativeTolerance: 1e-10 };
	const here = endOf(dormandPrince(kepler, ellipse(0.4), { ...options, to: 3 })).state;
	fc.assert(
		fc.property(fc.double({ min: -100, max: 100, noNaN: true }), (from) => {
			const there = endOf(dormandPrince(kepler, ellipse(0.4), { ...options, from, to: from + 3 })).state;
			expect(distance(here, there)).toBeLessThan(1e-9);
		}),
		{ numRuns: 30 },
	);
});

test("the order of the components changes nothing (1e-11, of random linear fields)", () => {
	const entry = fc.double({ min: -1, max: 1, noNaN: true });
	fc.assert(
		fc.property(fc.array(entry, { minLength: 9, maxLength: 9 }), (matrix) => {
			const field =
				(order: readonly number[]): VectorField =>
				(_, state, out) => {
					for (let i = 0; i < 3; i++) {
						out[order[i]!] = 0;
						for (let j = 0; j < 3; j++) out[order[i]!]! += matrix[3 * i + j]! * state[order[j]!]!;
					}
				};
			const at = { to: 3, relativeTolerance: 1e-8, norm: "max" } as const;
			const [a, b, c] = endOf(dormandPrince(field([0, 1, 2]), Float64Array.of(1, 2, 3), at)).state;
			const moved = endOf(dormandPrince(field([2, 0, 1]), Float64Array.of(2, 3, 1), at)).state;
			expect(distance(moved, Float64Array.of(b!, c!, a!))).toBeLessThan(1e-11 * Math.hypot(a!, b!, c!, 1));
		}),
		{ numRuns: 50 },
	);
});

test("the state that is passed in stays as it was, and states at given times are those of the solution (1e-8)", () => {
	const state = Float64Array.of(0.5);
	const times = [0, 1, 1, 2.5, 4.999, 5];
	const found = [...statesAt(dormandPrince(nonlinear, state, { to: 5, relativeTolerance: 1e-9 }), times)];
	expect(found.map(({ time }) => time)).toEqual(times);
	for (const { time, state } of found) expect(Math.abs(state[0]! - solution(time))).toBeLessThan(1e-8);
	expect(state).toEqual(Float64Array.of(0.5));
	expect(() => [...statesAt(dormandPrince(nonlinear, state, { to: 5 }), [6])]).toThrow(
		"Expected `times` to lie within the trajectory, got 6",
	);
});

test("no time, no step", () => {
	const next = dormandPrince(nonlinear, Float64Array.of(0.5), { from: 3, to: 3 }).next();
	expect(next).toEqual({ done: true, value: { accepted: 0, rejected: 0, evaluations: 0 } });
});

const refused = (field: VectorField, state: Float64Array, options: DormandPrinceOptions) => () =>
	endOf(dormandPrince(field, state, options));

test("impossible options are refused by name", () => {
	const with_ = (options: Partial<DormandPrinceOptions>) =>
		refused(nonlinear, Float64Array.of(0.5), { to: 5, ...options });
	expect(with_({ from: 6 })).toThrow("Expected `to` to be at least `from` = 6, got 5");
	expect(with_({ to: Number.NaN })).toThrow("Expected `to` to be a finite time, got NaN");
	expect(with_({ relativeTolerance: 1e-15 })).toThrow("Expected `relativeTolerance` to be at least 1e-14");
	expect(with_({ relativeTolerance: Number.NaN })).toThrow("Expected `relativeTolerance`");
	expect(with_({ absoluteTolerance: 0 })).toThrow("Expected `absoluteTolerance` to be positive, got 0");
	expect(with_({ firstStep: -1 })).toThrow("Expected `firstStep` to be positive, got -1");
	expect(with_({ steps: 0 })).toThrow("Expected `steps` to be a positive integer, got 0");
	expect(with_({ steps: 3 })).toThrow("Expected 3 `steps` to reach time 5, got to ");
	expect(refused(nonlinear, new Float64Array(0), { to: 5 })).toThrow(
		"Expected `state` to have at least one number",
	);
});

test("a number that is not finite is named with its component and time, at the start", () => {
	expect(refused(nonlinear, Float64Array.of(Number.NaN), { to: 5 })).toThrow(
		"Expected `state[0]` to be finite at time 0, got NaN",
	);
	const pole: VectorField = (_, state, out) => {
		out[0] = 0;
		out[1] = 1 / state[1]!;
	};
	expect(refused(pole, Float64Array.of(1, 0), { from: 2, to: 5 })).toThrow(
		"Expected `derivative[1]` to be finite at time 2, got Infinity",
	);
});

test("a step that leaves the field's domain is shortened; only a solution that leaves it is an error", () => {
	// √(1 − t) ends at 1: a step over the end is tried, thrown away, and shortened to it.
	const root: VectorField = (time, _, out) => {
		out[0] = Math.sqrt(1 - time);
	};
	const almost = endOf(dormandPrince(root, Float64Array.of(0), { to: 1 }));
	expect(almost.state[0]).toBeCloseTo(2 / 3, 5);
	let error: unknown;
	try {
		endOf(dormandPrince(root, Float64Array.of(0), { to: 2 }));
	} catch (thrown) {
		error = thrown;
	}
	expect(error).toBeInstanceOf(NotFiniteError);
	expect(error).toMatchObject({ of: "derivative", component: 0 });
	expect((error as NotFiniteError).time).toBeCloseTo(1, 10);
});

test("a solution that goes to infinity ends with a tolerance that no step meets", () => {
	const explosive: VectorField = (_, state, out) => {
		out[0] = state[0]! ** 2;
	};
	expect(refused(explosive, Float64Array.of(1), { to: 2 })).toThrow(
		/Expected some step to meet the relative tolerance 0.000001 at time 1\.000000.* too stiff/,
	);
});

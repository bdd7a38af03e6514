/**
 * The implicit midpoint rule: y⁺ = y + h f((y + y⁺)/2), order 2, a fixed step.
 *
 * It keeps every quadratic invariant of the field exactly, at any step: C(y⁺) − C(y) = 2h·⟨mean, f(mean)⟩_C = 0. So what
 * drifts along it is rounding, and what drifts along other methods is their error.
 */
import { UserError } from "../error.ts";
import { assertFinite, checkInterval, checkSteps, checkWithin, initialState, timeOf } from "./checks.ts";
import { cubic } from "./cubic.ts";
import type { Trajectory, VectorField } from "./field.ts";
import type { FixedStepOptions } from "./runge-kutta.ts";

const mostIterations = 200;

/**
 * A step at a time; `state` is left alone. The equation for y⁺ is solved by fixed-point iteration, to rounding. That
 * converges for steps below 2/λ, λ the largest rate of the field: throws UserError where it does not, and for impossible
 * options and an empty state; NotFiniteError for a state that is not finite at the start.
 */
export function* implicitMidpoint(
	field: VectorField,
	state: Float64Array,
	options: FixedStepOptions,
): Trajectory {
	const { from = 0, steps } = options;
	checkInterval(options);
	checkSteps(steps);
	let before = initialState(state, from);
	const make = (): Float64Array => new Float64Array(before.length);
	let after = make();
	const middle = make();
	const slope = make();
	let evaluations = 1;

	/** One step from `before` into `out`; `slope` holds a guess of the slope at the middle, and then that slope. */
	const stepInto = (out: Float64Array, start: number, h: number): number => {
		let changeBefore = Number.POSITIVE_INFINITY;
		middle.fill(0);
		for (let iteration = 0; iteration < mostIterations; iteration++) {
			let change = 0;
			let largest = 0;
			for (let i = 0; i < middle.length; i++) {
				const next = before[i]! + (h / 2) * slope[i]!;
				// A sum that meets NaN remains NaN, which a largest value forgets.
				change += Math.abs(next - middle[i]!);
				largest += Math.abs(next);
				middle[i] = next;
			}
			if (!Number.isFinite(change)) break;
			// Rounding: no change, or a tiny one that has ceased to shrink.
			if (change === 0 || (change >= changeBefore && change <= 1e-13 * largest)) {
				for (let i = 0; i < out.length; i++) out[i] = before[i]! + h * slope[i]!;
				return iteration;
			}
			changeBefore = change;
			field(start + h / 2, middle, slope);
		}
		throw new UserError(
			`Expected the implicit midpoint rule to converge within ${mostIterations} iterations at time ${start}, got none ` +
				`with a step of ${h.toPrecision(3)}. Iteration needs steps below 2/λ, λ the field's largest rate: take twice as ` +
				"many `steps`, or more.",
		);
	};

	field(from, before, slope);
	assertFinite(slope, "derivative", from, "Start where the field is defined.");
	for (let index = 1; index <= steps; index++) {
		const start = timeOf(index - 1, options);
		const end = timeOf(index, options);
		evaluations += stepInto(after, start, end - start);
		const [first, last] = [before, after];
		yield {
			index,
			start,
			end,
			before,
			after,
			at(time) {
				checkWithin(time, start, end);
				const slopes = [make(), make()] as const;
				field(start, first, slopes[0]);
				field(end, last, slopes[1]);
				return cubic((time - start) / (end - start), end - start, first, last, ...slopes);
			},
			restep(time) {
				checkWithin(time, start, end);
				const out = make();
				const guess = slope.slice();
				stepInto(out, start, time - start);
				slope.set(guess);
				return out;
			},
		};
		[before, after] = [after, before];
	}
	return { accepted: steps, rejected: 0, evaluations };
}

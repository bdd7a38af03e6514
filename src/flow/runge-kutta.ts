/** The classical method of Runge and Kutta: order 4, a fixed step, four calls of the field. */
import {
	assertFinite,
	checkInterval,
	checkSteps,
	checkWithin,
	type Interval,
	initialState,
	timeOf,
} from "./checks.ts";
import { cubic } from "./cubic.ts";
import type { Trajectory, VectorField } from "./field.ts";

export interface FixedStepOptions extends Interval {
	/** Steps of equal length between `from` and `to`. */
	readonly steps: number;
}

/**
 * A step at a time; `state` is left alone. Throws UserError for impossible options and an empty state; NotFiniteError
 * for a state that is not finite.
 */
export function* rungeKutta4(field: VectorField, state: Float64Array, options: FixedStepOptions): Trajectory {
	const { from = 0, steps } = options;
	checkInterval(options);
	checkSteps(steps);
	let before = initialState(state, from);
	const make = (): Float64Array => new Float64Array(before.length);
	let after = make();
	let slope = make();
	let slopeAfter = make();
	const [k2, k3, k4, stage] = [make(), make(), make(), make()];

	/** One step from `before` into `out`, k₁ known. */
	const stepInto = (out: Float64Array, start: number, h: number) => {
		const n = out.length;
		for (let i = 0; i < n; i++) stage[i] = before[i]! + (h / 2) * slope[i]!;
		field(start + h / 2, stage, k2);
		for (let i = 0; i < n; i++) stage[i] = before[i]! + (h / 2) * k2[i]!;
		field(start + h / 2, stage, k3);
		for (let i = 0; i < n; i++) stage[i] = before[i]! + h * k3[i]!;
		field(start + h, stage, k4);
		for (let i = 0; i < n; i++)
			out[i] = before[i]! + (h / 6) * (slope[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!);
	};

	field(from, before, slope);
	for (let index = 1; index <= steps; index++) {
		const start = timeOf(index - 1, options);
		const end = timeOf(index, options);
		const h = end - start;
		stepInto(after, start, h);
		assertFinite(after, "state", end, "The steps are too long for this field: take more `steps`.");
		field(end, after, slopeAfter);
		const [first, last] = [before, after];
		yield {
			index,
			start,
			end,
			before,
			after,
			at(time) {
				checkWithin(time, start, end);
				return cubic((time - start) / h, h, first, last, slope, slopeAfter);
			},
			restep(time) {
				checkWithin(time, start, end);
				const out = make();
				stepInto(out, start, time - start);
				return out;
			},
		};
		[before, after] = [after, before];
		[slope, slopeAfter] = [slopeAfter, slope];
	}
	return { accepted: steps, rejected: 0, evaluations: 1 + 4 * steps };
}

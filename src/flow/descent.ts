/** y ← y + η f(y): Euler's method, which on the field of gradient flow, f = −∇L, is gradient descent with step η. */
import { UserError } from "../error.ts";
import { assertFinite, checkSteps, checkWithin, initialState } from "./checks.ts";
import type { Step, Trajectory, VectorField } from "./field.ts";

export interface DescentOptions {
	/** η. */
	readonly rate: number;
	readonly steps: number;
	/** Time at the start, default 0; step k ends at `from` + ηk. */
	readonly from?: number;
}

/**
 * A step at a time; `state` is left alone. Throws UserError for a rate that is not positive, an empty state or one that
 * is not finite; NotFiniteError when the steps diverge.
 */
export function* descent(field: VectorField, state: Float64Array, options: DescentOptions): Trajectory {
	const { rate, steps, from = 0 } = options;
	checkSteps(steps);
	if (!(rate > 0 && Number.isFinite(rate)))
		throw new UserError(`Expected \`rate\` to be positive, got ${rate}. Choose the η of gradient descent.`);
	let before = initialState(state, from);
	let after: Float64Array = new Float64Array(before.length);
	const slope = new Float64Array(before.length);
	for (let index = 1; index <= steps; index++) {
		const start = from + rate * (index - 1);
		const end = from + rate * index;
		field(start, before, slope);
		for (let i = 0; i < before.length; i++) after[i] = before[i]! + rate * slope[i]!;
		assertFinite(after, "state", end, "Descent diverged: take a smaller `rate`.");
		yield stepOf(index, start, end, before, after);
		[before, after] = [after, before];
	}
	return { accepted: steps, rejected: 0, evaluations: steps };
}

function stepOf(index: number, start: number, end: number, before: Float64Array, after: Float64Array): Step {
	const line = (time: number): Float64Array => {
		checkWithin(time, start, end);
		const theta = (time - start) / (end - start);
		return Float64Array.from(before, (value, i) => (1 - theta) * value + theta * after[i]!);
	};
	return { index, start, end, before, after, at: line, restep: line };
}

/**
 * The method of Dormand and Prince (1980): order 5, with an error estimate of order 4 that chooses the step.
 *
 *     k₁ … k₆ ──▶ y⁺ ──▶ k₇ = f(y⁺)      seven stages, but k₇ is k₁ of the next step: six calls of the field a step
 *                  │
 *                  ├── error = y⁺ − ŷ, ŷ of order 4, against absolute + relative·max(|y|, |y⁺|), in every component
 *                  │       at most 1: the step is taken, with y⁺ (local extrapolation)
 *                  │       more: it is thrown away and tried shorter
 *                  └── the next step: h · 0.9 · error^−0.14 · (error before)^0.08, a proportional–integral controller
 *
 * Explicit, so the step cannot exceed about 3.3/λ, λ the largest rate of decay. Gradient flow of a logistic loss slows
 * down as it goes: steps grow with time, and a horizon a thousand times longer costs a few dozen steps.
 */
import { UserError } from "../error.ts";
import {
	assertFinite,
	checkInterval,
	checkSteps,
	checkWithin,
	type Interval,
	initialState,
} from "./checks.ts";
import { DormandPrinceStages } from "./dormand-prince-stages.ts";
import type { Step, Trajectory, VectorField } from "./field.ts";

export interface DormandPrinceOptions extends Interval {
	/** Error that a step may make, relative to the component it is made in. At least 1e-14; default 1e-6. */
	readonly relativeTolerance?: number;
	/** Error that a step may make where a component is near 0. Default: the relative one / 100. */
	readonly absoluteTolerance?: number;
	/**
	 * How the errors of the components become one number. `rms`, the default, is usual and lets a single component of
	 * many err more than its tolerance; `max` lets none.
	 */
	readonly norm?: "rms" | "max";
	/** Length of the first attempt. Default: 0.01·‖y‖/‖f‖, in the norm above. */
	readonly firstStep?: number;
	/** At most so many accepted steps; more is an error. Default 100,000. */
	readonly steps?: number;
}

/** Rounding of a sum of seven stages is some 1e-15 of the state. */
const leastTolerance = 1e-14;

/**
 * Integrates dy/dt = f(t, y) from `state` at `from` to exactly `to`, a step at a time. `state` is left alone.
 *
 * Throws UserError for impossible options, an empty state, more than `steps` steps, and a tolerance that no step meets;
 * NotFiniteError for a state or derivative that is not finite at the start, and for one that no shorter step avoids.
 *
 * Hairer, Nørsett, Wanner, Solving Ordinary Differential Equations I (1993), II.4–II.6.
 */
export function* dormandPrince(
	field: VectorField,
	state: Float64Array,
	options: DormandPrinceOptions,
): Trajectory {
	const { from = 0, to, relativeTolerance = 1e-6, norm = "rms", firstStep, steps = 100_000 } = options;
	const { absoluteTolerance = relativeTolerance / 100 } = options;
	checkInterval(options);
	checkSteps(steps);
	checkTolerances(relativeTolerance, absoluteTolerance, firstStep);

	const stages = new DormandPrinceStages(field, initialState(state, from));
	if (to === from) return { accepted: 0, rejected: 0, evaluations: 0 };
	stages.begin(from);
	assertFinite(stages.slope, "derivative", from, "Start where the field is defined.");

	let time = from;
	let evaluations = 1;
	let accepted = 0;
	let rejected = 0;
	let errorBefore = 1;
	let wasRejected = false;
	let h = firstStep ?? stages.firstStep(to - from, absoluteTolerance, relativeTolerance, norm);
	while (time < to) {
		// A last step that is a little longer, rather than a tiny one after it.
		const isLast = time + 1.01 * h >= to;
		if (isLast) h = to - time;
		stages.attempt(time, h);
		evaluations += 6;
		const error = stages.error(h, absoluteTolerance, relativeTolerance, norm);
		if (!(error <= 1)) {
			rejected++;
			wasRejected = true;
			const shorter = h * (Number.isNaN(error) ? 0.2 : Math.max(0.2, 0.9 * error ** -0.2));
			if (time + shorter / 16 <= time || shorter < 1e-300) throw impossible(stages, time, h, error, options);
			h = shorter;
			continue;
		}
		if (accepted === steps)
			throw new UserError(
				`Expected ${steps} \`steps\` to reach time ${to}, got to ${time}. Allow more steps, a larger tolerance, or end earlier.`,
			);
		accepted++;
		const start = time;
		const length = h;
		time = isLast ? to : time + h;
		yield stepOf(stages, accepted, start, time, length);
		const growth = 0.9 * Math.max(error, 1e-10) ** -0.14 * errorBefore ** 0.08;
		h *= Math.min(wasRejected ? 1 : 5, Math.max(0.2, growth));
		errorBefore = Math.max(error, 1e-4);
		wasRejected = false;
		stages.advance();
	}
	return { accepted, rejected, evaluations };
}

function stepOf(stages: DormandPrinceStages, index: number, start: number, end: number, h: number): Step {
	const { before, after } = stages;
	return {
		index,
		start,
		end,
		before,
		after,
		at(time) {
			checkWithin(time, start, end);
			return time === end ? after.slice() : stages.dense((time - start) / h, h);
		},
		restep(time) {
			checkWithin(time, start, end);
			if (time === start) return before.slice();
			return time === end ? after.slice() : stages.restep(start, time - start);
		},
	};
}

function checkTolerances(relative: number, absolute: number, firstStep: number | undefined): void {
	if (!(relative >= leastTolerance && relative < 1))
		throw new UserError(
			`Expected \`relativeTolerance\` to be at least ${leastTolerance} and less than 1, got ${relative}. Below it, errors are rounding.`,
		);
	if (!(absolute > 0 && Number.isFinite(absolute)))
		throw new UserError(
			`Expected \`absoluteTolerance\` to be positive, got ${absolute}. Choose the smallest value of a component that matters.`,
		);
	if (firstStep !== undefined && !(firstStep > 0 && Number.isFinite(firstStep)))
		throw new UserError(
			`Expected \`firstStep\` to be positive, got ${firstStep}. Leave it out to have it chosen.`,
		);
}

/** Why no step from `time` is short enough: something is not finite however close, or the error stays too large. */
function impossible(
	stages: DormandPrinceStages,
	time: number,
	h: number,
	error: number,
	{ relativeTolerance = 1e-6 }: DormandPrinceOptions,
): UserError {
	if (Number.isNaN(error)) {
		const advice = "No shorter step avoids it: the solution ends or leaves the field's domain here.";
		try {
			for (const slope of stages.slopes) assertFinite(slope, "derivative", time, advice);
			assertFinite(stages.after, "state", time, advice);
		} catch (reason) {
			return reason as UserError;
		}
	}
	return new UserError(
		`Expected some step to meet the relative tolerance ${relativeTolerance} at time ${time}, got ${error.toPrecision(3)} ` +
			`times the error that it allows with a step of ${h.toExponential(1)}. The solution has a singularity here or the ` +
			"equations are too stiff for an explicit method: take a larger tolerance, or end before.",
	);
}

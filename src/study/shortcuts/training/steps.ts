/**
 * How many steps a run needs to reach a loss, and how many times as many as another run.
 *
 * Between two measurements the loss is taken to lie on a straight line in log step. A loss that is never reached has no
 * number of steps: `undefined`, and not a large number.
 */

export interface CurvePoint {
	readonly step: number;
	readonly loss: number;
}

/** The step at which a curve, in order of steps, first comes down to `target`; undefined if it never does. */
export function stepsTo(curve: readonly CurvePoint[], target: number): number | undefined {
	const at = curve.findIndex(({ loss }) => loss <= target);
	if (at === -1) return undefined;
	if (at === 0) return curve[0]!.step;
	const [before, after] = [curve[at - 1]!, curve[at]!];
	const share = (before.loss - target) / (before.loss - after.loss);
	// The logarithm of step 0 is no number: a straight line in the step itself.
	if (before.step === 0) return share * after.step;
	return before.step * (after.step / before.step) ** share;
}

/**
 * How many times as many steps a run needs as the reference, from both sides. Rates fall to 0 at the end of each run, so
 * a run that is half done is worse than one of half the steps.
 */
export interface StepsRatio {
	/**
	 * The run's steps to the reference's last loss, divided by all of the reference's steps. Too large where the run
	 * was not at its end: it had the higher rate. Undefined if it never got there.
	 */
	readonly most: number | undefined;
	/** What `most` would be at least, where it is undefined: the steps made, divided by the reference's. */
	readonly tried: number;
	/**
	 * All steps of the run, divided by the steps of the reference to the run's last loss. Too small where the reference
	 * was not at its end. Undefined if the reference never came down to it: the run needs fewer steps.
	 */
	readonly least: number | undefined;
}

/** Undefined if a curve is empty or the reference made no step. */
export function stepsRatio(
	run: readonly CurvePoint[],
	reference: readonly CurvePoint[],
): StepsRatio | undefined {
	const [last, goal] = [run.at(-1), reference.at(-1)];
	if (!last || !goal || goal.step === 0) return undefined;
	const [reached, passed] = [stepsTo(run, goal.loss), stepsTo(reference, last.loss)];
	return {
		most: reached === undefined ? undefined : reached / goal.step,
		tried: last.step / goal.step,
		least: passed === undefined || passed === 0 ? undefined : last.step / passed,
	};
}

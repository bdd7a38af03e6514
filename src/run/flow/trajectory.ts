/** The steps of a flow as its configuration asks for them. */
import { descent } from "../../flow/descent.ts";
import { dormandPrince } from "../../flow/dormand-prince.ts";
import type { Trajectory } from "../../flow/field.ts";
import type { Form } from "../../model/co-occurrence/form.ts";
import type { FlowConfig } from "./config.ts";

/** The time at which a flow ends; `speed` is κ₀, that of its clock. */
export function endTime({ dynamics }: FlowConfig, speed: number): number {
	if (dynamics.name === "descent") return dynamics.rate * dynamics.steps;
	return dynamics.time ?? dynamics.clock! / speed;
}

/** From `initial` to the time `to`, which a descent has in its steps; tolerances times `share`. */
export function trajectoryOf(
	{ dynamics }: FlowConfig,
	form: Form,
	initial: Float64Array,
	to: number,
	share = 1,
): Trajectory {
	if (dynamics.name === "descent") return descent(form.field, initial, dynamics);
	const { steps, relativeTolerance, absoluteTolerance = relativeTolerance / 100 } = dynamics;
	return dormandPrince(form.field, initial, {
		to,
		relativeTolerance: share * relativeTolerance,
		absoluteTolerance: share * absoluteTolerance,
		// A method of order 5 takes 100^(1/5) = 2.5 times as many steps for a hundredth of the tolerance.
		steps: share < 1 ? 4 * steps : steps,
	});
}

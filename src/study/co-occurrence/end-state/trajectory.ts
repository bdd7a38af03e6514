/** Flows of the analyses of this part, which look at states that the rows of a flow do not hold. */
import { crossings } from "../../../flow/event.ts";
import type { Form } from "../../../model/co-occurrence/form.ts";
import { expectedKappa } from "../../../model/co-occurrence/initialise.ts";
import type { Parameters } from "../../../model/co-occurrence/network.ts";
import { type FlowConfig, type FlowOptions, parseFlowConfig } from "../../../run/flow/config.ts";
import { openFlow } from "../../../run/flow/solve.ts";
import { endTime, trajectoryOf } from "../../../run/flow/trajectory.ts";

export interface Opened {
	readonly config: FlowConfig;
	readonly form: Form;
	readonly parameters: Parameters;
	readonly start: Float64Array;
	/** κ₀ = m₁m(σ₁² + σ_V²): the clock is κ₀t. */
	readonly speed: number;
}

export interface Followed extends Opened {
	/** Where the last sample that becomes correct does so for good; absent if one is wrong at the end. */
	readonly T1?: { readonly time: number; readonly state: Float64Array };
	readonly end: Float64Array;
}

export function open(options: Omit<FlowOptions, "kind">): Opened {
	const config = parseFlowConfig({ kind: "flow", ...options });
	const { parameters, form, initial: start } = openFlow(config);
	return { config, form, parameters, start, speed: expectedKappa(parameters.sizes, config.initialisation) };
}

/** Integrates a flow to its end. `onStep` sees the end of every accepted step, and must not keep the state. */
export function follow(
	opened: Opened,
	onStep: (clock: number, state: Float64Array) => void = () => {},
): Followed {
	const { config, form, start, speed } = opened;
	const correct = {
		name: "T1",
		value: (_time: number, state: Float64Array) => form.leastMargin(state),
		direction: "up",
	} as const;
	let T1: Followed["T1"];
	let end = start;
	for (const step of trajectoryOf(config, form, start, endTime(config, speed))) {
		const last = crossings(step, [correct]).at(-1);
		if (last) T1 = { time: last.time, state: last.state };
		onStep(speed * step.end, step.after);
		end = step.after;
	}
	return { ...opened, ...(T1 && form.leastMargin(end) > 0 && { T1 }), end: end.slice() };
}

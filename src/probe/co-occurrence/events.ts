/**
 * The boundaries of the phases, as zeros of functions of the state (Yang et al. 2024, Thm 3.1, Lemma 4.3).
 *
 *     T0.5        −G₃′ overtakes max(G₁′, G₂′), the first time                                         Lemma 4.3
 *     T1          the least margin min_i y_i F_i crosses 0 upwards, the last time                      Thm 3.1 (ii)
 *     threshold   min(G₁, G₂, −G₃) has reached 0.5 and the least margin 0.1, the first time            Thm 3.1 (i), (ii)
 */
import type { EventFunction } from "../../flow/event.ts";
import type { Form, Observation } from "../../model/co-occurrence/form.ts";

export type FlowEventName = "T0.5" | "T1" | "threshold";

/** A zero that bounds a phase. */
export interface FlowEvent extends EventFunction {
	readonly name: FlowEventName;
	/** Which upward crossing counts: after the first one the function need not be looked at any more. */
	readonly occurrence: "first" | "last";
}

/** A boundary that was found: `time` is that of the flow. */
export interface FoundEvent {
	readonly name: FlowEventName;
	readonly time: number;
	readonly observation: Observation;
}

/** What G₁, G₂ and −G₃ must have reached, and what every margin, for the paper's Ω(1) at the end of phase 1; ours. */
export const thresholds = { words: 0.5, margin: 0.1 } as const;

/** −G₃′ − max(G₁′, G₂′). */
export const overtaking = ({ GRate }: Observation): number => -GRate[2]! - Math.max(GRate[0]!, GRate[1]!);

/**
 * The events of a flow in these coordinates. T1 is cheap to look at, the others cost an observation. A boundary that is
 * passed at time 0 does not exist, nor does one that is crossed again later.
 */
export function flowEvents(form: Form): FlowEvent[] {
	return [
		{
			name: "T0.5",
			direction: "up",
			occurrence: "first",
			value: (_, state) => overtaking(form.observe(state)),
		},
		{
			name: "T1",
			direction: "up",
			occurrence: "last",
			value: (_, state) => form.leastMargin(state),
		},
		{
			name: "threshold",
			direction: "up",
			occurrence: "first",
			value(_, state) {
				const margin = form.leastMargin(state) - thresholds.margin;
				if (margin < 0) return margin;
				const { G } = form.observe(state);
				return Math.min(margin, Math.min(G[0]!, G[1]!, -G[2]!) - thresholds.words);
			},
		},
	];
}

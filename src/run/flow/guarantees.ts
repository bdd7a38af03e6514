/**
 * What an integration is worth, found out afterwards (spec §10): how far the conserved quantities have drifted, whether
 * the loss that was lost was dissipated, and what a hundredth of the tolerance changes.
 */
import { crossings } from "../../flow/event.ts";
import type { Step } from "../../flow/field.ts";
import type { Form } from "../../model/co-occurrence/form.ts";
import { meanLoss } from "../../model/co-occurrence/logistic.ts";
import { conservedDrifts } from "../../probe/co-occurrence/conserved.ts";
import { flowEvents } from "../../probe/co-occurrence/events.ts";
import type { Breathe } from "./breathe.ts";
import type { FlowConfig } from "./config.ts";
import { trajectoryOf } from "./trajectory.ts";

/** A trajectory that has ended. */
export interface Ended {
	readonly form: Form;
	/** States at time 0 and at the end. */
	readonly initial: Float64Array;
	readonly final: Float64Array;
	/** The end of every observed step, and the loss there. */
	readonly times: readonly number[];
	readonly losses: readonly number[];
	/** Undefined if there is none. */
	readonly T1: number | undefined;
}

/** |change| of C1 to C5 from the beginning to the end; of the closed form, which has no matrices, of their traces. */
export function driftRow({ form, initial, final }: Ended): Record<string, number> {
	const drifts = conservedDrifts(form, initial, final);
	const { mlp = drifts.mlpTrace, attention = drifts.attentionTrace, directions, unseen, keys } = drifts;
	const entries = Object.entries({ mlp, attention, directions, unseen, keys: keys ?? drifts.keySum });
	const known = entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
	return Object.fromEntries(known.map(([name, value]) => [`guarantee/${name}`, value]));
}

/** Below a tolerance of 1e-14 errors are rounding (src/flow/dormand-prince.ts): then there is none to compare with. */
export const hasTighter = ({ dynamics }: FlowConfig): boolean =>
	dynamics.name === "flow" && dynamics.guarantees && dynamics.relativeTolerance >= 1e-12;

/**
 * Integrates once more with a hundredth of the tolerance: `guarantee/loss`, the largest relative change of the loss at
 * the times of the steps, and `guarantee/T1`, that of T1 (1 where only one of the two has it). Undefined if stopped.
 */
export async function tighterRow(
	config: FlowConfig,
	{ form, initial, times, losses, T1 }: Ended,
	breathe: Breathe,
): Promise<Record<string, number> | undefined> {
	const { labels } = form.dataset;
	const lossAt = (step: Step, time: number) => meanLoss(form.outputs(step.at(time)), labels);
	const events = flowEvents(form).filter(({ name }) => name === "T1");
	let [at, loss, tighterT1]: [number, number, number | undefined] = [0, 0, undefined];
	let final = initial;
	for (const step of trajectoryOf(config, form, initial, times.at(-1)!, 0.01)) {
		for (; at < times.length && times[at]! <= step.end; at++)
			loss = Math.max(loss, Math.abs(lossAt(step, times[at]!) / losses[at]! - 1));
		tighterT1 = crossings(step, events).at(-1)?.time ?? tighterT1;
		final = step.after;
		if (!(await breathe())) return undefined;
	}
	// As of the flow itself: no T1 unless all samples stay correct to the end.
	if (!(form.leastMargin(final) > 0)) tighterT1 = undefined;
	const change = T1 === undefined || tighterT1 === undefined ? 1 : Math.abs(tighterT1 / T1 - 1);
	return { "guarantee/loss": loss, ...((T1 ?? tighterT1) !== undefined && { "guarantee/T1": change }) };
}

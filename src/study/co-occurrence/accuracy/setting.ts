/**
 * The network on which integrators are compared: small, with large initial values, so that errors show; three words of
 * its vocabulary are in no sample.
 */
import type { Form } from "../../../model/co-occurrence/form.ts";
import { meanLoss } from "../../../model/co-occurrence/logistic.ts";
import { parseFlowConfig } from "../../../run/flow/config.ts";
import { openFlow } from "../../../run/flow/solve.ts";

/** Where trajectories end. */
export const horizon = 20;

const config = {
	kind: "flow",
	data: { samples: 12, length: 4, words: 26 },
	model: { width: 24, neurons: 8 },
	initialisation: { name: "gaussian", mlp: 0.25, value: 0.25, attention: 0.25 },
	dynamics: { name: "flow", form: "full", time: horizon },
} as const;

/** Its data, its network and the full form of its flow; of another seed other positions and initial values. */
export const openSetting = (seed: number) => openFlow(parseFlowConfig({ ...config, seed }, "accuracy"));

/** L̂ of a state. */
export const lossOf = (form: Form, state: Float64Array): number =>
	meanLoss(form.outputs(state), form.dataset.labels);

/** The largest |difference| of two states' parameters, the dissipated energy left out. */
export function distance(a: Float64Array, b: Float64Array): number {
	let largest = 0;
	for (let i = 0; i < a.length - 1; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
	return largest;
}

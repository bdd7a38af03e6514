/**
 * All probes of parameters and states as one program, and the names of what it measures.
 *
 * `measure` is traced and compiled once; `metrics` turns what the program returned into a row of metrics. (What
 * belongs to a training step, gradients and the step itself, is in `step.ts`, and the loss is the model's own.)
 *
 * Cost: six passes over the parameters and two forward passes of the probe batch.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import type { ModelConfig } from "../model/config.ts";
import type { Parameters } from "../model/parameters.ts";
import { directionMetrics, squaredDistances } from "./direction.ts";
import { columnNorms, normMetrics, squaredNorms } from "./norm.ts";
import { saturationMetrics, saturationSums } from "./saturation.ts";

/** What the program takes. */
export interface MeasureInputs {
	params: Parameters;
	/** The parameters at the measured step before, and at step 0. */
	previous: Parameters;
	initial: Parameters;
	/** The sequences that saturation is measured on, int32 [B, T], and their weights (0 for padding; default all 1). */
	tokens: JaxArray;
	weights?: JaxArray;
	/** The factor c of saturation, a scalar of the parameters' type; 1000 in the paper. */
	factor: JaxArray;
}

/** What the program returns: a few small arrays. */
export interface Measured<T> extends Record<string, T> {
	norms: T;
	previousNorms: T;
	initialNorms: T;
	columns: T;
	previousDistances: T;
	initialDistances: T;
	saturation: T;
}

/** Traced: everything that `metrics` needs. */
export function measure(config: ModelConfig, inputs: MeasureInputs): Measured<JaxArray> {
	const { params, previous, initial, tokens, weights, factor } = inputs;
	return {
		norms: squaredNorms(params),
		previousNorms: squaredNorms(previous),
		initialNorms: squaredNorms(initial),
		columns: columnNorms(config, params),
		previousDistances: squaredDistances(params, previous),
		initialDistances: squaredDistances(params, initial),
		saturation: saturationSums(config, params, tokens, factor, weights),
	};
}

/** On the host: the metrics by name, from the values read. */
export function metrics(config: ModelConfig, m: Measured<ArrayLike<number>>): Record<string, number> {
	return {
		...normMetrics(config, m.norms, m.columns),
		...directionMetrics(config, "previous", m.norms, m.previousNorms, m.previousDistances),
		...directionMetrics(config, "initial", m.norms, m.initialNorms, m.initialDistances),
		...saturationMetrics(config, m.saturation),
	};
}

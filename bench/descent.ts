/** The flow benchmark's work: gradient descent of the paper's co-occurrence experiment, from our own initial values. */
import { coOccurrenceSet } from "../src/data/co-occurrence.ts";
import { initialise } from "../src/model/co-occurrence/initialise.ts";
import type { Parameters } from "../src/model/co-occurrence/network.ts";
import { meanNeuron, reducedForm } from "../src/model/co-occurrence/reduced.ts";
import { configurations, paperDescent } from "../src/study/co-occurrence/configurations.ts";

/** As a peer in another language reads it; matrices row by row. */
export interface Descent {
	readonly words: number;
	readonly width: number;
	readonly neurons: number;
	readonly rate: number;
	/** [samples, length] and [samples]. */
	readonly tokens: readonly (readonly number[])[];
	readonly labels: readonly number[];
	/** w̄ [width]; W_V, W_K, W_Q [width, words]. */
	readonly mlp: readonly number[];
	readonly value: readonly number[];
	readonly key: readonly number[];
	readonly query: readonly number[];
}

export function paperExperiment() {
	const { data, model, initialisation } = configurations.P;
	const dataset = coOccurrenceSet({ irrelevant: "unique", ...data, seed: 0 });
	const parameters = initialise({ words: dataset.words, ...model }, initialisation, 0);
	const form = reducedForm(dataset, parameters.sizes);
	return { dataset, form, state: form.stateOf(parameters), descent: described(parameters) };

	function described({ sizes, ...parameters }: Parameters): Descent {
		const { length, tokens, labels } = dataset;
		return {
			...sizes,
			rate: paperDescent.rate,
			tokens: Array.from(labels, (_, i) => [...tokens.subarray(i * length, (i + 1) * length)]),
			labels: [...labels],
			mlp: [...meanNeuron({ sizes, ...parameters })],
			value: [...parameters.value],
			key: [...parameters.key],
			query: [...parameters.query],
		};
	}
}

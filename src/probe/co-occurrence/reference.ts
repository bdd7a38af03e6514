/** What every row of a flow is measured against: its data, its initial state, and the direction it should tend to. */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import type { Observation } from "../../model/co-occurrence/form.ts";
import type { Sizes } from "../../model/co-occurrence/network.ts";
import { bagOfWordsSvm } from "../../theory/co-occurrence/bag-of-words.ts";
import type { MaxMargin } from "../../theory/max-margin.ts";

export interface Reference {
	readonly dataset: CoOccurrenceSet;
	readonly sizes: Sizes;
	/** κ₀: the clock is κ₀t (`expectedKappa` of src/model/co-occurrence/initialise.ts). */
	readonly speed: number;
	/** What is seen at time 0. */
	readonly initial: Observation;
	/** The words that occur in a sample, in order: 0, 1, 2, then irrelevant ones. */
	readonly occurring: readonly number[];
	/** The hard-margin SVM of the bags of words. */
	readonly svm: MaxMargin;
}

export function referenceOf(
	dataset: CoOccurrenceSet,
	sizes: Sizes,
	initial: Observation,
	speed: number,
): Reference {
	const occurring = [...new Set(dataset.tokens)].sort((a, b) => a - b);
	return { dataset, sizes, speed, initial, occurring, svm: bagOfWordsSvm(dataset) };
}

/**
 * Batches out of tokens: what a training step is given, and what an evaluation sees.
 *
 * Both layouts are pure functions of seed and step (or of the split alone, for evaluation), so that a resumed run
 * sees the batches it would have seen, and evaluating changes nothing.
 */
import type { Split } from "./split.ts";

export interface Batch {
	/** [batch, context + 1], row-major: inputs are all but the last of a row, targets all but the first. */
	readonly tokens: Int32Array;
	/**
	 * [batch, context]: how much each prediction counts in the loss, which is the weighted mean; 0 where the input is
	 * padding. Absent if all count the same.
	 */
	readonly weights?: Float32Array;
	/**
	 * [batch, context, vocabulary]: 1 for each symbol that may follow the inputs up to here, else 0. With it the model
	 * learns these sets, and not the next tokens.
	 */
	readonly targets?: Float32Array;
}

/** The size and seed of the batches of a run. */
export interface BatchShape {
	readonly batch: number;
	readonly context: number;
	readonly seed: number;
}

/** The tokens of a data set, laid out to be trained on. */
export interface Batches {
	/** Real tokens of the training split. */
	readonly trainTokens: number;
	/** Steps in which training sees as many tokens (`lines`: each line once) as the training split has. */
	readonly stepsPerEpoch: number;
	/** Positions of a training sequence. Default: the context. */
	readonly trainLength?: number;
	/** The batch of training step `step` = 0, 1, ... */
	trainBatch(step: number): Batch;
	/**
	 * At most `count` batches spread evenly over a split, the same each time; without `count`, as many as fit. At
	 * least one. Throws UserError if there is no such split.
	 */
	evaluationBatches(split: Split, count?: number): Batch[];
	/** Of a formal language: at most `count` batches of each of its sets of test strings, by name. */
	testBatches?(count?: number): ReadonlyMap<string, readonly Batch[]>;
}

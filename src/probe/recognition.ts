/**
 * Recognition: whether a model knows, after every symbol of a string, exactly which symbols may come next.
 *
 * A symbol is predicted where its logit is above 0 (its probability above ½). A string counts only if the set is
 * right after each of its symbols, as in Bhattamishra, Ahuja and Goyal (EMNLP 2020, §3). Cost: one forward pass.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { ModelConfig } from "../model/config.ts";
import type { Parameters } from "../model/parameters.ts";
import { type Batch, forward } from "../model/transformer.ts";

/** Traced: the number of wrong answers (a symbol in or out of a set) in each string, [B]. */
export function wrongAnswers(config: ModelConfig, params: Parameters, batch: Batch): JaxArray {
	const { tokens, weights, targets } = batch;
	const time = tokens.shape[1]! - 1;
	return wrongIn(forward(config, params, tokens.slice([], [0, time])), targets!, weights!);
}

/** The number of wrong answers in each string, [B]. logits, targets [B, T, V]; weights [B, T], 0 for padding. */
export function wrongIn(logits: JaxArray, targets: JaxArray, weights: JaxArray): JaxArray {
	const answers = np.greater(logits, 0).astype(targets.dtype);
	const real = np.greater(weights, 0).astype(targets.dtype);
	return np.sum(np.sum(np.absolute(answers.sub(targets)), -1).mul(real), -1);
}

/**
 * The share of strings in batches with no wrong answer. `wrong` holds what `wrongAnswers` gave for each batch, and
 * `weights` the batch's own, [batch, T]: rows without weight are no strings.
 */
export function accuracy(
	wrong: readonly ArrayLike<number>[],
	weights: readonly (Float32Array | undefined)[],
): number {
	let [right, strings] = [0, 0];
	wrong.forEach((counts, b) => {
		const time = weights[b]!.length / counts.length;
		for (let row = 0; row < counts.length; row++) {
			if (weights[b]![row * time] === 0) continue;
			strings++;
			if (counts[row] === 0) right++;
		}
	});
	return right / strings;
}

/** The four classes of samples, and sums over them: the S_k that the paper's proofs are about (Yang et al. 2024, App. C). */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";

export const classNumbers = [1, 2, 3, 4] as const;

/** The sum of `values` [samples] over each class: [4]. Of g_i it is S_k. */
export function classSums({ classes }: CoOccurrenceSet, values: Float64Array): Float64Array {
	const sums = new Float64Array(4);
	for (let i = 0; i < values.length; i++) sums[classes[i]! - 1]! += values[i]!;
	return sums;
}

/** The mean over each class: [4]; NaN of a class without samples. */
export function classMeans(dataset: CoOccurrenceSet, values: Float64Array): Float64Array {
	const counts = classSums(dataset, new Float64Array(dataset.samples).fill(1));
	return classSums(dataset, values).map((sum, k) => sum / counts[k]!);
}

/** y_i F_i: [samples]. */
export const marginsOf = ({ labels }: CoOccurrenceSet, outputs: Float64Array): Float64Array =>
	outputs.map((output, i) => labels[i]! * output);

export const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** The largest |value|; 0 of none. */
export const largest = (values: Float64Array): number =>
	values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The largest |after − before|. */
export const largestChange = (after: Float64Array, before: Float64Array): number =>
	largest(after.map((value, i) => value - before[i]!));

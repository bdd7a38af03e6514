/**
 * What uniform attention leaves of the network: F_i = Σ_h G(x_h), logistic regression on bags of words (Yang et al. 2024;
 * gradient flow of it goes, in direction, to the hard-margin SVM: Soudry et al. 2018).
 *
 * Samples that differ in words of their own alone are exchangeable, so the SVM, which is unique, treats them alike: a group
 * of n_k of them with r own words each is one row, with √(r/n_k) in a dimension of its own. Data whose irrelevant words
 * are all different have four groups, however many samples.
 */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import { type MaxMargin, maxMargin } from "../max-margin.ts";

/**
 * The hard-margin SVM of the label times the counts of words; `direction` is [words], 0 on words that do not occur. It
 * always exists: the common word is in every sample, so 2, 2 and −3 of the three words separate any such data.
 */
export function bagOfWordsSvm({ samples, length, words, tokens, labels }: CoOccurrenceSet): MaxMargin {
	const counts = new Int32Array(words);
	for (const word of tokens) counts[word]!++;
	const bags = Array.from({ length: samples }, (_, i) => tokens.subarray(i * length, (i + 1) * length));
	const sharedOf = (bag: Int32Array) => [...bag.filter((word) => counts[word]! > 1)].sort((a, b) => a - b);

	const groups = new Map<string, number[]>();
	for (const [i, bag] of bags.entries()) {
		const key = `${labels[i]}:${sharedOf(bag)}`;
		groups.set(key, [...(groups.get(key) ?? []), i]);
	}
	const members = [...groups.values()];
	const dimension = words + members.length;
	const rows = new Float64Array(members.length * dimension);
	for (const [k, group] of members.entries()) {
		const first = group[0]!;
		const shared = sharedOf(bags[first]!);
		for (const word of shared) rows[k * dimension + word]! += labels[first]!;
		rows[k * dimension + words + k] = Math.sqrt((length - shared.length) / group.length);
	}

	const solution = maxMargin(rows, dimension);
	const weights = new Float64Array(samples);
	for (const [k, group] of members.entries())
		for (const i of group) weights[i] = solution.weights[k]! / group.length;
	const direction = solution.direction.slice(0, words);
	for (const [i, bag] of bags.entries())
		for (const word of bag) if (counts[word] === 1) direction[word] = labels[i]! * weights[i]!;
	return { direction, margin: solution.margin, weights };
}

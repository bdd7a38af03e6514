/**
 * Training without shortcuts: deep networks with and without skips, norms and changed attention, at equal steps and at
 * five times as many. After the abstract of He et al. 2023 and the measurements of the specification, §8.
 */
import type { Part } from "../study.ts";
import { claims } from "./training/claims.ts";
import { trainingFigures } from "./training/figures.ts";

export { trainingExperiments } from "./training/experiments.ts";

export const training: Part = {
	name: "training",
	title: "Training with and without shortcuts",
	introduction:
		"Does a deep network learn without skip connections and normalisation, and at what price? All networks here have the " +
		"same depth and size, the same text and the same seeds; they differ in how blocks join the stream, in where norms " +
		"stand, and in what attention does at first. Three sweeps: a grid of learning rates, short, one seed; each method at " +
		"its best rate, several seeds; and methods without skips for five times as many steps. Losses are compared with two " +
		"numbers. The unigram plateau is the loss of a network that knows how often each token occurs and nothing of its " +
		"surroundings: where all tokens have become alike, a network can do little better, since all that it still knows is " +
		"how the sequence began. And the steps ratio says how many times as " +
		"many steps a method needs to come as low as a pre-norm transformer. Runs whose loss stopped being a number are recorded " +
		"as diverged. No loss of the paper is known to us; what is compared with it are the words of its abstract.",
	claims,
	figures: trainingFigures,
};

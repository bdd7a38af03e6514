/**
 * Neighbours of the word co-occurrence paper: two other models whose gradient flow is understood, on the same core.
 *
 *     deep-linear/       balancedness, saddle to saddle, closed forms
 *     token-selection/   attention with fixed values goes to a support-vector machine
 */
import type { Analysis, Part, Preset, Study } from "../study.ts";
import { balance } from "./deep-linear/balance.ts";
import { deepLinearClaims } from "./deep-linear/claims.ts";
import { escapeTimes } from "./deep-linear/escape.ts";
import { deepLinearFigures } from "./deep-linear/figures.ts";
import { modes } from "./deep-linear/modes.ts";
import { staircase } from "./deep-linear/staircase.ts";
import { type Size, sizes } from "./sizes.ts";
import { tokenSelectionClaims } from "./token-selection/claims.ts";
import { tokenSelectionFigures } from "./token-selection/figures.ts";
import { matrix } from "./token-selection/matrix.ts";
import { plane } from "./token-selection/plane.ts";
import { vector } from "./token-selection/vector.ts";

const deepLinear: Part = {
	name: "deep-linear",
	title: "Deep linear networks",
	introduction:
		"A product of matrices W_N … W_1, trained to equal a target T of rank 3. What it computes is linear; how it learns is " +
		"not. Two facts carry over to attention, whose scores are a product too: neighbouring layers keep the difference " +
		"W_{l+1}ᵀW_{l+1} − W_l W_lᵀ exactly, and from a small start nothing happens for long, then one singular direction after " +
		"the other is learned, the strongest first. Both are compared with formulas: what drifts is the integrator's error, and " +
		"the time of each step of the staircase is known in closed form.",
	claims: deepLinearClaims,
	figures: deepLinearFigures,
};

const tokenSelection: Part = {
	name: "token-selection",
	title: "Max-margin token selection",
	introduction:
		"One head of attention whose values are fixed: each token of a sample has a score, and the output is the mean of the " +
		"scores, weighted with softmax(⟨key, p⟩). Training p with the logistic loss, its norm grows without end, so that softmax " +
		"becomes a choice of one token a sample; and its direction becomes that of a support-vector machine which separates the " +
		"keys of the chosen tokens from all others. The machine is solved exactly, as a quadratic program, and compared. Time " +
		"is rescaled to the length of the path, or the approach, like 1/log t, could not be seen.",
	claims: tokenSelectionClaims,
	figures: tokenSelectionFigures,
};

function experiments(size: Size): Analysis[] {
	const { seeds, scales, length, factoredLength } = sizes[size];
	return [
		balance(seeds),
		modes(seeds),
		staircase(seeds),
		escapeTimes(seeds, scales),
		vector(seeds, length),
		matrix(seeds, length, factoredLength),
		plane(length),
	];
}

const preset = (size: Size, summary: string): Preset => ({ summary, experiments: experiments(size) });

export const gallery: Study = {
	name: "gallery",
	title: "Gallery: two neighbours of the word co-occurrence paper",
	introduction:
		"The gradient flow of attention in Yang et al. 2024 has two relatives that are understood better. In deep linear networks " +
		"the same matrices are conserved, and learning goes from saddle to saddle. In attention with fixed values the direction " +
		"of the weights goes to a support-vector machine. Both run on the integrators of the co-occurrence study.",
	notes: [
		"All is gradient flow over a whole, small, random data set: no noise of batches, and a step only where a claim says so.",
		"“Locally optimal” tokens are those with no better token on their own margin (Tarzanagh et al. 2023, Definition 2). The " +
			"best tokens are; others may be, and then a start near them never leaves.",
		"In time t the direction of attention converges like 1/log t. What is shown at the end of a path is therefore a state " +
			"that no training reaches: t is e to the power of about a thousand.",
	],
	presets: {
		smoke: preset("smoke", "Two networks and data sets each: some seconds, and a first look."),
		laptop: preset("laptop", "Six networks and data sets each: under a minute on two cores."),
		paper: preset("paper", "Twenty networks and data sets each, followed farther: a few minutes."),
	},
	parts: [deepLinear, tokenSelection],
};

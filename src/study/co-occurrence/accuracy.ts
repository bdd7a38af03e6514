/** What the flow guarantees and what integrators keep of it; that everything computed in two ways agrees (F8). */
import type { Experiment, Part } from "../study.ts";
import { agreementClaims } from "./accuracy/agreement-claims.ts";
import { conservation } from "./accuracy/conservation.ts";
import { conservationClaims } from "./accuracy/conservation-claims.ts";
import { descentToFlow } from "./accuracy/descent-to-flow.ts";
import { accuracyFigures } from "./accuracy/figures.ts";
import { formsAgree } from "./accuracy/forms.ts";
import { goldenCheck } from "./accuracy/golden-check.ts";
import { symmetries } from "./accuracy/symmetries.ts";
import type { Size } from "./presets.ts";

const seeds: Readonly<Record<Size, number>> = { smoke: 1, laptop: 5, paper: 20 };

export const accuracyExperiments = (size: Size): Experiment[] => [
	conservation(seeds[size]),
	descentToFlow(seeds[size]),
	formsAgree(seeds[size]),
	symmetries(seeds[size]),
	goldenCheck,
];

export const accuracy: Part = {
	name: "accuracy",
	title: "The flow and its guarantees",
	introduction:
		"How far can these curves be trusted? Every symmetry of the network gives the flow a conserved quantity: products of " +
		"matrices can be rotated into each other, so WᵀW − W_V W_Vᵀ (C1) and W_K W_Kᵀ − W_Q W_Qᵀ (C2) stand still; all " +
		"neurons move alike (C3), unseen words not at all (C4), and softmax ignores a common shift of keys (C5). None of it " +
		"is built into the integrator, so what drifts measures its error. The network here has 12 sentences of 4 words, 24 " +
		"dimensions and 8 neurons. Then the same numbers by other roads: three forms of the flow, a vector printed by an " +
		"independent program, gradient descent with ever smaller steps.",
	claims: [...conservationClaims, ...agreementClaims],
	figures: accuracyFigures,
};

/** The end: Yang et al. 2024, Theorems 3.3 and F.8, Lemma F.10, and the paper's experiment. */
import { drawLossRate } from "../../figure/co-occurrence/loss-rate.ts";
import type { Figure } from "../../figure/figure.ts";
import { meanFieldAt } from "../../theory/co-occurrence/mean-field.ts";
import type { Analysis, Part } from "../study.ts";
import { flowClaims } from "./end-state/flow-claims.ts";
import { generalisationExperiments } from "./end-state/generalisation.ts";
import { generalisationClaims, generalisationFigures } from "./end-state/generalisation-claims.ts";
import { neuronExperiments } from "./end-state/neurons.ts";
import { neuronClaims, neuronFigures } from "./end-state/neurons-claims.ts";
import { paperClaims } from "./end-state/paper-claims.ts";
import { scalingExperiments } from "./end-state/scaling.ts";
import { scalingClaims, scalingFigures } from "./end-state/scaling-claims.ts";
import type { Size } from "./presets.ts";

/** Times of the idealised flow, evenly spaced on a logarithmic axis from 1 to 10⁴. */
const times = Array.from({ length: 81 }, (_, i) => 10 ** (i / 20));

export const endState: Part = {
	name: "end-state",
	title: "The end",
	introduction:
		"Where does it all go? With nearly uniform attention the network is logistic regression on bags of words, run at the " +
		"speed κ, and gradient flow of that turns to the hard-margin direction of the data: 1/L̂ grows at the rate γ²κ, γ the " +
		"margin, and G tends to (2, 2, −3) for infinitely many samples. The paper has orders, Θ(·), for these; the constants " +
		"are ours, from an exact solver on each data set. The paper's own experiment is here twice, as gradient flow and as " +
		"its 30,000 steps of gradient descent, which end alike. Last come the loss on fresh sentences with words that were " +
		"never seen, how times and losses depend on the size of the network, and what single neurons do.",
	claims: [...flowClaims, ...paperClaims, ...generalisationClaims, ...scalingClaims, ...neuronClaims],
	figures(rows, options) {
		const meanField = meanFieldAt(times);
		const rates = ["S-0", "R-0", "P-0"].map((run) =>
			drawLossRate(rows, { ...options, run, ...(run === "R-0" && { meanField }) }),
		);
		return [
			...rates.filter((figure): figure is Figure => figure !== undefined),
			...generalisationFigures(rows, options),
			...scalingFigures(rows, options),
			...neuronFigures(rows, options),
		];
	},
};

export const endStateExperiments = (size: Size): Analysis[] => [
	...neuronExperiments(size),
	...scalingExperiments(size),
	...generalisationExperiments(size),
];

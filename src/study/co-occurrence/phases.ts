/** The two phases: Yang et al. 2024, Theorems 3.1 and 3.2, Lemmas 4.1–4.3, Definition F.1. */
import { drawLosses } from "../../figure/co-occurrence/losses.ts";
import { drawValueProducts } from "../../figure/co-occurrence/value-products.ts";
import { drawWords } from "../../figure/co-occurrence/words.ts";
import type { Figure } from "../../figure/figure.ts";
import { meanFieldAt } from "../../theory/co-occurrence/mean-field.ts";
import type { Analysis, Part } from "../study.ts";
import { firstPhaseClaims } from "./phases/first.ts";
import { idealClaims } from "./phases/ideal.ts";
import { manySamplesClaims, manySamplesExperiments, namedFlows } from "./phases/many-samples.ts";
import { motionExperiments } from "./phases/motion.ts";
import { motionClaims, motionFigures } from "./phases/motion-claims.ts";
import { secondPhaseClaims } from "./phases/second.ts";
import type { Size } from "./presets.ts";

/** Times of the idealised flow, evenly spaced on a logarithmic axis from 0.1 to 1000. */
const times = Array.from({ length: 81 }, (_, i) => 10 ** (i / 20 - 1));

export const phases: Part = {
	name: "phases",
	title: "Two phases",
	introduction:
		"A sample's label says whether both target words, μ₁ and μ₂, are in it; μ₃ is in every sample. In phase 1 the MLP " +
		"finds out what the three words say: G(μ₁) and G(μ₂) grow, and once they are too sure of themselves where only one of " +
		"the targets is present, −G(μ₃) overtakes them (T0.5) and puts the threshold between one target and two. Attention " +
		"stands still meanwhile. Phase 1 ends at T1, from which on every sample is classified correctly; in phase 2 all losses " +
		"fall together. Both times are found as roots along the trajectory, not read off a grid. Letters are configurations: S " +
		"and R meet the theory's hypotheses, C has too few samples, P is the paper's experiment, A and A2 start with larger " +
		"attention, X with far too large. Thin lines are the idealised flow: infinitely many samples, even attention.",
	runs: (name) => /^(S|R|P|C)-0$/.test(name),
	claims: [...firstPhaseClaims, ...motionClaims, ...secondPhaseClaims, ...idealClaims, ...manySamplesClaims],
	figures(rows, options) {
		const losses = ["P", "R", "S"].map((letter) =>
			drawLosses(rows, { ...options, run: `${letter}-0`, ...(letter === "P" && { descent: "P-descent-0" }) }),
		);
		const meanField = meanFieldAt(times);
		const words = drawWords(rows, {
			...options,
			flows: [
				{ run: "S-0", label: "24 samples of 3 words (S)" },
				{ run: "R-0", label: "60 samples of 5 words (R)" },
			],
			meanField,
		});
		const many = namedFlows(rows);
		const limit = drawWords(many.rows, {
			...options,
			id: "words-many-samples",
			title: "More samples, nearer to the idealised flow",
			flows: many.runs.map((run) => ({ run, label: run })),
			meanField,
		});
		const products = ["S", "P"].map((letter) => drawValueProducts(rows, { ...options, run: `${letter}-0` }));
		return [...losses, words, limit, ...motionFigures(rows, options), ...products].filter(
			(figure): figure is Figure => figure !== undefined,
		);
	},
};

export const phasesExperiments = (size: Size): Analysis[] => [
	...manySamplesExperiments(size),
	...motionExperiments(size),
];

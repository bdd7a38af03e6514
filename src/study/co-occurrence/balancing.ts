/** Automatic balancing of gradients: Yang et al. 2024, Lemmas 4.4 and 4.5 (F.5, F.6), Corollaries F.2 and F.7. */
import { drawBalance, drawImbalance } from "../../figure/co-occurrence/balance.ts";
import type { Figure } from "../../figure/figure.ts";
import type { Part } from "../study.ts";
import { classClaims } from "./balancing/classes.ts";
import { idealBalanceClaims } from "./balancing/ideal.ts";
import { ratioClaims } from "./balancing/ratio.ts";

export const balancing: Part = {
	name: "balancing",
	title: "Automatic balancing of gradients",
	introduction:
		"Why do all losses fall together in phase 2? A sample pulls with g = 1/(1 + e^yF), a class with the sum S of its " +
		"samples' g. A word's value G moves by differences of these sums, and each class that gets ahead pulls less: S₂ and S₃ " +
		"become equal, S₁ exceeds them and is less than the rest together, and R = (S₂ + S₃ + S₄ − S₁)/(S₁ − S₂), which is about " +
		"−G′(μ₃)/G′(μ₁), is drawn to a value between 1 and 2. The value is that of a hard-margin SVM on bags of words: 3/2, with " +
		"S = 7 : 5 : 5 : 0, for infinitely many samples; 0.875 for 12 samples of 5 words (C), and there the lemma fails. Class 4, " +
		"the samples with neither target, does not balance: it is no support vector, its margin grows faster, and the ratio over " +
		"all pairs of samples diverges.",
	claims: [...classClaims, ...ratioClaims, ...idealBalanceClaims],
	figures(rows, options) {
		const balance = ["S-0", "R-0", "C-0", "P-0"].map((run) => drawBalance(rows, { ...options, run }));
		const imbalance = [
			drawImbalance(rows, { ...options, run: "S-0" }),
			drawImbalance(rows, {
				...options,
				run: "C-0",
				title: "What balances after all: 12 samples, C-0",
				caption:
					"As above, with so few samples of so many words that class 4 is a support vector: the largest loss slope over the " +
					"smallest (top) stays bounded, and the margins of all four classes come to grow alike (bottom).",
			}),
		];
		return [...balance, ...imbalance].filter((figure): figure is Figure => figure !== undefined);
	},
};

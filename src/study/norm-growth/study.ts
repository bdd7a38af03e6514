/**
 * Merrill, Ramanujan, Goldberg, Schwartz and Smith, "Effects of Parameter Norm Growth During Transformer Training:
 * Inductive Bias from Gradient Descent", EMNLP 2021, pp. 1766–1781 (arXiv 2010.09697).
 */
import type { Study } from "../study.ts";
import { claimsAbout } from "./claims.ts";
import { presets } from "./presets.ts";
import { t5Claims, t5Figures } from "./t5-claims.ts";

export const normGrowth: Study = {
	name: "norm-growth",
	title: "Norm growth during transformer training",
	introduction:
		"Merrill et al. (EMNLP 2021, pp. 1766–1781) claim that the parameter norm of a transformer grows like √t during " +
		"training, that its direction settles, and that the network thereby approaches a saturated one, whose attention " +
		"heads are argmax or mean. Here language models are trained on WikiText-2 and measured; T5-base is judged on the " +
		"series that the authors published as figures. Tolerances that the paper does not give are ours. The run res-post, " +
		"x + LN(f(x)), is what the paper calls pre-norm.",
	presets,
	claims: [...["res-post", "pre", "post"].flatMap(claimsAbout), ...t5Claims],
	figures: t5Figures,
};

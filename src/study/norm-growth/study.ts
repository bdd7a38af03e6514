/**
 * Merrill, Ramanujan, Goldberg, Schwartz and Smith, "Effects of Parameter Norm Growth During Transformer Training:
 * Inductive Bias from Gradient Descent", EMNLP 2021, pp. 1766–1781 (arXiv 2010.09697).
 */
import type { Study } from "../study.ts";
import { dynamics } from "./dynamics.ts";
import { heads } from "./heads.ts";
import { homogeneity } from "./homogeneity.ts";
import { languageModels } from "./language-models.ts";
import { formalLanguages } from "./languages/languages.ts";
import { phaseDiagram } from "./phase-diagram/part.ts";
import { presets } from "./presets.ts";
import { publishedFigures } from "./published.ts";
import { saturation } from "./saturation.ts";
import { t5 } from "./t5.ts";

export const normGrowth: Study = {
	name: "norm-growth",
	title: "Norm growth during transformer training",
	introduction:
		"Merrill et al. (EMNLP 2021, pp. 1766–1781) claim that the parameter norm of a transformer grows like √t during " +
		"training, that its direction settles, and that the network thereby approaches a saturated one, whose attention " +
		"heads are argmax or mean. Here language models are trained on WikiText-2 and measured; T5-base is judged on the " +
		"series that the authors published as figures.",
	notes: [
		"“Pre-norm” in the paper is x + LN(f(x)): our run res-post. What the name means today, x + f(LN(x)), is our run " +
			"pre; the paper does not treat it.",
		"“Norm” differs by figure: the encoder alone (the paper's Appendix A, and our claims), encoder and decoder, all " +
			"parameters, or the mean column norm of linear maps. The figure “Norm in three scopes” shows what that changes.",
		"The paper's post-norm language models stayed at the loss of a unigram model, yet measured as saturated. We print " +
			"the loss, and how alike the states of different tokens are, beside every saturation.",
		"√t follows from steps at right angles to the parameters and ‖δ‖ = a·η‖θ‖ only if a = 1 and η = 1/√t; in general " +
			"that gives t^(a²/2). Adam at a constant rate takes steps of constant length, which at right angles give " +
			"√(a·t + b).",
		"T5 was trained by AdaFactor, whose steps are at most η‖θ‖ long by construction: that is enough to explain Assumption 1 " +
			"there, whatever the network.",
		"The published code masks attention by multiplying scores by 0, so later tokens leak into earlier ones, and the " +
			"“mean heads” of Fig. 3 attend to the future. Our mask does not leak, but in the runs named leaky, which repeat that.",
		"Both curves of Fig. 4, with and without bias, are of encoders with biases: the code took away the classifier's " +
			"alone. With the encoder's really gone the puzzle of footnote 12 is gone too.",
		"Definition 3 as printed fails for every degree above 0, since an error of f(cθ) is scaled with it: it has to be " +
			"divided by c^k. Lemma 7 needs a gap between the largest score and the next, whatever ‖x‖ is. What is printed and " +
			"what holds are both claims.",
		"Tolerances that the paper does not give are ours.",
	],
	presets,
	parts: [
		languageModels,
		t5,
		publishedFigures,
		saturation,
		homogeneity,
		heads,
		formalLanguages,
		dynamics,
		phaseDiagram,
	],
};

/** The study of Yang et al. 2024: word co-occurrence learned by gradient flow. */
import type { Study } from "../study.ts";
import { accuracy } from "./accuracy.ts";
import { applicability } from "./applicability.ts";
import { attention } from "./attention.ts";
import { balancing } from "./balancing.ts";
import { endState } from "./end-state.ts";
import { phases } from "./phases.ts";
import { presets } from "./presets.ts";

export const coOccurrence: Study = {
	name: "co-occurrence",
	title: "Word co-occurrence learned by gradient flow",
	introduction:
		"Yang et al. (NeurIPS 2024) follow a one-layer attention model with a linear MLP that learns, by gradient flow, " +
		"whether two target words occur together in a sentence. They prove that it learns in two phases: first the MLP " +
		"aligns with the three words that matter while attention stands still; then all losses fall together and attention " +
		"moves, between gradients that balance themselves. Here the flow is integrated with error control, in three " +
		"forms that agree, beside plain gradient descent, and each theorem and lemma is measured where its hypotheses " +
		"hold and where they do not.",
	notes: [
		"Constants (7 : 5 : 5, 3/2, 17, the times of the idealised flow) are not the paper's: it has orders, Θ(·); they follow " +
			"from its equations in the limit of many samples.",
		"The paper's own experiment breaks two hypotheses of its theory: its irrelevant words repeat (60 samples of 5 words " +
			"out of 64) and the MLP has more neurons (256) than the embedding has dimensions (128). It is configuration P here; " +
			"S and R meet the hypotheses.",
		"“Kaiming initialisation” is ambiguous. We take PyTorch's default of a linear layer, U(±1/√fan_in); the other readings " +
			"are initialisations by name.",
		"“All sample losses decrease at almost the same rate” holds of classes 1 to 3. Sentences with neither target are no " +
			"support vectors when there are many samples: their loss falls faster, and the ratio over all pairs grows without " +
			"bound, like t² in the limit of many samples. Balancing is measured by the paper's own sums over classes, and by " +
			"the ratio too, to show it.",
		"With the paper's scales attention moves in the direction that Theorem 3.2 says, but by very little: probabilities by " +
			"some 1e-4. Figures show changes; configuration A2 is one where they can be seen.",
		"Theorem 3.2 (iii) prints −G(μ₃) ≤ Ω(1), where ≥ is meant; Corollary F.17 prints 1/√m where its proof has 1/m.",
		"Scores are μᵀW_KᵀW_Q μ as in the caption of Fig. 1, not divided by √m.",
		"Tolerances that the paper does not give are ours.",
	],
	presets,
	parts: [phases, balancing, attention, endState, applicability, accuracy],
};

/** The study of He et al. 2023: deep transformers without skip connections and normalisation. */
import type { Preset, Study } from "../study.ts";
import { activations, activationsExperiments } from "./activations.ts";
import { attention, attentionExperiments } from "./attention.ts";
import { propagation, propagationExperiments } from "./propagation.ts";
import { training, trainingExperiments } from "./training.ts";

type Size = "smoke" | "laptop" | "paper";

const preset = (size: Size, summary: string): Preset => ({
	summary,
	experiments: [
		...propagationExperiments(size),
		...attentionExperiments(size),
		...activationsExperiments(size),
		...trainingExperiments(size),
	],
	long: size === "paper",
});

const presets: Readonly<Record<Size, Preset>> = {
	smoke: preset(
		"smoke",
		"Everything once, tiny: shows within a minute or two that it runs, and proves nothing.",
	),
	laptop: preset(
		"laptop",
		"36 blocks of width 64 on the characters of WikiText-2, a grid of rates, three seeds.",
	),
	paper: preset("paper", "36 blocks of width 512 on words, sequences of 512: days."),
};

export const shortcuts: Study = {
	name: "shortcuts",
	title: "Deep transformers without shortcuts",
	introduction:
		"He et al. (ICLR 2023) ask why deep transformers need skip connections and normalisation, and how to train them " +
		"without. Their answer: without them attention makes all tokens alike within a few layers, and no gradient says where " +
		"to look. Attention that starts near the identity, by Value-SkipInit or by biases and rescaling that plan the kernel of " +
		"every layer (U-SPA, E-SPA), keeps tokens apart at any depth. Here kernels are predicted and measured, the planned " +
		"attention and the shaped activations are checked against their algebra, and networks of 36 blocks are trained with " +
		"and without shortcuts.",
	notes: [
		"The paper's full text was not at hand, nor its code, which is not published: abstract, two reimplementations, the " +
			"authors' DKS code and the follow-up paper (He & Hofmann 2024) were. No loss of the paper is known to us, and none is " +
			"quoted. Claims C1 to C4 are those of its abstract.",
		"Both public reimplementations of E-SPA divide the columns of A by its row sums, where rows have to be divided. Both " +
			"readings are computed; the wrong one breaks the plan.",
		"The published γ_L = 0.005 is for sequences of some 512 tokens. On short sequences and repetitive text it makes tokens " +
			"too alike: what decides is γ_L·T, and how often tokens repeat. Training here uses a larger one; the published one " +
			"is run beside it.",
		"Attention and feed-forward networks both make tokens alike. Their η do not add up harmlessly: ours is 0.5, not 0.9.",
		"Tolerances that the abstract does not give are ours.",
	],
	presets,
	parts: [propagation, attention, activations, training],
};

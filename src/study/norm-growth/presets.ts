/**
 * Four sizes of the study: one that shows it runs, one for a first look, one for a laptop, and the published one.
 *
 * The language models differ only in where normalisation stands (`res-post` is what the paper calls pre-norm), in the
 * seed, and in the mask: the leaky ones repeat what the paper's code computed, at the length of its Penn Treebank
 * sequences, 83, at which Fig. 3 shows the signature of the leak. Two are trained by SGD, which in the logs of that
 * code does not saturate.
 */
import type { RunOptions } from "../../run/config.ts";
import type { Experiment, Preset, Training } from "../study.ts";
import { dynamicsExperiments } from "./dynamics.ts";
import { headsExperiments } from "./heads.ts";
import { homogeneityExperiments } from "./homogeneity.ts";
import { seedRun, sgdRun } from "./language-models.ts";
import { languageExperiments } from "./languages/experiments.ts";
import { phaseDiagramExperiments } from "./phase-diagram/experiments.ts";
import { saturationExperiments } from "./saturation.ts";

export type Size = "smoke" | "quick" | "laptop" | "paper";

interface LanguageModels {
	readonly config: Omit<RunOptions, "name">;
	readonly seeds: number;
	/** Steps of the runs with the leaky mask. */
	readonly leakySteps: number;
}

const small = {
	model: { layers: 4, heads: 4, width: 128, feedForward: 512, context: 64 },
	data: { vocabularySize: 4096 },
	// A measurement costs about as much as three steps: some 5 % of a run in all.
	probes: { schedule: { doublingUntil: 16, every: 100 }, evaluationBatches: 2 },
} as const;

const sizes: Readonly<Record<Size, LanguageModels>> = {
	smoke: {
		config: {
			model: { layers: 2, heads: 2, width: 32, feedForward: 64, context: 32 },
			data: { vocabularySize: 512 },
			training: { steps: 60, batch: 8 },
			probes: { schedule: { doublingUntil: 8, every: 10 }, evaluationBatches: 2 },
		},
		seeds: 1,
		leakySteps: 30,
	},
	quick: {
		config: { ...small, training: { steps: 700, batch: 8 } },
		seeds: 1,
		leakySteps: 300,
	},
	laptop: {
		config: { ...small, training: { steps: 1500, batch: 8 } },
		seeds: 3,
		leakySteps: 1500,
	},
	paper: {
		// 17,556 lines of text in batches of 16, the last of each epoch dropped: 5 × 1,097 updates.
		config: {
			model: { layers: 12, heads: 12, width: 768, feedForward: 512, context: 699 },
			data: { layout: "lines", lossWeighting: "sentence" },
			training: { steps: 5485, batch: 16 },
			// One is more than a gigabyte.
			checkpoints: { keep: 2 },
		},
		seeds: 1,
		leakySteps: 5485,
	},
};

/** The leaky runs' length where it is not that of the others: the paper's for Penn Treebank. */
const leakyContext = 83;

const placements = ["pre", "res-post", "post"] as const;

function trainings(size: Size): Training[] {
	const { config, seeds, leakySteps } = sizes[size];
	const run = (name: string, options: Partial<RunOptions>): Training => ({
		kind: "training",
		name,
		config: {
			name,
			// PyTorch's defaults, as in the paper (Appendix A).
			optimizer: { name: "adamw", learningRate: 1e-3, weightDecay: 1e-2 },
			...config,
			...options,
		},
	});
	return [
		...Array.from({ length: seeds }, (_, seed) =>
			placements.map((placement) =>
				run(seedRun(placement, seed), { seed, model: { ...config.model, placement } }),
			),
		).flat(),
		...(["res-post", "post"] as const).map((placement) =>
			run(`${placement}-leaky`, {
				model: {
					...config.model,
					placement,
					mask: "leaky",
					context: size === "paper" ? config.model.context : leakyContext,
				},
				training: { ...config.training, steps: leakySteps },
			}),
		),
		...(["res-post", "post"] as const).map((placement) =>
			run(sgdRun(placement), {
				model: { ...config.model, placement },
				// The rate of the paper's code where its logs have SGD.
				optimizer: { name: "sgd", learningRate: 1e-2 },
			}),
		),
	];
}

function preset(size: Size, summary: string): Preset {
	const models = trainings(size);
	const names = ["pre", "res-post", "post", "res-post-leaky", "post-leaky"];
	const experiments: Experiment[] = [
		...models,
		...saturationExperiments(
			size,
			models.flatMap(({ name, config }) => (config.optimizer?.name === "sgd" ? [] : name)),
		),
		...homogeneityExperiments(size),
		...headsExperiments(size, names),
		...dynamicsExperiments(size),
		...languageExperiments(size),
		...phaseDiagramExperiments(size),
	];
	return { summary, experiments, long: size === "paper" };
}

export const presets: Readonly<Record<Size, Preset>> = {
	smoke: preset(
		"smoke",
		"Everything once, tiny: shows within a minute or two that it runs, and proves nothing.",
	),
	quick: preset(
		"quick",
		"Models of 4 layers and width 128 on WikiText-2's 4,096 commonest words, one seed, small grids: about five minutes on two cores.",
	),
	laptop: preset(
		"laptop",
		"The same models for longer and with three seeds, all formal languages, the phase diagram: some 22 minutes on two cores.",
	),
	paper: preset(
		"paper",
		"The published size: 12 layers of width 768, the full vocabulary, 5 epochs of the text's lines; a grid of 20 × 20.",
	),
};

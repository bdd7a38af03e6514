/**
 * Three sizes of the study: one that shows it runs, one for a laptop, and the published one.
 *
 * The runs differ only in where normalisation stands. `res-post` is what the paper calls pre-norm.
 */
import type { RunOptions } from "../../run/config.ts";
import type { Experiment, Preset } from "../study.ts";

const experiments = (options: Omit<RunOptions, "name">): Experiment[] =>
	(["pre", "res-post", "post"] as const).map((placement) => ({
		name: placement,
		config: {
			name: placement,
			// PyTorch's defaults, as in the paper (Appendix A).
			optimizer: { name: "adamw", learningRate: 1e-3, weightDecay: 1e-2 },
			...options,
			model: { ...options.model, placement },
		},
	}));

export const presets: Readonly<Record<"smoke" | "laptop" | "paper", Preset>> = {
	smoke: {
		summary:
			"Three tiny models, 60 steps each: shows within a minute that everything runs, and proves nothing.",
		experiments: experiments({
			model: { layers: 2, heads: 2, width: 32, feedForward: 64, context: 32 },
			data: { vocabularySize: 512 },
			training: { steps: 60, batch: 8 },
			probes: { schedule: { doublingUntil: 8, every: 10 }, evaluationBatches: 2 },
		}),
	},
	laptop: {
		summary:
			"Three models of 4 layers and width 128 on WikiText-2's 4,096 commonest words: minutes on two cores.",
		experiments: experiments({
			model: { layers: 4, heads: 4, width: 128, feedForward: 512, context: 64 },
			data: { vocabularySize: 4096 },
			training: { steps: 1500, batch: 8 },
			// A measurement costs about as much as three steps: the 21 of them are less than 5 % of the run.
			probes: { schedule: { doublingUntil: 16, every: 100 }, evaluationBatches: 2 },
		}),
	},
	paper: {
		// 17,556 lines of text in batches of 16, the last of each epoch dropped: 5 × 1,097 updates.
		summary:
			"The published size: 12 layers of width 768, the full vocabulary, 5 epochs of WikiText-2's lines.",
		experiments: experiments({
			model: { layers: 12, heads: 12, width: 768, feedForward: 512, context: 699 },
			data: { layout: "lines", lossWeighting: "sentence" },
			training: { steps: 5485, batch: 16 },
			// One is more than a gigabyte.
			checkpoints: { keep: 2 },
		}),
	},
};

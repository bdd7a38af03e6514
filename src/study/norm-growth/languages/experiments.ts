/**
 * What is trained: one network a language, and how.
 *
 * The size is that of the defaults of Bhattamishra et al.'s code (one layer, width 32, feed-forward 64, learning rate
 * 5e-3, batch 32, strings of up to 50 symbols, tests on longer ones), with AdamW in the place of RMSprop, the
 * normalisation of Merrill et al. (res-post) and a loss per symbol that is a cross-entropy, not a squared error.
 * Regular languages get two layers, and a rate of 3e-3: at 5e-3 some of these networks collapsed.
 *
 * Positions: none, except where the language is periodic. The causal mask alone lets a network count and generalise
 * to longer strings (Bhattamishra et al. §6); of a string of one letter it can tell nothing, and there positions are
 * learned, which cannot serve at places that no training string reached.
 */
import { languages } from "../../../data/languages/languages.ts";
import type { Analysis, Experiment, Training } from "../../study.ts";
import type { Size } from "../presets.ts";
import { measureLanguage } from "./measure.ts";

/** The folder and prefix of these trainings. */
export const prefix = "languages/";
export const analysisName = "formal-languages";

interface Plan {
	/** Names of languages. */
	readonly names: readonly string[];
	readonly steps: number;
	readonly samples: number;
	readonly testSamples: number;
	/** Lengths of training and of the tests. */
	readonly train: number;
	readonly tests: Readonly<Record<string, { readonly minimum: number; readonly maximum: number }>>;
}

const lengths = { train: 50, tests: { longer: { minimum: 51, maximum: 100 } } } as const;

const all = languages.map(({ name }) => name);
/** Near repetitions of others, left out where time is short. */
const further = ["d-3", "d-12", "dyck-2-depth-4", "shuffle-6", "boolean-5", "aaaa"];

const plans: Readonly<Record<Size, Plan>> = {
	smoke: {
		names: ["dyck-1"],
		steps: 100,
		samples: 500,
		testSamples: 64,
		train: 16,
		tests: { longer: { minimum: 17, maximum: 32 } },
	},
	quick: { names: ["dyck-1", "an-bn-cn", "aa"], steps: 1500, samples: 5000, testSamples: 256, ...lengths },
	laptop: {
		names: all.filter((name) => !further.includes(name)),
		steps: 1500,
		samples: 5000,
		testSamples: 256,
		...lengths,
	},
	paper: {
		names: all,
		// 25 epochs of 10,000 strings in batches of 32.
		steps: 7800,
		samples: 10_000,
		testSamples: 2000,
		train: 50,
		tests: { longer: { minimum: 51, maximum: 100 }, longest: { minimum: 101, maximum: 150 } },
	},
};

function training(name: string, { steps, samples, testSamples, train, tests }: Plan): Training {
	const { family } = languages.find((language) => language.name === name)!;
	const [layers, learningRate] = family === "counter" ? [1, 5e-3] : [2, 3e-3];
	return {
		kind: "training",
		name: `${prefix}${name}`,
		config: {
			name,
			model: {
				layers,
				heads: layers,
				width: 32,
				feedForward: 64,
				context: Math.max(...Object.values(tests).map(({ maximum }) => maximum)),
				placement: "res-post",
				positions: family === "periodic" ? "learned" : "none",
			},
			data: {
				source: { language: name, train: { minimum: 1, maximum: train }, tests, samples, testSamples },
			},
			optimizer: { name: "adamw", learningRate, weightDecay: 1e-2 },
			schedule: { name: "cosine", warmup: 50 },
			training: { steps, batch: 32, logEvery: 50 },
			probes: { schedule: { doublingUntil: 4, every: 250 }, evaluationBatches: 4 },
			checkpoints: { every: steps },
			// So small a network loses more by a second thread than it gains.
			engine: { threads: 1 },
		},
	};
}

/** The trainings of a size, and the analysis of all of them. */
export function languageExperiments(size: Size): Experiment[] {
	const plan = plans[size];
	const trainings = plan.names.map((name) => training(name, plan));
	const needs = trainings.map(({ name }) => name);
	const analysis: Analysis = {
		kind: "analysis",
		name: analysisName,
		title: "Formal languages: networks and their saturated forms",
		needs,
		options: {},
		async compute({ engine, signal, progress, run }) {
			const rows = [];
			for (const [i, name] of needs.entries()) {
				signal.throwIfAborted();
				rows.push(await measureLanguage(await run(name), engine));
				progress((i + 1) / needs.length);
			}
			return rows;
		},
	};
	return [...trainings, analysis];
}

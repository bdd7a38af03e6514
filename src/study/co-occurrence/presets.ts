/**
 * Sizes of the study: one that shows it runs, one for a laptop, and a large one. What differs is mostly the number of
 * seeds: the paper's own experiment is small enough for a laptop.
 */
import type { FlowOptions } from "../../run/flow/config.ts";
import type { Flow, Preset } from "../study.ts";
import { accuracyExperiments } from "./accuracy.ts";
import { applicabilityExperiments } from "./applicability.ts";
import { attentionExperiments } from "./attention.ts";
import { configurations, type Letter, paperDescent } from "./configurations.ts";
import { endStateExperiments } from "./end-state.ts";
import { phasesExperiments } from "./phases.ts";

export type Size = "smoke" | "laptop" | "paper";

/** Seeds of each configuration; of descent and of frozen attention, pairs of the flows with the same seeds. */
const seeds: Readonly<Record<Size, Readonly<Record<Letter | "descent", number>>>> = {
	smoke: { S: 1, R: 1, P: 1, A: 1, A2: 1, X: 1, C: 1, descent: 0 },
	laptop: { S: 5, R: 5, P: 5, A: 5, A2: 5, X: 5, C: 5, descent: 3 },
	paper: { S: 20, R: 20, P: 20, A: 20, A2: 20, X: 20, C: 20, descent: 20 },
};

const flow = (name: string, config: Omit<FlowOptions, "kind" | "name">): Flow => ({
	kind: "flow",
	name,
	config: { kind: "flow", name, ...config },
});

const each = (count: number, of: (seed: number) => Flow): Flow[] =>
	Array.from({ length: count }, (_, seed) => of(seed));

function flows(size: Size): Flow[] {
	const { A2, P } = configurations;
	const frozen = { ...A2, model: { ...A2.model, attention: "frozen" as const } };
	return [
		// By far the longest come first: several flows run at a time, and then all end at about the same time.
		...each(seeds[size].descent, (seed) => flow(`P-descent-${seed}`, { seed, ...P, dynamics: paperDescent })),
		...(Object.keys(configurations) as Letter[]).flatMap((letter) =>
			each(seeds[size][letter], (seed) => flow(`${letter}-${seed}`, { seed, ...configurations[letter] })),
		),
		...each(seeds[size].A2, (seed) => flow(`A2-frozen-${seed}`, { seed, ...frozen })),
	];
}

const preset = (size: Size, summary: string): Preset => ({
	summary,
	experiments: [
		...flows(size),
		...accuracyExperiments(size),
		...phasesExperiments(size),
		...attentionExperiments(size),
		...endStateExperiments(size),
		...applicabilityExperiments(size),
	],
});

export const presets: Readonly<Record<Size, Preset>> = {
	smoke: preset("smoke", "Every configuration once: shows within a minute that it runs."),
	laptop: preset(
		"laptop",
		"Five seeds of every configuration, the paper's 30,000 steps of gradient descent three times, the grid of scales and sizes.",
	),
	paper: preset(
		"paper",
		"Twenty seeds of everything, the 30,000 steps of gradient descent for each, a finer grid.",
	),
};

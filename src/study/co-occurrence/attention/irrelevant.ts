/**
 * How far the scores of irrelevant words move: Lemma 4.7 has them a factor of about 1/n behind, Thm 3.3 in numbers
 *
 *     |C_kq| ≤ Õ(σ₀²m/(n√m Lσ₁²mm₁) + σ₀²√m/(√m σ₁²mm₁)) if k or q is irrelevant,
 *
 * beside Θ(σ₀²m/(√m Lσ₁²mm₁)) of the four pairs that matter: at most Õ(1/n + L/√m) of these. The first part is what an
 * irrelevant word gets by itself, which is in one sample of n. The second comes from words whose initial vectors are not
 * quite orthogonal: one that moves takes the others along. The closed form is integrated, of which the width is no cost.
 */
import { setImmediate } from "node:timers/promises";
import type { CoOccurrenceSet } from "../../../data/co-occurrence.ts";
import { closedLayout } from "../../../model/co-occurrence/closed.ts";
import type { FlowOptions } from "../../../run/flow/config.ts";
import { mean } from "../../rows.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { configurations, type Letter } from "../configurations.ts";
import { follow, open } from "../end-state/trajectory.ts";
import type { Size } from "../presets.ts";

export const irrelevantName = "attention/irrelevant";
export const irrelevantLetters: readonly Letter[] = ["S", "R"];

interface IrrelevantSize {
	readonly seeds: number;
	/** n, and m, of the flows of all sizes. */
	readonly samples: readonly number[];
	readonly widths: readonly number[];
}

const sizes: Readonly<Record<Size, IrrelevantSize>> = {
	smoke: { seeds: 1, samples: [24, 48], widths: [64, 1024] },
	laptop: { seeds: 5, samples: [24, 48, 96], widths: [64, 512, 4096] },
	paper: { seeds: 20, samples: [24, 48, 96, 192], widths: [64, 512, 4096] },
};

/** L, m₁ and σ₁ of the flows of all sizes; σ₀ = 0.3/√(Lm), as Condition 1 has it. */
const length = 3;
const neurons = 8;
const sigma1 = 0.1;

export const irrelevantExperiments = (size: Size): Analysis[] => [irrelevant(sizes[size])];

/**
 * One row a flow: `letter`, or `samples` and `width`; `seed`; of the changes |ΔW_KᵀW_Q| from start to end, `four`, the mean
 * of the four pairs that matter; over it `most` and `mean`, the largest and the mean of pairs with an irrelevant word that
 * meet in a sample, and `mostOfAll`, of all words that occur; `mostOverLeast`, that over the least of the four; and
 * `order`, 1/n + L/√m.
 */
const irrelevant = ({ seeds, samples, widths }: IrrelevantSize): Analysis => ({
	kind: "analysis",
	name: irrelevantName,
	title: "Scores of irrelevant words",
	needs: [],
	options: { seeds, samples, widths, length, neurons, sigma1, letters: irrelevantLetters },
	async compute({ signal, progress }) {
		const flows = [
			...irrelevantLetters.map((letter) => ({ key: { letter }, config: configurations[letter] })),
			...widths.flatMap((width) =>
				samples.map((n) => ({ key: { samples: n, width }, config: ofSize(n, width) })),
			),
		].flatMap((flow) => Array.from({ length: seeds }, (_, seed) => ({ ...flow, seed })));
		const rows: AnalysisRow[] = [];
		for (const { key, config, seed } of flows) {
			await setImmediate();
			signal.throwIfAborted();
			rows.push({ ...key, seed, ...measured(config, seed) });
			progress(rows.length / flows.length);
		}
		return rows;
	},
});

type Config = Pick<FlowOptions, "data" | "model" | "initialisation" | "dynamics">;

function ofSize(samples: number, width: number): Config {
	const sigma0 = 0.3 / Math.sqrt(length * width);
	return {
		data: { samples, length },
		model: { width, neurons },
		initialisation: { name: "gaussian", mlp: sigma1, value: sigma0, attention: sigma0 },
		dynamics: { name: "flow", clock: 1000, relativeTolerance: 1e-5 },
	};
}

function measured(config: Config, seed: number): AnalysisRow {
	const dynamics = { ...config.dynamics, form: "closed" } as FlowOptions["dynamics"];
	const { form, start, end } = follow(open({ ...config, dynamics, seed }));
	const { dataset, sizes } = form;
	const { scores } = closedLayout(sizes);
	const change = (pair: number) => Math.abs(end[scores + pair]! - start[scores + pair]!);
	const d = sizes.words;
	/** (2, 1), (1, 2), (3, 1) and (3, 2), key and query. */
	const four = [d, 1, 2 * d, 2 * d + 1].map(change);
	const others = (pairs: Iterable<number>) =>
		[...pairs].filter((pair) => Math.floor(pair / d) > 2 || pair % d > 2).map(change);
	const met = others(pairsThatMeet(dataset));
	const words = [...new Set(dataset.tokens)];
	const mostOfAll = Math.max(...others(words.flatMap((key) => words.map((query) => key * d + query))));
	return {
		four: mean(four),
		most: Math.max(...met) / mean(four),
		mean: mean(met) / mean(four),
		mostOfAll: mostOfAll / mean(four),
		mostOverLeast: mostOfAll / Math.min(...four),
		order: 1 / dataset.samples + dataset.length / Math.sqrt(sizes.width),
	};
}

/** key · d + query of all pairs of words that a sample holds. */
function pairsThatMeet({ samples, length, words, tokens }: CoOccurrenceSet): Set<number> {
	const pairs = new Set<number>();
	for (let i = 0; i < samples; i++)
		for (let h = 0; h < length; h++)
			for (let l = 0; l < length; l++) pairs.add(tokens[i * length + h]! * words + tokens[i * length + l]!);
	return pairs;
}

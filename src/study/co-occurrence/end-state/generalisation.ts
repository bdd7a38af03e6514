/**
 * The loss on fresh sentences with words that training never saw: Thm 3.3's claim that the population loss falls too.
 *
 * Training fits irrelevant words as well, and so relies on the relevant ones less. Of the hard-margin direction G* that the
 * training set has (margin 1), an unseen sentence gets G(μ₁) + G(μ₂) + G(μ₃) or its like alone: of class 2 the margin
 * −G*(μ₁) − G*(μ₃), well below 1 for few samples. If training loss is e^−z, the loss on such sentences is e^−(margin·z), a
 * power of it that tends to 1 as n grows.
 */
import { setImmediate } from "node:timers/promises";
import { type CoOccurrenceSet, drawSamples, wordsNeeded } from "../../../data/co-occurrence.ts";
import { meanLoss } from "../../../model/co-occurrence/logistic.ts";
import { reducedForm } from "../../../model/co-occurrence/reduced.ts";
import { bagOfWordsSvm } from "../../../theory/co-occurrence/bag-of-words.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { configurations } from "../configurations.ts";
import type { Size } from "../presets.ts";
import { follow, open } from "./trajectory.ts";

export const generalisationName = "end-state/generalisation";
/** Words of the vocabulary that are in no sample of the training set. */
const unseenWords = 100;
/** κ₀t of the last row, and of the first after the start; from then on rows are at least this factor apart. */
const horizon = 1000;
const [firstMoment, spacing] = [0.1, 1.15];

interface GeneralisationSize {
	readonly seeds: number;
	/** n. */
	readonly samples: readonly number[];
	/** Fresh sentences of each kind. */
	readonly draws: number;
}

const sizes: Readonly<Record<Size, GeneralisationSize>> = {
	smoke: { seeds: 1, samples: [24, 96], draws: 600 },
	laptop: { seeds: 5, samples: [24, 96, 384], draws: 3000 },
	paper: { seeds: 20, samples: [24, 96, 384], draws: 12_000 },
};

export const generalisationExperiments = (size: Size): Analysis[] => [generalisation(sizes[size])];

/**
 * One row a flow and moment: `samples`, `seed`, `clock`, `train`, and `unseen` and `seen`, the mean losses on fresh
 * sentences whose irrelevant words are unseen, or of the training set; `error.unseen`, the share that is wrong. The last
 * row of a flow has `last` = 1, and `exponent`, the predicted power.
 */
const generalisation = ({ seeds, samples, draws }: GeneralisationSize): Analysis => ({
	kind: "analysis",
	name: generalisationName,
	title: "Loss on fresh sentences with unseen words",
	needs: [],
	options: { seeds, samples, draws, unseenWords, horizon },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (const [i, n] of samples.entries())
			for (let seed = 0; seed < seeds; seed++) {
				signal.throwIfAborted();
				rows.push(...oneFlow(n, seed, draws));
				progress((i * seeds + seed + 1) / (samples.length * seeds));
				await setImmediate();
			}
		return rows;
	},
});

function oneFlow(samples: number, seed: number, draws: number): AnalysisRow[] {
	const { data, model, initialisation } = configurations.S;
	const { length } = data;
	const needed = wordsNeeded(samples, length);
	const words = needed + unseenWords;
	const opened = open({
		...{ seed, model, initialisation, data: { samples, length, words } },
		dynamics: { name: "flow", clock: horizon },
	});
	const { form, start } = opened;
	const fresh = (from: number, to: number) => {
		const set = drawSamples({ samples: draws, length, words, irrelevant: [from, to], seed });
		return { labels: set.labels, form: reducedForm(set, form.sizes) };
	};
	const [unseen, seen] = [fresh(needed, words), fresh(3, needed)];
	const row = (clock: number, state: Float64Array): AnalysisRow => {
		const outputs = unseen.form.outputs(state);
		const wrong = outputs.filter((output, i) => output * unseen.labels[i]! <= 0).length;
		return {
			...{ samples, seed, clock },
			train: meanLoss(form.outputs(state), form.dataset.labels),
			unseen: meanLoss(outputs, unseen.labels),
			seen: meanLoss(seen.form.outputs(state), seen.labels),
			"error.unseen": wrong / draws,
		};
	};
	const rows = [row(0, start)];
	let due = 0;
	const { end } = follow(opened, (clock, state) => {
		if (clock < due) return;
		rows.push(row(clock, state));
		due = Math.max(firstMoment, clock) * spacing;
	});
	return [...rows, { ...row(horizon, end), last: 1, exponent: unseenMargin(form.dataset) }];
}

/** The least margin that G*, the hard-margin direction of a training set, gives to sentences of unseen words. */
function unseenMargin(dataset: CoOccurrenceSet): number | undefined {
	const direction = bagOfWordsSvm(dataset)?.direction;
	if (!direction) return undefined;
	const [first, second, common] = direction;
	return Math.min(first! + second! + common!, -first! - common!, -second! - common!, -common!);
}

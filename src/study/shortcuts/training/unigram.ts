/**
 * The plateau of a network that tells no position from another: the loss of the best distribution that is the same
 * everywhere, which is that of the tokens of the training text (Laplace's: each counted once more).
 *
 * A network whose tokens have all become alike can learn this and little more (behind a causal mask they have all become
 * the first, which it still knows), so this number is what "does not learn" means here. Its loss is taken over the very batches that the runs are evaluated on.
 */
import { countTokens, crossEntropyOf, entropyOf } from "../../../data/unigram.ts";
import type { Row } from "../../../figure/figure.ts";
import type { RunOptions } from "../../../run/config.ts";
import type { TrainingBase } from "../../../sweep/config.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import type { Experiment } from "../../study.ts";
import { textName, unigramName } from "./names.ts";

/** More batches than this of a large text change nothing. */
const mostBatches = 20_000;

/** The text of `base`, whichever `--text` makes it, as a run of no steps; and what its tokens alone tell. */
export function unigramExperiments(base: TrainingBase, evaluationBatches: number): Experiment[] {
	const config: RunOptions = {
		...base,
		model: { ...base.model, layers: 1 },
		training: { ...base.training, steps: 0 },
	};
	return [
		{ kind: "training", name: textName, config },
		{
			kind: "analysis",
			name: unigramName,
			title: "How often each token occurs",
			needs: [textName],
			options: { evaluationBatches, mostBatches },
			async compute({ run }) {
				const { config, dataset } = await run(textName);
				const data = await dataset();
				const count = (split: "train" | "validation", batches: number) =>
					countTokens(data.evaluationBatches(split, batches), config.model.context, data.vocabularySize);
				const [train, validation] = [count("train", mostBatches), count("validation", evaluationBatches)];
				return [
					{
						vocabulary: data.vocabularySize,
						entropy: entropyOf(train),
						plateau: crossEntropyOf(train, validation),
					},
				];
			},
		},
	];
}

export interface Plateau {
	/** H₁ of the training text, in nats a token. */
	readonly entropy: number;
	/** The validation loss of the training text's frequencies, in nats a token. */
	readonly plateau: number;
}

export function plateauOf(rows: readonly Row[]): Plateau | undefined {
	const [row] = rowsOf(rows, unigramName);
	return row && { entropy: numberOf(row, "entropy"), plateau: numberOf(row, "plateau") };
}

/**
 * The small language models: what Merrill et al. 2021 claim of norm, direction, alignment and step size, asked of
 * every norm placement. A measured value is the mean over seeds; the words give each seed's.
 *
 * Tolerances are ours where the paper gives none. The paper's own series, T5, is judged in `t5-claims.ts`.
 */
import { type Row, runsOf } from "../../figure/figure.ts";
import { runFigures } from "../../report/run-figures.ts";
import {
	above,
	atLeast,
	atMost,
	below,
	type Claim,
	type Expectation,
	type Measurement,
	type Part,
} from "../study.ts";
import {
	alignment,
	directionSettles,
	normGrowth,
	saturationGain,
	sqrtAgainstRivals,
	sqrtFit,
	squaredFit,
	stepInProportion,
} from "./measurements.ts";

interface Question {
	readonly id: string;
	readonly sentence: string;
	readonly place: string;
	readonly expected: Expectation;
	/** From the rows of one run. */
	readonly measure: (rows: readonly Row[]) => Measurement | undefined;
	/** For every run, or for the runs named. */
	readonly caveat?: string | Readonly<Record<string, string>>;
}

const questions: readonly Question[] = [
	{
		id: "norm-grows",
		sentence: "the norm of the encoder's parameters grows during training (last / first)",
		place: "§3, Fig. 1; Appendix A",
		expected: above(1),
		measure: normGrowth,
		caveat: {
			post: "In the logs of the paper's code the norm of its post-norm models falls after the first epoch.",
		},
	},
	{
		id: "sqrt-fits",
		sentence: "the norm follows a·√t + b: r² rounds to the paper's 1.00",
		place: "§3, Fig. 1 (there of T5)",
		expected: atLeast(0.995),
		measure: sqrtFit,
	},
	{
		id: "sqrt-fits-best",
		sentence: "√t fits the norm better than t and t^¼ do (residual of the better rival / that of √t)",
		place: "§3; the rivals are those of the paper's code",
		expected: above(1),
		measure: sqrtAgainstRivals,
	},
	{
		id: "squared-grows-linearly",
		sentence:
			"‖θ‖² grows linearly, as steps of constant length at right angles would have it: r² rounds to 1.00",
		place: "not in the paper: its eq. 2 with Adam's steps",
		expected: atLeast(0.995),
		measure: squaredFit,
	},
	{
		id: "direction-settles",
		sentence:
			"the direction settles: 1 − cosine to the checkpoint before shrinks (last / first, at equal distances)",
		place: "§3, Fig. 1",
		expected: below(1),
		measure: directionSettles,
		caveat: "Where steps keep their length, a growing norm alone makes the angle between checkpoints shrink.",
	},
	{
		id: "alignment-small",
		sentence:
			"steps are nearly at right angles to the parameters (mean |alignment| between checkpoints, second half)",
		place: "§5, Fig. 5 (there of T5, peak about 0.15)",
		expected: atMost(0.15),
		measure: alignment,
		caveat: "Alignment depends on the distance between checkpoints; T5's lie 5,100 steps apart.",
	},
	{
		id: "step-in-proportion",
		sentence: "late in training ‖δ‖ is in proportion to η‖θ‖ (largest / smallest quotient, second half)",
		place: "§5, Assumption 1",
		expected: atMost(1.2),
		measure: stepInProportion,
		caveat:
			"Adam makes ‖δ‖ about η·√n whatever the norm, so the quotient can be constant for want of growth.",
	},
];

const placements = ["pre", "res-post", "post"] as const;

/** The name of a run of another seed than 0. */
export const seedRun = (run: string, seed: number): string => (seed === 0 ? run : `${run}-seed-${seed}`);

/** The name of the run of a placement that SGD trains. */
export const sgdRun = (run: string): string => `${run}-sgd`;

const isRunOf = (run: string, name: string): boolean =>
	name === run || (name.startsWith(`${run}-seed-`) && /^\d+$/.test(name.slice(run.length + 6)));

/** The measurement of each seed's run as one: the mean, the first run's words, and each value. */
function overSeeds(rows: readonly Row[], run: string, measure: Question["measure"]): Measurement | undefined {
	const runs = runsOf(rows).filter((name) => isRunOf(run, name));
	const measured = runs.flatMap((name) => measure(rows.filter((row) => row.run === name)) ?? []);
	const [first] = measured;
	if (!first || measured.length === 1) return first;
	const values = measured.map(({ value }) => value);
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const deviation = Math.sqrt(
		values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
	);
	const list = values.map((value) => Number(value.toPrecision(4))).join(", ");
	return {
		value: mean,
		detail: `${values.length} seeds: ${list}; standard deviation ${deviation.toPrecision(2)}. Seed 0: ${first.detail}`,
	};
}

/** Whether SGD, whose steps are short, saturates less than AdamW. */
const sgdClaim = (run: string): Claim => ({
	id: `sgd-saturates-less.${run}`,
	of: run,
	sentence: "SGD saturates the network less than AdamW does (gain of AdamW − gain of SGD)",
	place: "the logs of the paper's code (20 epochs, rate 0.01): post-norm stays below 0.16, pre-norm falls",
	expected: above(0),
	caveat: "At equal steps SGD has also learned less: compare the losses.",
	measure(rows) {
		const gain = (name: string) => saturationGain(rows.filter((row) => row.run === name));
		const [adamw, sgd] = [gain(run), gain(sgdRun(run))];
		return (
			adamw && sgd && { value: adamw.value - sgd.value, detail: `AdamW ${adamw.detail} SGD ${sgd.detail}` }
		);
	},
});

export const languageModels: Part = {
	name: "language-models",
	title: "Small language models",
	introduction:
		"Does the norm grow, like √t, and does the direction settle? Asked of language models " +
		"that differ only in where normalisation stands: pre is x + f(LN(x)), res-post is x + LN(f(x)), which the paper " +
		"calls pre-norm, post is LN(x + f(x)). The runs named leaky use the mask of the paper's code, those named sgd its other optimizer. Figures show seed 0.",
	runs: (name) => /^(pre|res-post|post)(-leaky|-sgd)?(-seed-\d+)?$/.test(name),
	claims: [
		...questions.flatMap(({ id, sentence, place, expected, measure, caveat }) =>
			placements.map((run): Claim => {
				const words = typeof caveat === "string" ? caveat : caveat?.[run];
				return {
					id: `${id}.${run}`,
					of: run,
					sentence,
					place,
					expected,
					measure: (rows) => overSeeds(rows, run, measure),
					...(words === undefined ? {} : { caveat: words }),
				};
			}),
		),
		...(["res-post", "post"] as const).map(sgdClaim),
	],
	figures: (rows, options) =>
		runFigures(
			rows.filter(({ run }) => placements.some((placement) => placement === run)),
			options,
		),
};

/**
 * What Merrill et al. 2021 claim of norm, direction, saturation, alignment and step size, asked of every run.
 *
 * Tolerances are ours where the paper gives none. The paper's own series, T5, is judged in `t5-claims.ts`.
 */
import type { Row } from "../../figure/figure.ts";
import { above, atLeast, atMost, below, type Claim, type Expectation, type Measurement } from "../study.ts";
import {
	alignment,
	directionSettles,
	normGrowth,
	saturationAtEnd,
	saturationRises,
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

const oneState =
	'Saturation says nothing where all tokens have nearly one state: see the figure "Saturation beside loss".';

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
		id: "saturation-rises",
		sentence: "training saturates the network beyond its random initialisation (difference of cosines)",
		place: "§4.1",
		expected: above(0),
		measure: saturationRises,
		caveat: {
			pre: oneState,
			"res-post": oneState,
			post: `${oneState} The paper's post-norm models were saturated with the loss of a unigram model.`,
		},
	},
	{
		id: "saturation-is-one",
		sentence: "saturation reaches 1.00",
		place: "§4.1",
		expected: atLeast(0.995),
		measure: saturationAtEnd,
		caveat: "The paper's models were larger and trained for longer.",
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

/** Every question asked of every run, one question after the other. */
export function claimsAbout(runs: readonly string[]): Claim[] {
	return questions.flatMap(({ id, sentence, place, expected, measure, caveat }) =>
		runs.map((run): Claim => {
			const words = typeof caveat === "string" ? caveat : caveat?.[run];
			return {
				id: `${id}.${run}`,
				sentence: `${run}: ${sentence}`,
				place,
				expected,
				measure: (rows) => measure(rows.filter((row) => row.run === run)),
				...(words === undefined ? {} : { caveat: words }),
			};
		}),
	);
}

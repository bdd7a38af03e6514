/** What single neurons do, asked of `neurons.ts`; and how it is drawn. */

import { drawNeurons, type NeuronAlignment } from "../../../figure/co-occurrence/neurons.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { inWords, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { above, atLeast, atMost, type Claim, type Expectation } from "../../study.ts";
import type { Letter } from "../configurations.ts";
import { outsideOf } from "../flows.ts";
import { moments, neuronLetters, neuronsName } from "./neurons.ts";

const flows = (rows: readonly Row[], letter: Letter) => rowsOf(rows, neuronsName, { what: "flow", letter });

interface Asked {
	readonly id: string;
	readonly sentence: string;
	readonly place: string;
	readonly expected: Expectation;
	readonly key: string;
	readonly worst: (values: readonly number[]) => number;
	readonly detail?: (rows: readonly Row[]) => string;
	readonly caveat?: string;
}

const most = (values: readonly number[]) => Math.max(...values);
const least = (values: readonly number[]) => Math.min(...values);
const range = (rows: readonly Row[], key: string) => {
	const values = numbersOf(rows, key);
	return `${inWords(least(values))} to ${inWords(most(values))}`;
};

const asked = ({ id, sentence, key, worst, detail, caveat, ...rest }: Asked): Claim[] =>
	neuronLetters.map(
		(letter): Claim => ({
			...rest,
			id: `${id}.${letter}`,
			of: letter,
			sentence,
			...(caveat !== undefined && { caveat }),
			...outsideOf(letter),
			measure(rows) {
				const own = flows(rows, letter);
				const values = numbersOf(own, key);
				if (values.length === 0) return undefined;
				const more = detail ? ` ${detail(own)}` : "";
				return { value: worst(values), detail: `worst of ${values.length} seeds.${more}` };
			},
		}),
	);

export const neuronClaims: readonly Claim[] = [
	...asked({
		id: "end-state.neurons-rigid",
		sentence:
			"against W_Vμ of the end, the alignments a_j w_jᵀW_Vμ of all neurons have shifted by the same amount (standard deviation over mean)",
		place: "App. C: w_j′ = a_j(1/n) Σ g_i y_i Σ_l V p_l, the same for every neuron up to its sign",
		expected: atMost(1e-12),
		key: "rigid",
		worst: most,
		caveat: "Integrated in full parameters, where nothing enforces it.",
		detail: (rows) =>
			`With W_V moving too, the shifts differ by ${range(rows, "spread")} of their mean and the cloud widens ${range(rows, "widening")} times.`,
	}),
	...asked({
		id: "end-state.neurons-rate",
		sentence:
			"at t = 0 every neuron begins to align with μ₁ and μ₂: the slowest one's growth over the mean one's",
		place: "Lemma 4.1",
		expected: above(0),
		key: "leastRate",
		worst: least,
		detail: (rows) => `From ${range(rows, "leastRate")} over seeds.`,
		caveat: "It takes a_j w_jᵀw̄ > 0 for every j, so m well above m₁: ‖w_j‖² = σ₁²m must exceed σ₁²√(m m₁).",
	}),
	...asked({
		id: "end-state.neurons-right",
		sentence: "at the end every neuron is aligned with μ₁ and μ₂ and against μ₃ (share)",
		place: "Thm 3.2 (iii), of single neurons",
		expected: atLeast(1),
		key: "right.end",
		worst: least,
		caveat: "Of single neurons it is ours; the theorem speaks of their sums G(μ).",
		detail: (rows) => `At the start ${range(rows, "right.start")}, at T₁ ${range(rows, "right.T1")}.`,
	}),
];

/** F7. */
export function neuronFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const neurons = rowsOf(rows, neuronsName, { what: "neuron" }).map(
		(row): NeuronAlignment => ({
			moment: String(row["moment"]),
			neuron: numberOf(row, "neuron"),
			alignments: [1, 2, 3].map((word) => numberOf(row, `alignment.${word}`)),
		}),
	);
	const figure = drawNeurons(neurons, moments, options);
	return figure ? [figure] : [];
}

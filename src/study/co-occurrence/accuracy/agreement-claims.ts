/** What is computed in two ways agrees: forms, golden vector, descent and flow, symmetries, and the study's own flows. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, numberOf, rowsOf } from "../../rows.ts";
import { atMost, type Claim, near } from "../../study.ts";
import { descentName } from "./descent-to-flow.ts";
import { formsName, letters } from "./forms.ts";
import { goldenName } from "./golden-check.ts";
import { exponent, largest } from "./measure.ts";
import { symmetriesName } from "./symmetries.ts";

const seen = ["loss", "outputs", "words", "scores", "values", "attention"];

const agreement = (form: "reduced" | "closed", sentence: string, place: string): Claim => ({
	id: `accuracy.forms-${form}`,
	sentence,
	place,
	expected: atMost(1e-9),
	measure: (rows) =>
		largest(
			rowsOf(rows, formsName, { form }),
			seen,
			`configurations ${letters.join(" and ")}, clock 1 to 1000, each form integrated by itself; loss relative`,
		),
});

/** The largest value of a guarantee over the study's flows, and which flow has it. */
const guarantee =
	(key: string, of: (row: Row) => number = (row) => numberOf(row, key)) =>
	(rows: readonly Row[]) => {
		const flows = rows.filter(
			(row) => Number.isFinite(numberOf(row, "guarantee/loss")) && Number.isFinite(of(row)),
		);
		const worst = flows.reduce<Row | undefined>(
			(most, row) => (most && of(most) >= of(row) ? most : row),
			undefined,
		);
		return worst && { value: of(worst), detail: `${worst.run}, the worst of ${flows.length} flows.` };
	};

export const agreementClaims: readonly Claim[] = [
	agreement(
		"reduced",
		"the MLP is one neuron m₁ times as fast: the flow of w̄ = Wᵀa is that of all of W (largest difference of what is seen)",
		"follows from eq. 1, a fixed",
	),
	agreement(
		"closed",
		"G, W_VᵀW_V, W_KᵀW_Q and the Gram matrices of keys and queries close in themselves (largest difference)",
		"Appendices B and C: the coupled dynamical systems",
	),
	{
		id: "accuracy.golden-start",
		sentence:
			"an independent implementation prints the same numbers of the golden vector at t = 0 (largest difference)",
		place: "specification §11",
		expected: atMost(1e-12),
		caveat: "The vector prints 12 decimals: half a unit of the last one is 5e-13.",
		measure: (rows) =>
			largest(rowsOf(rows, goldenName, { part: "start" }), ["difference"], "outputs, G, c, attention, rates"),
	},
	{
		id: "accuracy.golden-flow",
		sentence: "and along its flow, at t = 1, 5 and 50, in each of the three forms (largest difference)",
		place: "specification §11",
		expected: atMost(1e-12),
		measure: (rows) =>
			largest(
				rowsOf(rows, goldenName, { part: "trajectory" }),
				["difference"],
				"loss, G, W[0, 0], four scores",
			),
	},
	{
		id: "accuracy.golden-descent",
		sentence: "and after 100 steps of gradient descent (difference of the loss)",
		place: "specification §11",
		expected: atMost(1e-12),
		measure: (rows) =>
			largest(rowsOf(rows, goldenName, { part: "descent" }), ["difference"], "η = 0.05, 13 printed digits"),
	},
	{
		id: "accuracy.descent-order",
		sentence: "gradient descent ends at a distance from the flow that is proportional to η (exponent)",
		place: "App. A: the paper proves of the flow and trains by descent",
		expected: near(1, 0.1),
		measure: (rows) => exponent(finest(rows, 4), "rate", ["error"], 1, "η from 0.05 to 0.00625"),
	},
	{
		id: "accuracy.richardson",
		sentence: "2·GD(η/2) − GD(η) ends at a distance proportional to η² (exponent)",
		place: "Richardson's extrapolation",
		expected: near(2, 0.2),
		measure: (rows) => exponent(finest(rows, 2), "rate", ["extrapolated"], 2, "η from 0.0125 to 0.00625"),
	},
	{
		id: "accuracy.one-step",
		sentence:
			"one step of descent changes WᵀW − W_V W_Vᵀ and W_K W_Kᵀ − W_Q W_Qᵀ by η² times the same of the gradient (largest rest)",
		place: "not in the paper",
		expected: atMost(1e-14),
		measure(rows) {
			const found = rowsOf(rows, descentName, { part: "step" });
			const rest = largest(found, ["rest"], "η = 0.1");
			const change = largest(found, ["change"], "");
			return (
				rest && change && { ...rest, detail: `${rest.detail} The change itself: ${inWords(change.value)}.` }
			);
		},
	},
	{
		id: "accuracy.symmetries",
		sentence:
			"outputs do not see the order of positions, names of irrelevant words, rotations, W_K against W_Q, a shift of keys (largest change)",
		place: "eq. 1; softmax",
		expected: atMost(1e-13),
		measure: (rows) =>
			largest(rowsOf(rows, symmetriesName, { part: "symmetry" }), ["difference"], "six symmetries"),
	},
	{
		id: "accuracy.gradient",
		sentence: "the field is −∇L̂: central differences give the same, for every parameter (largest difference)",
		place: "Appendix B",
		expected: atMost(1e-8),
		measure: (rows) =>
			largest(
				rowsOf(rows, symmetriesName, { part: "gradient" }),
				["difference"],
				"2,064 parameters, h = 1e-5",
			),
	},
	{
		id: "accuracy.flows-loss",
		sentence:
			"the flows of this study, integrated again with a hundredth of the tolerance, have the same loss at all times (largest relative change)",
		place: "ours",
		expected: atMost(1e-4),
		measure: guarantee("guarantee/loss"),
	},
	{
		id: "accuracy.flows-T1",
		sentence: "and phase 1 of each ends at the same time (largest relative change of T1)",
		place: "ours",
		expected: atMost(1e-4),
		measure: guarantee("guarantee/T1"),
	},
	{
		id: "accuracy.flows-energy",
		sentence: "and each has dissipated what its loss has lost (largest gap)",
		place: "ours",
		expected: atMost(1e-4),
		measure: guarantee("guarantee/energy"),
	},
];

/** The rows of the ends of descent at the smallest rates. */
function finest(rows: readonly Row[], count: number): Row[] {
	const ends = rowsOf(rows, descentName, { part: "end" });
	const rates = [...new Set(ends.map((row) => numberOf(row, "rate")))].sort((a, b) => a - b).slice(0, count);
	return ends.filter((row) => rates.includes(numberOf(row, "rate")));
}

/** The paper's own experiment (Yang et al. 2024, App. A): gradient flow and 30,000 literal steps of gradient descent. */
import type { Row } from "../../../figure/figure.ts";
import { inWords } from "../../rows.ts";
import { atMost, type Claim, type Measurement, near } from "../../study.ts";
import { at, atEnd, between, claimsOf, type FlowRows, flowOf, flowsOf, seedOf, summary } from "../flows.ts";

const place = "Appendix A, Figure 1, which has no numbers";
const initialisation =
	"The paper says “Kaiming initialisation”; this is PyTorch's default of a linear layer, U(±1/√fan_in).";
const specified = "The numbers are those of this study's specification.";

/** The worst over seeds of what the flow and the descent of one seed differ by. */
function difference(
	rows: readonly Row[],
	of: (flow: FlowRows, descent: FlowRows) => number,
): Measurement | undefined {
	const values = flowsOf(rows, "P-descent").flatMap((descent) => {
		const flow = flowOf(rows, `P-${seedOf(descent.run)}`);
		return flow ? [of(flow, descent)] : [];
	});
	if (values.length === 0 || values.some(Number.isNaN)) return undefined;
	return {
		value: Math.max(...values),
		detail: `30,000 steps at a rate of 0.01 and the flow to t = 300; ${values.length === 1 ? "one seed" : `${values.length} seeds`}.`,
	};
}

const relative = (key: string) => (flow: FlowRows, descent: FlowRows) =>
	Math.abs(atEnd(key)(descent) / atEnd(key)(flow) - 1);

const endLoss = (run: string, what: string): Claim => ({
	id: `end-state.paper-loss.${run}`,
	sentence: `${run}: ${what} ends at a loss of 3.94e-5 to 2 %`,
	place,
	expected: near(3.94e-5, 0.02 * 3.94e-5),
	caveat: `${initialisation} The number is that of one seed of the specification; other seeds end 3 % higher.`,
	measure(rows) {
		const flow = flowOf(rows, run);
		return (
			flow && { value: atEnd("train/loss")(flow), detail: `G(μ₃) = ${inWords(at(flow.last, "word/G.3"))}.` }
		);
	},
});

export const paperClaims: readonly Claim[] = [
	endLoss("P-0", "gradient flow to t = 300"),
	endLoss("P-descent-0", "gradient descent, 30,000 steps at a rate of 0.01,"),
	...claimsOf({
		id: "end-state.paper-range",
		sentence: "gradient flow to t = 300 ends at a loss of 3e-5 to 5e-5",
		place,
		expected: between(3e-5, 5e-5),
		choice: { farthestFrom: 4e-5 },
		value: atEnd("train/loss"),
		letters: ["P"],
		caveat: specified,
	}),
	...claimsOf({
		id: "end-state.paper-T1",
		sentence: "all samples are correct from t = 0.12 to 0.30 on, 12 to 30 steps of the paper's descent",
		place,
		expected: between(0.12, 0.3),
		choice: { farthestFrom: 0.21 },
		value: summary("time.T1"),
		letters: ["P"],
		caveat: specified,
	}),
	{
		id: "end-state.descent-loss",
		sentence: "P: gradient descent and gradient flow end at the same loss (relative difference)",
		place,
		expected: atMost(0.01),
		caveat: "The tolerance is ours.",
		measure: (rows) => difference(rows, relative("train/loss")),
	},
	{
		id: "end-state.descent-words",
		sentence:
			"P: gradient descent and gradient flow end at the same G of the three words (largest relative difference)",
		place,
		expected: atMost(0.005),
		caveat: "The tolerance is ours.",
		measure: (rows) =>
			difference(rows, (flow, descent) =>
				Math.max(...[1, 2, 3].map((k) => relative(`word/G.${k}`)(flow, descent))),
			),
	},
	{
		id: "end-state.descent-T1",
		sentence:
			"P: gradient descent classifies all samples correctly at the time at which gradient flow does (difference, in steps)",
		place,
		expected: atMost(2),
		caveat: "A step is 0.01 of time; in the first steps the two differ most.",
		measure: (rows) =>
			difference(
				rows,
				(flow, descent) => Math.abs(summary("time.T1")(descent) - summary("time.T1")(flow)) / 0.01,
			),
	},
];

/** What theory says of token selection, as claims about the rows of this folder's analyses. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, mean, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { above, atLeast, atMost, below, type Claim, type Measurement, near } from "../../study.ts";
import { fittedSlope, grouped, spread, worst } from "../measure.ts";
import { forms, matrixName } from "./matrix.ts";
import { planeName } from "./plane.ts";
import { startNames, vectorName } from "./vector.ts";

const selection = "Tarzanagh, Li, Zhang & Oymak 2023 (Max-margin token selection)";
const transformers = "Tarzanagh, Li, Thrampoulidis & Oymak 2023 (Transformers as support vector machines)";
const ours = "Our tolerance.";

const ends = (rows: readonly Row[]) => rowsOf(rows, vectorName, { kind: "end" });
const ofForm = (rows: readonly Row[], form: keyof typeof forms) =>
	rowsOf(rows, matrixName, { form: forms[form] });

/** Share of rows with a 1 under the key. */
function share(rows: readonly Row[], key: string, detail: string): Measurement | undefined {
	const values = numbersOf(rows, key);
	return values.length === 0
		? undefined
		: {
				value: mean(values),
				detail: `${values.filter((value) => value === 1).length} of ${values.length} ${detail}`,
			};
}

/** How a quantity of each path depends on log t over the last factor of ten in length. */
function lateSlope(rows: readonly Row[]): number[] {
	const paths = grouped(
		rowsOf(rows, vectorName, { kind: "path" }),
		(row) => `${row["seed"]} ${row["start"]}`,
	);
	return paths.map((path) => {
		const last = Math.max(...numbersOf(path, "length"));
		const late = path.filter((row) => numberOf(row, "length") >= last / 10);
		return fittedSlope(
			late.map((row) => [Math.log(numberOf(row, "logTime")), Math.log(numberOf(row, "angle"))]),
		);
	});
}

export const tokenSelectionClaims: readonly Claim[] = [
	{
		id: "token-selection.one-token",
		sentence:
			"attention selects one token of each sample (log₁₀ of the largest probability left to the others)",
		place: selection,
		expected: below(-9),
		caveat: ours,
		measure: (rows) =>
			worst(
				numbersOf(ends(rows), "logRest").map((log) => log / Math.LN10),
				"runs",
			),
	},
	{
		id: "token-selection.direction",
		sentence:
			"and p turns to the support-vector machine that separates these tokens from the others (1 − cosine at the end)",
		place: selection,
		expected: atMost(1e-3),
		caveat: `${ours} The distance depends on how far p is followed: see the rate.`,
		measure: (rows) =>
			worst(
				// 1 − cos without cancellation.
				numbersOf(ends(rows), "angle").map((angle) => 2 * Math.sin(angle / 2) ** 2),
				"runs",
			),
	},
	{
		id: "token-selection.margin",
		sentence: "with the largest possible margin (least ⟨k_α − k_t, p⟩/‖p‖ over the machine's, smallest)",
		place: selection,
		expected: above(0.98),
		caveat: ours,
		measure: (rows) => spread(numbersOf(ends(rows), "margin"), 1, "runs"),
	},
	{
		id: "token-selection.norm",
		sentence: "while ‖p‖ diverges like log t / margin (‖p‖·margin / log t at the end)",
		place: `${selection}: divergence; the rate is ours, as in Soudry et al. 2018`,
		expected: near(1, 0.05),
		caveat: ours,
		measure: (rows) => spread(numbersOf(ends(rows), "growth"), 1, "runs"),
	},
	{
		id: "token-selection.rate",
		sentence:
			"the angle between them shrinks like 1/log t (slope on logarithmic axes, last tenfold of the path)",
		place: "ours, as in Soudry et al. 2018 for logistic regression",
		expected: near(-1, 0.15),
		caveat: ours,
		measure: (rows) => spread(lateSlope(rows), -1, "runs"),
	},
	{
		id: "token-selection.locally-optimal",
		sentence:
			"the tokens selected are locally optimal: those on the margin have lower scores (share of runs)",
		place: `${selection}, Definition 2`,
		expected: atLeast(1),
		measure: (rows) => share(ends(rows), "optimal", "runs."),
	},
	{
		id: "token-selection.best-stay",
		sentence:
			"from far along the best tokens' own direction (margin 10) the best ones are selected (share of runs)",
		place: `${selection}: local convergence`,
		expected: atLeast(1),
		measure: (rows) => share(rowsOf(rows, vectorName, { kind: "end", start: "along best" }), "best", "runs."),
	},
	{
		id: "token-selection.not-always-best",
		sentence:
			"from elsewhere often not: gradient flow also ends in local optima (share of runs with the best tokens)",
		place: `${selection}: “locally-optimal tokens”`,
		expected: below(1),
		measure(rows) {
			const random = ends(rows).filter(({ start }) => start !== "along best");
			const shares = startNames
				.filter((start) => start !== "along best")
				.map(
					(start) =>
						`${start} ${inWords(
							mean(
								numbersOf(
									random.filter((row) => row["start"] === start),
									"best",
								),
							),
						)}`,
				);
			return share(random, "best", `runs; by start: ${shares.join(", ")}.`);
		},
	},
	{
		id: "token-selection.plane",
		sentence:
			"in the plane, every start ends along one of the locally optimal directions, found by trying all choices (largest angle to the nearest, radians)",
		place: `${selection}, Definition 2`,
		expected: below(0.02),
		caveat: ours,
		measure(rows) {
			const of = rowsOf(rows, planeName, { kind: "end" });
			const measured = worst(numbersOf(of, "angle"), "starts");
			const choices = new Set(of.map((row) => row["choice"]));
			return measured && { ...measured, detail: `${measured.detail} They end in ${choices.size} of them.` };
		},
	},
	{
		id: "token-selection.matrix",
		sentence:
			"a trained matrix W goes to the machine of least Frobenius norm (norm at margin 1 over the least)",
		place: transformers,
		expected: near(1, 0.02),
		caveat: ours,
		measure: (rows) => spread(numbersOf(ofForm(rows, "whole"), "frobenius"), 1, "data sets"),
	},
	{
		id: "token-selection.factors",
		sentence:
			"trained factors, W = K Qᵀ, go to that of least nuclear norm (norm at margin 1 over a lower bound for all W)",
		place: transformers,
		expected: near(1, 0.1),
		caveat:
			"The paper proves it as regularisation vanishes; that gradient flow does the same is measured here, from random factors of " +
			"deviation 1. (From small ones a singular value may fade first and take long to come back.) The bound is by weak duality, " +
			"from the gradient's own weights: a certificate, not a solver. Our tolerance.",
		measure: (rows) => spread(numbersOf(ofForm(rows, "factored"), "nuclear"), 1, "data sets"),
	},
	{
		id: "token-selection.factors-differ",
		sentence:
			"which is another one: its nuclear norm is below that of the machine of least Frobenius norm for the same tokens (ratio)",
		place: transformers,
		expected: below(1),
		measure: (rows) => worst(numbersOf(ofForm(rows, "factored"), "nuclearOfSvm"), "data sets"),
	},
	{
		id: "token-selection.factors-balance",
		sentence:
			"the factors keep KᵀK − QᵀQ, as layers of a deep linear network do (drift relative to their size)",
		place: "Yang et al. 2024, W_K W_Kᵀ − W_Q W_Qᵀ; Part “Deep linear networks”",
		expected: atMost(1e-5),
		caveat: "At a relative tolerance of 1e-6 a step.",
		measure: (rows) => worst(numbersOf(ofForm(rows, "factored"), "drift"), "data sets"),
	},
];

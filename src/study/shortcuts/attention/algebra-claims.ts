/** Claims about the closed forms: each the worst of all layers and depths. */
import type { Row } from "../../../figure/figure.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import { above, atLeast, atMost, below, type Claim, type Expectation } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { algebraName } from "./algebra.ts";
import type { SpaName } from "./paths.ts";

const derived = (section: string) => `specification §${section}, derived`;
const of = (rows: readonly Row[], kind: string, where: Record<string, string> = {}) =>
	rowsOf(rows, algebraName, { kind, ...where });

const layerName = (row: Row) =>
	`${row["method"]}, layer ${row["layer"]} of ${row["depth"]}, ${row["tokens"]} tokens`;
const pairName = (row: Row) => `From ${row["from"]} to ${row["to"]}`;

/** The largest error of a key over all layers, of one method or of both. */
const layers = (
	id: string,
	sentence: string,
	place: string,
	key: string,
	expected: Expectation,
	method?: SpaName,
): Claim => ({
	id: `attention.${id}`,
	sentence,
	place,
	expected,
	measure: (rows) => largest(of(rows, "layer", method ? { method } : {}), key, layerName),
});

export const algebraClaims: readonly Claim[] = [
	{
		id: "attention.cholesky",
		sentence:
			"the Cholesky factors of exponential and uniform kernels have closed forms (largest difference from elimination)",
		place: derived("3.1, 3.2; T1"),
		expected: atMost(1e-12),
		measure: (rows) =>
			largest(of(rows, "factor"), "error", (row) => `${row["target"]}, ${row["tokens"]} tokens`),
	},
	layers(
		"closed-form",
		"and so has each layer, A_l = L_l L_(l−1)⁻¹ (largest difference from elimination)",
		derived("3.1, 3.2; T2"),
		"elimination",
		atMost(1e-10),
	),
	layers(
		"kernel-e-spa",
		"A_l … A_1 A_1ᵀ … A_lᵀ is the target Σ_l after every layer, E-SPA",
		"abstract C1; specification §2.2, derived; T3",
		"kernel",
		atMost(1e-12),
		"E-SPA",
	),
	layers(
		"kernel-u-spa",
		"and U-SPA",
		"abstract C1; specification §2.2, derived; T3",
		"kernel",
		atMost(1e-10),
		"U-SPA",
	),
	layers(
		"softmax",
		"softmax of the masked bias B, rows times D, is A: bias and rescaling by position are enough (largest difference)",
		"abstract C1; specification §2.3; T5",
		"softmax",
		atMost(1e-12),
	),
	{
		id: "attention.non-negative",
		sentence: "no weight is negative along both paths (least entry that the mask leaves)",
		place: derived("3.1, 3.2 (theorems); T4"),
		expected: atLeast(0),
		caveat:
			"Measured on the layers of the program. That it holds for any path in this direction is proved in the specification.",
		measure: (rows) => smallest(of(rows, "layer"), "least", layerName),
	},
	{
		id: "attention.non-negative-pairs",
		sentence: "nor between any two kernels of which the second is more alike (least entry, by elimination)",
		place: derived("3.1, 3.2 (theorems); T4"),
		expected: atLeast(-1e-13),
		caveat: "Elimination rounds: the theorem says 0, the tolerance is ours.",
		measure: (rows) => smallest(of(rows, "grid"), "least", pairName),
	},
	{
		id: "attention.non-negative-reversed",
		sentence: "in the other order some weight is always negative (the least weights, the nearest to 0)",
		place: derived("3.1; T4"),
		expected: below(0),
		measure: (rows) => largest(of(rows, "reversed"), "least", pairName),
	},
	{
		id: "attention.generator",
		sentence:
			"U-SPA moves by dA/dρ = M A with M in closed form (largest difference from a difference quotient)",
		place: derived("3.2; T10"),
		expected: atMost(1e-5),
		measure: (rows) => largest(of(rows, "generator"), "error", (row) => `ρ = ${row["rho"]}`),
	},
	{
		id: "attention.generator-positive",
		sentence: "whose entries off the diagonal are positive, which proves that A ≥ 0 (least entry)",
		place: derived("3.2"),
		expected: above(0),
		measure: (rows) => smallest(of(rows, "generator"), "least", (row) => `ρ = ${row["rho"]}`),
	},
	layers(
		"prefix",
		"what belongs to 20 tokens is the beginning of what belongs to more, to the last bit",
		derived("2.3; T8"),
		"prefix",
		atMost(0),
	),
	layers(
		"diagonal-e-spa",
		"every layer of E-SPA keeps the same share of each token, α_L^(1/L) (largest difference on the diagonal)",
		derived("2.4; T7"),
		"diagonal",
		atMost(1e-13),
		"E-SPA",
	),
	layers(
		"diagonal-u-spa",
		"and U-SPA for late tokens, √((1−ρ_l)/(1−ρ_(l−1))) (difference at token 999)",
		derived("2.4, 3.2"),
		"diagonal",
		atMost(2e-3),
		"U-SPA",
	),
	layers("row-sums", "D are the row sums of A", derived("2.3; T12"), "sums", atMost(1e-12)),
	{
		id: "attention.rescaling-above-one",
		sentence: "and nowhere below 1 (least D)",
		place: derived("2.3; T12"),
		expected: atLeast(1 - 1e-12),
		measure: (rows) => smallest(of(rows, "layer"), "leastSum", layerName),
	},
	{
		id: "attention.rescaling-limit",
		sentence: "D of E-SPA tends to √((1+b)(1−a)/((1+a)(1−b))) (difference at token 8000)",
		place: derived("3.1; T12"),
		expected: atMost(1e-10),
		measure: (rows) =>
			largest(
				of(rows, "layer", { method: "E-SPA" }).filter((row) => row["limit"] !== undefined),
				"limit",
				layerName,
			),
	},
	layers(
		"apply",
		"A x needs only a running sum or two: O(T) in time and memory (largest difference from the dense product)",
		derived("3.1, 3.2; T11"),
		"apply",
		atMost(1e-12),
	),
	{
		id: "attention.golden",
		sentence: "A, D and B at five tokens are the printed ones (largest difference)",
		place: derived("3.4; T9"),
		expected: atMost(1e-9),
		measure: (rows) =>
			largest(of(rows, "golden"), "error", (row) => `${row["method"]}, layer ${row["layer"]} of 3`),
	},
	{
		id: "attention.log-space",
		sentence: "at 2048 tokens the bias of the first layer is finite in float32 (share of its last row)",
		place: derived("3.1; T6"),
		expected: atLeast(1),
		measure: (rows) =>
			smallest(
				of(rows, "float32"),
				"finite",
				(row) =>
					`Of the logarithms of weights in float32 only ${Math.round(numberOf(row, "ofWeights") * 2048)} of 2048 are`,
			),
	},
	{
		id: "attention.root",
		sentence:
			"without a mask, symmetric square roots take the place of Cholesky factors, and the kernel is Σ_L",
		place: "specification §2.2 (appendix A of the paper), derived; T13",
		expected: atMost(1e-11),
		measure: (rows) => largest(of(rows, "root"), "kernel", rootName),
	},
	{
		id: "attention.root-non-negative",
		sentence: "and weights are not negative, up to round-off (least entry)",
		place: derived("3.4; T13"),
		expected: atLeast(-1e-12),
		caveat: "Proved for U-SPA, observed for E-SPA. What is below 0 is clamped before the logarithm.",
		measure: (rows) => smallest(of(rows, "root"), "least", rootName),
	},
];

function rootName(row: Row): string {
	return `${row["method"]}, ${row["depth"]} layers, ${row["tokens"]} tokens`;
}

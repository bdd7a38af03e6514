/** Whether the degree calculus is right: predicted against measured, over the grid of configurations. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, rowsOf } from "../../rows.ts";
import { atMost, below, type Claim } from "../../study.ts";
import { degreesName } from "./degrees.ts";

const place = "Appendices C and D; the calculus is ours, by Table 1";

const configurationOf = (row: Row) =>
	`${row["placement"]}, ${row["biases"]}, ${row["norm"]} norm, ${row["activation"]}, positions ${row["positions"]}`;

/** The row where a number is largest. */
function largest(rows: readonly Row[], value: (row: Row) => number, words: (row: Row) => string) {
	if (rows.length === 0) return undefined;
	const top = rows.reduce((a, b) => (value(b) > value(a) ? b : a));
	return {
		value: value(top),
		detail: `${rows.length} configurations; worst: ${configurationOf(top)}: ${words(top)}.`,
	};
}

export const degreeClaims: readonly Claim[] = [
	{
		id: "homogeneity.degrees",
		sentence: "the degree of every place follows from the configuration (largest |predicted − measured|)",
		place,
		expected: atMost(0.001),
		caveat: "The tolerance is ours: lower terms fade as powers of c, and c is 10³ to 10⁶.",
		measure: (rows) =>
			largest(
				rowsOf(rows, degreesName),
				(row) => row["difference"] as number,
				(row) => `${row["worst"]}`,
			),
	},
	{
		id: "homogeneity.degrees-order",
		sentence:
			"so does how the final state's direction approaches its limit: as c^−p (largest |predicted − measured| p)",
		place,
		expected: atMost(0.15),
		caveat: "The tolerance is ours; medians over seeds, c from 100 to 1000.",
		measure: (rows) =>
			largest(
				rowsOf(rows, degreesName, { approach: "polynomial" }),
				(row) => Math.abs((row["order"] as number) - (row["predictedOrder"] as number)),
				(row) => `p = ${row["predictedOrder"]}, measured ${inWords(row["order"] as number)}`,
			),
	},
	{
		id: "homogeneity.degrees-exponential",
		sentence:
			"where the calculus says exponentially, nothing is left at c = 1000 (largest 1 − cosine to the limit)",
		place,
		expected: below(1e-20),
		measure: (rows) =>
			largest(
				rowsOf(rows, degreesName, { approach: "exponential" }),
				(row) => row["distance"] as number,
				(row) => inWords(row["distance"] as number),
			),
	},
	{
		id: "homogeneity.degrees-paper",
		sentence: "the paper's encoder, x + LN(f(x)) without biases, has degree 1 (largest |measured − 1|)",
		place: "Appendix D, Propositions 5 and 6",
		expected: atMost(1e-9),
		measure(rows) {
			const own = rowsOf(rows, degreesName, {
				placement: "res-post",
				biases: "without biases",
				activation: "relu",
			});
			return largest(
				own.filter((row) => row["positions"] !== "sinusoidal"),
				(row) => Math.abs((row["measured"] as number) - 1),
				(row) => inWords(row["measured"] as number),
			);
		},
	},
];

/** Claims about positional encodings that are added to embeddings. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, numberOf, rowsOf } from "../../rows.ts";
import { above, atMost, below, type Claim, near } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { lags, positionsName } from "./positions.ts";

const derived = (section: string) => `specification §${section}, derived`;

const printedLags: Readonly<Record<number, number>> = { 1: 0.966, 4: 0.748, 16: 0.605, 64: 0.435 };
const starts = (rows: readonly Row[], encoding: string) =>
	rowsOf(rows, positionsName, { kind: "start", encoding });
const startName = (row: Row) => `${row["method"]}, 36 layers, 128 tokens`;

export const positionClaims: readonly Claim[] = [
	{
		id: "attention.positions-sinusoidal",
		sentence:
			"sinusoidal positions are alike: cosines .966, .748, .605, .435 at distances 1, 4, 16, 64 (largest difference)",
		place: derived("2.6"),
		expected: atMost(5e-4),
		measure: (rows) =>
			largest(
				rowsOf(rows, positionsName, { kind: "lag" }).filter((row) =>
					(lags as readonly number[]).includes(numberOf(row, "lag")),
				),
				(row) => Math.abs(numberOf(row, "cosine") - printedLags[numberOf(row, "lag")]!),
				(row) => `Distance ${row["lag"]}: ${inWords(numberOf(row, "cosine"))}`,
			),
	},
	{
		id: "attention.positions-sinusoidal-mean",
		sentence: "in the mean .554",
		place: derived("2.6"),
		expected: near(0.554, 5e-4),
		measure: (rows) =>
			largest(rowsOf(rows, positionsName, { kind: "mean" }), "cosine", () => "64 dimensions, 128 positions"),
	},
	{
		id: "attention.positions-sinusoidal-diagonal",
		sentence:
			"so that tokens grow where kernels were planned for right angles (largest diagonal, the smaller of both methods)",
		place: "specification §2.6: Σ_0 = I is badly violated; the size is ours",
		expected: above(2),
		caveat: "Different tokens and sinusoids of equal size, added. Our bound.",
		measure: (rows) => smallest(starts(rows, "sinusoidal"), "most", startName),
	},
	{
		id: "attention.positions-learned",
		sentence:
			"learned positions begin at right angles and leave the plan as it is (largest diagonal minus 1)",
		place: `abstract C2; ${derived("2.6")}`,
		expected: atMost(1e-11),
		caveat: "In the limit of infinite width.",
		measure: (rows) =>
			largest(starts(rows, "learned"), (row) => Math.abs(numberOf(row, "most") - 1), startName),
	},
	{
		id: "attention.positions-learned-width",
		sentence: "and at width 64 nearly so (mean cosine after 36 layers, difference from the plan)",
		place: "ours",
		expected: below(0.05),
		caveat: "One draw; our tolerance.",
		measure(rows) {
			const planned = starts(rows, "none");
			const of = starts(rows, "learned, width 64");
			if (planned.length < of.length) return undefined;
			return largest(
				of,
				(row) =>
					Math.abs(
						numberOf(row, "mean") - numberOf(planned.find(({ method }) => method === row["method"])!, "mean"),
					),
				startName,
			);
		},
	},
];

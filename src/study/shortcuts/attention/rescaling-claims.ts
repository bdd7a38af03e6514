/** Claims about the rescaling D: wrong along the other axis, or left out. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, numberOf, rowsOf } from "../../rows.ts";
import { above, atMost, type Claim, near } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { rescalingName } from "./rescaling.ts";

const derived = (section: string) => `specification §${section}, derived`;
const methodName = (row: Row) => String(row["method"]);

/** After the last of the layers. */
const last = (rows: readonly Row[], where: Record<string, string>) => {
	const all = rowsOf(rows, rescalingName, { kind: "depth", ...where });
	const depth = Math.max(...all.map((row) => numberOf(row, "layer")));
	return all.filter((row) => row["layer"] === depth);
};

export const rescalingClaims: readonly Claim[] = [
	...(
		[
			["E-SPA", 0.121],
			["U-SPA", 0.313],
		] as const
	).map(
		([method, error]): Claim => ({
			id: `attention.trap-${method.toLowerCase()}`,
			sentence: `columns divided by D in the place of rows, as both published implementations do, make another A (largest error, ${method}, 12 layers)`,
			place: method === "E-SPA" ? `${derived("2.3")}: “up to 0.12”` : "ours",
			expected: near(error, 0.002),
			...(method === "U-SPA"
				? { caveat: "Our value, kept: the published implementations have E-SPA only." }
				: {}),
			measure: (rows) =>
				largest(
					rowsOf(rows, rescalingName, { kind: "error", method }),
					"error",
					(row) => `Layer ${row["layer"]}`,
				),
		}),
	),
	{
		id: "attention.trap-depth",
		sentence:
			"through 24 layers that error makes tokens more alike than planned (excess of the mean cosine, the smaller of both methods)",
		place: "ours",
		expected: above(0.005),
		caveat:
			"Ours, tolerance too. It is a mistake in the plan, no collapse: the networks could still be trained.",
		measure(rows) {
			const right = last(rows, { variant: "as derived" });
			const planned = (row: Row) => numberOf(right.find(({ method }) => method === row["method"])!, "mean");
			const wrong = last(rows, { variant: "columns divided" });
			if (right.length < wrong.length) return undefined;
			return smallest(
				wrong,
				(row) => numberOf(row, "mean") - planned(row),
				(row) =>
					`${row["method"]}: ${inWords(numberOf(row, "mean"))} in the place of ${inWords(planned(row))}`,
			);
		},
	},
	{
		id: "attention.without-rescaling",
		sentence:
			"without D the tokens collapse: 24 layers, 64 tokens (mean cosine, the smaller of both methods)",
		place: `abstract C1; ${derived("2.3; T20")}`,
		expected: above(0.97),
		measure: (rows) => smallest(last(rows, { variant: "without D" }), "mean", methodName),
	},
	{
		id: "attention.without-rescaling-length",
		sentence:
			"and shrink: the diagonal falls to 0.26 (E-SPA) and 0.35 (U-SPA) (largest difference from these)",
		place: derived("2.3"),
		expected: atMost(0.005),
		measure: (rows) =>
			largest(
				last(rows, { variant: "without D" }),
				(row) => Math.abs(numberOf(row, "least") - (row["method"] === "E-SPA" ? 0.26 : 0.35)),
				(row) => `${row["method"]}: ${inWords(numberOf(row, "least"))}`,
			),
	},
];

/** Claims about the slopes of tailored leaky relus. */
import type { Row } from "../../../figure/figure.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import { atLeast, atMost, type Claim, near } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { slopesName } from "./slopes.ts";

const section = "specification §5";
const derived = `${section}, derived`;

const sizeName = (row: Row) => `n = ${row["n"]}, η = ${row["eta"]}`;

export const slopeClaims: readonly Claim[] = [
	{
		id: "activations.slope-table",
		sentence:
			"the slopes of leaky relu with C_f(0) = η by number of nonlinearities n are the printed ones (largest difference)",
		place: `${derived}; T22`,
		expected: atMost(1e-7),
		measure: (rows) =>
			largest(
				rowsOf(rows, slopesName, { kind: "table" }).filter((row) => row["error"] !== undefined),
				"error",
				sizeName,
			),
	},
	{
		id: "activations.slope-refused",
		sentence: "where the table has none, the program refuses (1: everywhere)",
		place: `${derived}; T24`,
		expected: atLeast(1),
		measure: (rows) =>
			smallest(
				rowsOf(rows, slopesName, { kind: "table" }).filter((row) => row["refused"] !== undefined),
				"refused",
				sizeName,
			),
	},
	{
		id: "activations.slope-relu",
		sentence: "the most that n relus can reach is what is printed (largest difference of C_f(0))",
		place: derived,
		expected: atMost(5.1e-7),
		measure: (rows) =>
			largest(rowsOf(rows, slopesName, { kind: "relu" }), "error", (row) => `n = ${row["n"]}`),
	},
	{
		id: "activations.slope-infeasible",
		sentence: "12 relus do not reach η = 0.9: the error says how many it takes",
		place: `${section}; T24`,
		expected: near(13, 0),
		measure(rows) {
			const row = rowsOf(rows, slopesName, { kind: "infeasible" })[0];
			const message = row?.["message"];
			if (row === undefined || typeof message !== "string") return undefined;
			return { value: numberOf(row, "needed"), detail: `“${message}”` };
		},
	},
	{
		id: "activations.slope-integral",
		sentence:
			"for large n, n(1 − a)²/(π(1 + a²)) tends to t(η) = ∫₀^η dc/(√(1−c²) − c arccos c): its printed values (largest difference)",
		place: derived,
		expected: atMost(1e-6),
		measure: (rows) =>
			largest(rowsOf(rows, slopesName, { kind: "integral" }), "error", (row) => `η = ${row["eta"]}`),
	},
	{
		id: "activations.slope-limit",
		sentence: "and it does (largest relative difference at the largest n)",
		place: derived,
		expected: atMost(0.02),
		caveat: "Our tolerance; the next claim is sharper.",
		measure(rows) {
			const of = rowsOf(rows, slopesName, { kind: "limit" });
			const most = Math.max(...of.map((row) => numberOf(row, "n")));
			return largest(
				of.filter((row) => row["n"] === most),
				(row) => Math.abs(numberOf(row, "ratio") - 1),
				sizeName,
			);
		},
	},
	{
		id: "activations.slope-rate",
		sentence: "like 1/n (exponent of the difference between the two largest n, the farthest from −1)",
		place: "ours",
		expected: near(-1, 0.15),
		measure(rows) {
			const of = rowsOf(rows, slopesName, { kind: "limit" });
			const ends = of.flatMap((row, i) => {
				const before = of[i - 1];
				const isLast = of[i + 1]?.["eta"] !== row["eta"];
				if (!isLast || before?.["eta"] !== row["eta"]) return [];
				const error = (r: Row) => Math.abs(numberOf(r, "ratio") - 1);
				const slope =
					Math.log(error(row) / error(before)) / Math.log(numberOf(row, "n") / numberOf(before, "n"));
				return [{ ...row, rate: slope }];
			});
			const far = largest(ends, (row) => Math.abs(numberOf(row, "rate") + 1), sizeName);
			const worst = ends.find((row) => Math.abs(row.rate + 1) === far?.value);
			return far && worst && { value: worst.rate, detail: far.detail };
		},
	},
];

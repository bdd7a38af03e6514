/** Claims about attention and feed-forward networks together. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, numberOf, rowsOf } from "../../rows.ts";
import { above, atLeast, atMost, type Claim, near } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { aware, blocksName } from "./blocks.ts";

const derived = (section: string) => `specification §${section}, derived`;

/** The specification's table (§2.7), T = 128: L, η, method, mean and adjacent cosine, largest diagonal. */
const table: readonly (readonly [number, number, string, number, number, number])[] = [
	[24, 0, "E-SPA", 0.8154, 0.995, 1],
	[24, 0, "U-SPA", 0.8, 0.8, 1],
	[24, 0, "identity", 0, 0, 1],
	[24, 0.8, "E-SPA", 0.9774, 0.9992, 12.17],
	[24, 0.8, "U-SPA", 0.959, 0.9593, 1.8],
	[24, 0.8, "identity", 0.8, 0.8, 1],
	[24, 0.9, "E-SPA", 0.989, 0.9995, 16.95],
	[24, 0.9, "U-SPA", 0.9779, 0.9781, 2.15],
	[24, 0.9, "identity", 0.9, 0.9, 1],
	[36, 0.8, "E-SPA", 0.9777, 0.9992, 12.85],
	[36, 0.8, "U-SPA", 0.9599, 0.9603, 1.86],
	[36, 0.8, "identity", 0.8, 0.8, 1],
	[36, 0.9, "E-SPA", 0.9891, 0.9995, 17.92],
	[36, 0.9, "U-SPA", 0.9784, 0.9787, 2.25],
	[36, 0.9, "identity", 0.9, 0.9, 1],
];

/** Rows of the table that were computed at its length, with what it prints. */
const tabulated = (rows: readonly Row[]) =>
	table.flatMap(([layers, eta, method, ...printed]) =>
		rowsOf(rows, blocksName, { kind: "end", layers, eta, method, tokens: 128 }).map((row) => ({
			row,
			printed,
		})),
	);

/** The largest distance from the table. */
const fromTable = (rows: readonly Row[], keys: readonly ("mean" | "adjacent" | "most")[]) => {
	const of = tabulated(rows);
	const distance = (row: Row) => {
		const { printed } = of.find((entry) => entry.row === row)!;
		const value = { mean: printed[0]!, adjacent: printed[1]!, most: printed[2]! };
		return Math.max(...keys.map((key) => Math.abs(numberOf(row, key) - value[key])));
	};
	return largest(
		of.map(({ row }) => row),
		distance,
		(row) => `${row["method"]}, ${row["layers"]} blocks, η = ${row["eta"]}`,
	);
};

export const blockClaims: readonly Claim[] = [
	{
		id: "attention.blocks-cosines",
		sentence:
			"with feed-forward networks between them the layers overshoot: the table's mean and adjacent cosines (largest difference)",
		place: derived("2.7"),
		expected: atMost(6e-5),
		measure: (rows) => fromTable(rows, ["mean", "adjacent"]),
	},
	{
		id: "attention.blocks-diagonal",
		sentence: "and its largest diagonals",
		place: derived("2.7"),
		expected: atMost(0.006),
		measure: (rows) => fromTable(rows, ["most"]),
	},
	{
		id: "attention.blocks-naive",
		sentence:
			"a path of U-SPA to 0.8 that does not know of 24 networks with η = 0.5 overshoots (mean cosine)",
		place: "specification §2.7: they do not add up harmlessly; this η is ours",
		expected: above(0.85),
		caveat: "Our bound.",
		measure: (rows) => largest(ends(rows, "U-SPA"), "mean", () => "24 blocks"),
	},
	{
		id: "attention.blocks-aware",
		sentence: "one that knows ends at 0.8 (largest error of mean and adjacent cosine)",
		place: derived("2.7"),
		expected: atMost(1e-11),
		measure: (rows) =>
			largest(
				ends(rows, aware),
				(row) => Math.max(Math.abs(numberOf(row, "mean") - 0.8), Math.abs(numberOf(row, "adjacent") - 0.8)),
				() => "24 blocks, η = 0.5",
			),
	},
	{
		id: "attention.blocks-ratio",
		sentence: "each of its layers leaves the share k = 0.95657 of 1 − ρ",
		place: derived("2.7"),
		expected: near(0.95657, 6e-6),
		measure: (rows) =>
			largest(
				rowsOf(rows, blocksName, { kind: "path" }),
				"ratio",
				(row) => `Slope ${inWords(numberOf(row, "slope"))}`,
			),
	},
	{
		id: "attention.blocks-non-negative",
		sentence: "with no weight negative (least)",
		place: derived("2.7"),
		expected: atLeast(0),
		measure: (rows) => smallest(rowsOf(rows, blocksName, { kind: "path" }), "least", () => "24 layers"),
	},
];

function ends(rows: readonly Row[], method: string): Row[] {
	const all = rowsOf(rows, blocksName, { kind: "depth", method });
	const depth = Math.max(...all.map((row) => numberOf(row, "block")));
	return all.filter((row) => row["block"] === depth);
}

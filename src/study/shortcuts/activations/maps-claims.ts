/** Claims about the map of cosines of leaky relu. */
import type { Row } from "../../../figure/figure.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import { atLeast, atMost, type Claim } from "../../study.ts";
import { largest, smallest } from "../worst.ts";
import { mapsName } from "./maps.ts";

const section = "specification §5";
const derived = `${section}, derived`;
const slopeName = (row: Row) => `Slope ${row["slope"]}`;
const pairName = (row: Row) => `Slope ${row["slope"]}, c = ${row["c"]}`;

export const mapClaims: readonly Claim[] = [
	{
		id: "activations.map-forms",
		sentence: "both published forms of leaky relu's map C are one function (largest difference)",
		place: `${section}; T21`,
		expected: atMost(1e-14),
		measure: (rows) => largest(rowsOf(rows, mapsName, { kind: "curve" }), "difference", pairName),
	},
	{
		id: "activations.map-printed",
		sentence: "with the printed values (largest difference)",
		place: derived,
		expected: atMost(5.1e-9),
		measure: (rows) => largest(rowsOf(rows, mapsName, { kind: "printed" }), "error", pairName),
	},
	{
		id: "activations.map-above",
		sentence: "C(c) ≥ c: a layer of leaky relus never makes two inputs less alike (least C(c) − c)",
		place: "specification §2.7, §5",
		expected: atLeast(-1e-15),
		measure: (rows) =>
			smallest(
				rowsOf(rows, mapsName, { kind: "curve" }),
				(row) => numberOf(row, "value") - numberOf(row, "c"),
				pairName,
			),
	},
	{
		id: "activations.map-slope",
		sentence: "C′(1) = 1 at every slope (largest difference, by a difference quotient of 1e-6)",
		place: `${section}; T21`,
		expected: atMost(1e-3),
		caveat: "The quotient is off by the root of its step, times less than one.",
		measure: (rows) =>
			largest(
				rowsOf(rows, mapsName, { kind: "slope" }),
				(row) => Math.abs(numberOf(row, "derivative") - 1),
				slopeName,
			),
	},
	{
		id: "activations.map-ends",
		sentence: "C(1) = 1 and C(−1) = −2a/(1 + a²) (largest difference)",
		place: `${section}; T21`,
		expected: atMost(1e-14),
		measure: (rows) =>
			largest(
				rowsOf(rows, mapsName, { kind: "slope" }),
				(row) => Math.max(numberOf(row, "one"), numberOf(row, "opposite")),
				slopeName,
			),
	},
	{
		id: "activations.map-moment",
		sentence: "scaled by √(2/(1 + a²)) it keeps second moments: Q(q) = q (largest relative difference)",
		place: `${section}; T25`,
		expected: atMost(1e-13),
		measure: (rows) =>
			largest(
				rowsOf(rows, mapsName, { kind: "moment" }),
				"error",
				(row) => `${slopeName(row)}, q = ${row["q"]}`,
			),
	},
	{
		id: "activations.map-pairs",
		sentence: "and it is the cosine of activations of correlated pairs of numbers (largest difference)",
		place: `${section}; T21`,
		expected: atMost(5e-3),
		caveat:
			"A mean over draws: of 10⁶ pairs and their mirror images it is right to 1e-3, of fewer to less. Our tolerance.",
		measure: (rows) =>
			largest(
				rowsOf(rows, mapsName, { kind: "pairs" }),
				"error",
				(row) => `${pairName(row)}, ${row["pairs"]} pairs`,
			),
	},
];

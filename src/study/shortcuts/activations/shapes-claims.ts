/** Claims about shaped activations, and the networks that they are shaped for. */
import type { Row } from "../../../figure/figure.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import { atMost, below, type Claim, near } from "../../study.ts";
import { largest } from "../worst.ts";
import { networksName } from "./networks.ts";
import { shapesName } from "./shapes.ts";

const section = "specification §5";
const derived = `${section}, derived`;
const found = `${section}: DKS and TAT's published code`;

const shapeName = (row: Row) =>
	`${row["activation"]}, ${row["method"] ?? "DKS"}${row["n"] ? `, n = ${row["n"]}` : ""}`;

export const shapeClaims: readonly Claim[] = [
	{
		id: "activations.shapes-official",
		sentence:
			"the constants of the authors' own tests, of their residual network (largest relative difference)",
		place: `${found}; T23`,
		expected: atMost(1e-6),
		caveat: "Their search ends at 1e-8 of its target, which leaves 3e-8 of the scales.",
		measure: (rows) => largest(rowsOf(rows, shapesName, { kind: "official" }), "error", shapeName),
	},
	{
		id: "activations.shapes-derived",
		sentence: "DKS shapes at ζ = 1.5 of 12 and 36 nonlinearities in a chain (largest difference)",
		place: derived,
		expected: atMost(1.5e-8),
		measure: (rows) => largest(rowsOf(rows, shapesName, { kind: "derived" }), "error", shapeName),
	},
	{
		id: "activations.shapes-conditions",
		sentence:
			"shaped, an activation meets its conditions: Q(1) = Q′(1) = 1, and C(0) = 0 and C′(1) (DKS) or C′(1) = 1 and C″(1) (TAT) (largest difference)",
		place: found,
		expected: atMost(1e-7),
		measure: (rows) => largest(rowsOf(rows, shapesName, { kind: "local" }), "error", shapeName),
	},
];

const after = (rows: readonly Row[], network: string) => {
	const of = rowsOf(rows, networksName, { network });
	return of.slice(-1);
};
const depthName = (row: Row) => `${row["network"]}, ${row["block"]} blocks`;

export const networkClaims: readonly Claim[] = [
	{
		id: "activations.networks-tailored",
		sentence:
			"tailored, the skipless network of 36 blocks ends at η (largest difference of C_f(0), η = 0.5 and 0.9)",
		place: found,
		expected: atMost(1e-12),
		measure: (rows) =>
			largest(
				[0.5, 0.9].flatMap((eta) => after(rows, `skipless, η = ${eta}`)),
				(row) => Math.abs(numberOf(row, "cosine") - Number(String(row["network"]).split("= ")[1])),
				depthName,
			),
	},
	{
		id: "activations.networks-relu",
		sentence: "with relus and without skips it makes inputs at right angles almost equal (C_f(0))",
		place: derived,
		expected: near(0.979069, 5.1e-7),
		measure: (rows) => largest(after(rows, "skipless, relu"), "cosine", depthName),
	},
	{
		id: "activations.networks-dks",
		sentence: "DKS keeps right angles: C_f(0) = 0",
		place: found,
		expected: atMost(1e-10),
		measure: (rows) =>
			largest(after(rows, "skipless, DKS gelu"), (row) => Math.abs(numberOf(row, "cosine")), depthName),
	},
	{
		id: "activations.networks-skips",
		sentence:
			"skips do too, more or less: relus with pre-norm or normalised skips of 0.98 stay below the skipless network's 0.5 (larger C_f(0))",
		place: "specification §2.8, derived; the comparison is ours",
		expected: below(0.5),
		caveat:
			"Feed-forward networks only: attention, which counts as linear here, makes tokens alike as well (part `propagation`).",
		measure: (rows) =>
			largest([...after(rows, "pre-norm, relu"), ...after(rows, "skips 0.98, relu")], "cosine", depthName),
	},
];

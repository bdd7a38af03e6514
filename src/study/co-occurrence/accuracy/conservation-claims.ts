/** What the flow conserves, and what methods of integration keep of it: claims on the rows of `conservation.ts`. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, numberOf, rowsOf } from "../../rows.ts";
import { atMost, below, type Claim, near } from "../../study.ts";
import { conservationName, type Method } from "./conservation.ts";
import { exponent, largest } from "./measure.ts";

const of = (rows: readonly Row[], method: Method, from = 0, to = 1) =>
	rowsOf(rows, conservationName, { method }).filter((row) => {
		const setting = numberOf(row, "setting");
		return setting >= 0.99 * from && setting <= 1.01 * to;
	});

const place = "not in the paper: conservation laws of its flow (Marcotte et al. 2023 of linear networks)";

export const conservationClaims: readonly Claim[] = [
	{
		id: "accuracy.drift-tolerance",
		sentence:
			"Dormand–Prince: WᵀW − W_V W_Vᵀ drifts in proportion to the tolerance (exponent from 1e-4 to 1e-10)",
		place,
		expected: near(1, 0.15),
		measure: (rows) =>
			exponent(of(rows, "Dormand–Prince", 1e-10, 1e-4), "setting", ["mlp"], 1, "largest entry at the end"),
	},
	{
		id: "accuracy.drift-tolerance-attention",
		sentence: "and so does W_K W_Kᵀ − W_Q W_Qᵀ (exponent from 1e-4 to 1e-9, where rounding begins)",
		place,
		expected: near(1, 0.15),
		measure: (rows) =>
			exponent(
				of(rows, "Dormand–Prince", 1e-9, 1e-4),
				"setting",
				["attention"],
				1,
				"largest entry at the end",
			),
	},
	{
		id: "accuracy.drift-descent",
		sentence: "gradient descent: both drift in proportion to η (exponent from 0.05 to 0.0125)",
		place,
		expected: near(1, 0.1),
		measure: (rows) => exponent(of(rows, "descent", 0, 0.05), "setting", ["mlp", "attention"], 1, "both"),
	},
	{
		id: "accuracy.drift-runge-kutta",
		sentence: "Runge–Kutta of order 4: both drift with h⁴ (exponent from 0.05 to 0.0125)",
		place,
		expected: near(4, 0.3),
		measure: (rows) => exponent(of(rows, "Runge–Kutta", 0, 0.05), "setting", ["mlp", "attention"], 4, "both"),
	},
	{
		id: "accuracy.drift-midpoint",
		sentence: "the implicit midpoint rule keeps both to rounding, at every step (largest drift)",
		place,
		expected: atMost(3e-14),
		measure: (rows) => largest(of(rows, "implicit midpoint"), ["mlp", "attention"], "steps 0.1 to 0.0125"),
	},
	{
		id: "accuracy.linear",
		sentence:
			"every method keeps the linear ones to rounding: a_j w_j − a_k w_k of all neurons, and W_K Σμ (largest drift)",
		place,
		expected: atMost(3e-14),
		measure: (rows) => largest(rowsOf(rows, conservationName), ["directions", "keys"], "four methods"),
	},
	{
		id: "accuracy.unseen",
		sentence: "the columns of words that are in no sample do not move at all (largest drift)",
		place,
		expected: atMost(0),
		measure: (rows) =>
			largest(rowsOf(rows, conservationName), ["unseen"], "three unseen words, four methods"),
	},
	{
		id: "accuracy.energy",
		sentence: "what the loss has lost is what the flow has dissipated: L̂(t) + ∫‖∇L̂‖² = L̂(0) (gap at 1e-10)",
		place: "not in the paper: dL̂/dt = −‖∇L̂‖² of any gradient flow",
		expected: atMost(1e-9),
		measure: (rows) => largest(of(rows, "Dormand–Prince", 1e-10, 1e-10), ["energy"], "tolerance 1e-10"),
	},
	{
		id: "accuracy.loss-falls",
		sentence: "the loss falls in every step of the flow (largest change of a step)",
		place: "not in the paper: of any gradient flow",
		expected: below(0),
		measure: (rows) => largest(of(rows, "Dormand–Prince"), ["rise"], "nine tolerances"),
	},
	{
		id: "accuracy.drift-estimates-error",
		sentence:
			"the drift of WᵀW − W_V W_Vᵀ tells how far the parameters end from the exact flow (largest factor between the two)",
		place: "ours",
		expected: atMost(10),
		caveat: "An estimate and no bound: at tighter tolerances drifts can cancel by chance.",
		measure(rows) {
			const factorsOf = (from: number, to: number) =>
				of(rows, "Dormand–Prince", from, to).map((row) =>
					Math.exp(Math.abs(Math.log(numberOf(row, "error") / numberOf(row, "mlp")))),
				);
			const factors = factorsOf(1e-9, 1e-4);
			if (factors.length === 0) return undefined;
			const tight = Math.max(...factorsOf(1e-12, 1e-10));
			return {
				value: Math.max(...factors),
				detail: `tolerances 1e-4 to 1e-9, over five decades of error; up to ${inWords(tight)} from 1e-10 to 1e-12.`,
			};
		},
	},
];

/** The idealised two-variable flow: its times and values, and the flows beside it. The constants are ours, not the paper's. */
import { meanFieldAt, meanFieldEvents } from "../../../theory/co-occurrence/mean-field.ts";
import { inWords } from "../../rows.ts";
import { type Claim, near } from "../../study.ts";

/** τ, u, v and L̂ as the study's specification prints them; computed there by another program. */
const table = [
	[1, 0.145873, -0.023288, 0.649651],
	[10, 0.835313, -0.758198, 0.476979],
	[100, 3.297843, -4.496844, 0.147508],
	[1e3, 7.691107, -11.147069, 0.0175458],
	[1e4, 12.361222, -18.159932, 0.00171463],
	[1e6, 21.590359, -32.004461, 1.70033e-5],
] as const;

const place = "§4 in the limit of many samples and even attention; the numbers are ours";

export const idealClaims: readonly Claim[] = [
	{
		id: "phases.ideal-half",
		sentence:
			"In the idealised flow −v′ overtakes u′, and the losses of classes 2 and 3 peak, at κt = 3.564722",
		place,
		expected: near(3.564722, 1e-6),
		measure() {
			const { half } = meanFieldEvents();
			return {
				value: half.time,
				detail: `peak loss ${half.classLosses[1].toFixed(6)}, R = ${inWords(half.ratio)}.`,
			};
		},
	},
	{
		id: "phases.ideal-end",
		sentence: "In the idealised flow the last class becomes correct at κt = 12.979411",
		place,
		expected: near(12.979411, 1e-6),
		measure() {
			const { end } = meanFieldEvents();
			return {
				value: end.time,
				detail: `u = ${end.u.toFixed(6)}, L̂ = ${end.loss.toFixed(6)}, R = ${end.ratio.toFixed(5)}.`,
			};
		},
	},
	{
		id: "phases.ideal-table",
		sentence:
			"u and v of the idealised flow at κt = 1, 10, …, 10⁶ (largest deviation from the specification's table)",
		place,
		expected: near(0, 1e-6),
		measure() {
			const points = meanFieldAt(table.map(([time]) => time));
			const gaps = table.map(([, u, v], i) =>
				Math.max(Math.abs(points[i]!.u - u), Math.abs(points[i]!.v - v)),
			);
			const losses = table.map(([, , , loss], i) => Math.abs(points[i]!.loss / loss - 1));
			return {
				value: Math.max(...gaps),
				detail: `the table is rounded to 1e-6; losses agree to ${inWords(Math.max(...losses))} of themselves.`,
			};
		},
	},
];

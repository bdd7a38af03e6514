/** What theory says of deep linear networks, as claims about the rows of this folder's analyses. */
import type { Row } from "../../../figure/figure.ts";
import { inWords, median, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { above, atMost, below, type Claim, type Measurement, near } from "../../study.ts";
import { fittedSlope, grouped, spread, worst } from "../measure.ts";
import { balanceName, methods } from "./balance.ts";
import { escapeName } from "./escape.ts";
import { modesName } from "./modes.ts";
import { strengths } from "./networks.ts";
import { staircaseName } from "./staircase.ts";

const conserved = "Arora, Cohen & Hazan 2018; Du, Hu & Lee 2018 (linear layers)";
const ours = "Our tolerance.";

/** Slope of the drift against the setting on logarithmic axes, of each network. */
function driftSlope(rows: readonly Row[], method: string): Measurement | undefined {
	const of = rowsOf(rows, balanceName, { method });
	const slopes = seriesOf(of).map((series) =>
		fittedSlope(series.map((row) => [Math.log(numberOf(row, "setting")), Math.log(numberOf(row, "drift"))])),
	);
	return spread(slopes, 1, "networks");
}

/** Rows of one network each. */
const seriesOf = (rows: readonly Row[]): Row[][] => grouped(rows, (row) => `${row["depth"]} ${row["seed"]}`);

/** Slope of a mode's waiting time against the scale's, of each network. */
function escapeSlope(
	rows: readonly Row[],
	where: Record<string, number>,
	axes: (row: Row) => readonly [number, number],
	expected: number,
): Measurement | undefined {
	const of = rowsOf(rows, escapeName, { start: "gaussian", ...where });
	const slopes = grouped(of, (row) => `${row["seed"]} ${row["mode"]}`).map((series) =>
		fittedSlope(series.map(axes)),
	);
	return spread(slopes, expected, "networks and modes");
}

const modeRows = (rows: readonly Row[], start: string) =>
	rowsOf(rows, staircaseName, { kind: "mode", start });

export const deepLinearClaims: readonly Claim[] = [
	{
		id: "deep-linear.conserved",
		sentence: "W_{l+1}ᵀW_{l+1} − W_l W_lᵀ does not change (largest drift of an entry, tolerance 1e-11)",
		place: conserved,
		expected: atMost(1e-11),
		caveat: ours,
		measure: (rows) =>
			worst(
				numbersOf(rowsOf(rows, balanceName, { method: methods.adaptive, setting: 1e-11 }), "drift"),
				"networks",
			),
	},
	{
		id: "deep-linear.drift-tolerance",
		sentence:
			"what drifts is the integrator's error: it falls with the tolerance (slope on logarithmic axes)",
		place: "ours",
		expected: near(1, 0.25),
		caveat: ours,
		measure: (rows) => driftSlope(rows, methods.adaptive),
	},
	{
		id: "deep-linear.drift-descent",
		sentence: "gradient descent conserves it to first order in its step (slope on logarithmic axes)",
		place: "ours; Du, Hu & Lee 2018 bound the drift of descent",
		expected: near(1, 0.15),
		caveat: ours,
		measure: (rows) => driftSlope(rows, methods.descent),
	},
	{
		id: "deep-linear.drift-midpoint",
		sentence: "the implicit midpoint rule conserves it exactly, at any step (largest drift of an entry)",
		place: "ours: it keeps quadratic invariants",
		expected: atMost(1e-12),
		measure: (rows) =>
			worst(numbersOf(rowsOf(rows, balanceName, { method: methods.midpoint }), "drift"), "runs"),
	},
	{
		id: "deep-linear.imbalance-stays",
		sentence:
			"so the imbalance of a random start never fades (largest relative change of ‖D‖ while the target is learned)",
		place: conserved,
		expected: atMost(1e-9),
		measure(rows) {
			const of = rowsOf(rows, balanceName, { method: methods.adaptive, setting: 1e-11 });
			const measured = worst(
				numbersOf(of, "kept").map((kept) => Math.abs(kept - 1)),
				"networks",
			);
			return (
				measured && {
					...measured,
					detail: `${measured.detail} ‖D‖ from ${inWords(Math.min(...numbersOf(of, "imbalance")))}; loss at the end at most ${inWords(Math.max(...numbersOf(of, "loss")))}.`,
				}
			);
		},
	},
	{
		id: "deep-linear.imbalance-fades",
		sentence: "but beside weights that grow from a small start it becomes nothing (‖D‖/Σ‖W‖² at the end)",
		place: "Du, Hu & Lee 2018: small initial weights become balanced",
		expected: below(1e-3),
		caveat: `${ours} It is as small as the square of the initial scale, here 0.001 and 0.01.`,
		measure: (rows) =>
			worst(numbersOf(rowsOf(rows, staircaseName, { kind: "end", start: "small" }), "imbalance"), "networks"),
	},
	{
		id: "deep-linear.closed-form",
		sentence: "two layers: a mode follows u(t) = s e^(2st)/(e^(2st) − 1 + s/u₀) (largest |difference|/s)",
		place: "Saxe, McClelland & Ganguli 2014, Eqs. 10–12",
		expected: atMost(1e-8),
		measure(rows) {
			const of = rowsOf(rows, modesName, { kind: "curve", depth: 2 });
			return worst(
				of.map((row) => Math.abs(numberOf(row, "u") - numberOf(row, "strength"))),
				"points",
			);
		},
	},
	{
		id: "deep-linear.closed-form-deeper",
		sentence:
			"three and four layers: it follows du/dt = N u^(2−2/N) (s − u), whose time is a closed form (relative error of t(u))",
		place: "Saxe, McClelland & Ganguli 2014, Eq. 15; the integral is ours",
		expected: atMost(1e-8),
		measure(rows) {
			const of = [3, 4].flatMap((depth) => rowsOf(rows, modesName, { kind: "curve", depth }));
			return worst(
				of
					.filter((row) => row["time"] !== undefined)
					.map((row) => Math.abs(numberOf(row, "time") / numberOf(row, "t") - 1)),
				"points",
			);
		},
	},
	{
		id: "deep-linear.singular-values",
		sentence:
			"balanced layers: every singular value σ of the product moves at N σ^(2−2/N) uᵀ(T − P)v, lined up with the target or not (relative error)",
		place: "Arora, Cohen, Hu & Luo 2019, Theorem 3",
		expected: atMost(1e-7),
		measure: (rows) =>
			worst(numbersOf(rowsOf(rows, modesName, { kind: "rate", start: "balanced" }), "error"), "networks"),
	},
	{
		id: "deep-linear.singular-values-control",
		sentence: "control: without balance they do not (smallest relative error)",
		place: "ours",
		expected: above(0.05),
		measure(rows) {
			const errors = numbersOf(rowsOf(rows, modesName, { kind: "rate", start: "not balanced" }), "error");
			return errors.length === 0
				? undefined
				: {
						value: Math.min(...errors),
						detail: `Of ${errors.length} networks; at most ${inWords(Math.max(...errors))}.`,
					};
		},
	},
	{
		id: "deep-linear.staircase",
		sentence:
			"from small weights singular values are learned one after the other (the next one's share of its strength when one is half learned)",
		place: "Saxe et al. 2014; Jacot et al. 2021 (conjectured saddle-to-saddle dynamics)",
		expected: below(0.05),
		caveat: `${ours} Strengths 4, 2, 1: a factor of 2 apart. Nearer ones overlap more.`,
		measure: (rows) => worst(numbersOf(modeRows(rows, "small"), "next"), "steps of the staircase"),
	},
	{
		id: "deep-linear.saddles",
		sentence:
			"and between two steps the loss rests at that of a saddle, ½ Σ s² over the modes not learned yet (largest relative distance where it falls most slowly)",
		place: "Jacot et al. 2021; saddles after Baldi & Hornik 1989",
		expected: below(0.1),
		caveat: `${ours} Two layers leave a saddle while the strength before is still settling, with a distance that falls with the initial scale.`,
		measure: (rows) =>
			worst(
				numbersOf(modeRows(rows, "small"), "plateau").map((ratio) => Math.abs(ratio - 1)),
				"plateaus",
			),
	},
	{
		id: "deep-linear.staircase-control",
		sentence: "control: from large weights they are learned side by side (the next one's share, median)",
		place: "Jacot et al. 2021, the other regime",
		expected: above(0.1),
		caveat: `${ours} Initial deviations of 0.5/√width (two layers) and 0.8/√width (three).`,
		measure(rows) {
			const shares = numbersOf(modeRows(rows, "large"), "next");
			return shares.length === 0
				? undefined
				: {
						value: median(shares),
						detail: `Of ${shares.length}, between ${inWords(Math.min(...shares))} and ${inWords(Math.max(...shares))}.`,
					};
		},
	},
	{
		id: "deep-linear.escape-two",
		sentence: "two layers wait for ln(1/scale)/s, each mode on its own (slope of time·s against ln(1/scale))",
		place: "Saxe et al. 2014, from Eq. 11",
		expected: near(1, 0.02),
		measure: (rows) =>
			escapeSlope(
				rows,
				{ depth: 2 },
				(row) => [Math.log(1 / numberOf(row, "scale")), numberOf(row, "scaled")],
				1,
			),
	},
	...[3, 4].map(
		(depth): Claim => ({
			id: `deep-linear.escape-${depth === 3 ? "three" : "four"}`,
			sentence: `${depth} layers wait for scale^−${depth - 2} (slope of time against 1/scale on logarithmic axes)`,
			place: "after Saxe et al. 2014, Eq. 15; random starts: ours",
			expected: near(depth - 2, 0.05),
			measure: (rows) =>
				escapeSlope(
					rows,
					{ depth },
					(row) => [Math.log(1 / numberOf(row, "scale")), Math.log(numberOf(row, "time"))],
					depth - 2,
				),
		}),
	),
	{
		id: "deep-linear.escape-constant",
		sentence:
			"with the constant 1/((N − 2)s) if lined up with the target (time over it, N = 3 and 4, smallest scale)",
		place: "ours, from Saxe et al. 2014, Eq. 15",
		expected: near(1, 0.02),
		measure(rows) {
			const of = rowsOf(rows, escapeName, { start: "aligned" }).filter((row) => numberOf(row, "depth") > 2);
			const smallest = seriesOf(of).map((series) =>
				series.reduce((least, row) => (numberOf(row, "scale") < numberOf(least, "scale") ? row : least)),
			);
			return spread(
				smallest.map((row) => numberOf(row, "scaled") / numberOf(row, "waiting")),
				1,
				`networks of strength ${strengths[0]}`,
			);
		},
	},
];

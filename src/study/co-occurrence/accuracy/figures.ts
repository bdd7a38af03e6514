/** What drifts and how far, by method, tolerance and step (F8); how near descent and the three forms come. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import { conservationName } from "./conservation.ts";
import { descentName } from "./descent-to-flow.ts";
import { formsName } from "./forms.ts";

/** What is drawn of a row of the conservation analysis: series by key; of the linear ones the larger. */
const quantities: readonly { readonly series: string; readonly of: (row: Row) => number }[] = [
	{ series: "distance from the exact flow", of: (row) => numberOf(row, "error") },
	{ series: "C1: WᵀW − W_V W_Vᵀ", of: (row) => numberOf(row, "mlp") },
	{ series: "C2: W_K W_Kᵀ − W_Q W_Qᵀ", of: (row) => numberOf(row, "attention") },
	{
		series: "C3 and C5, linear",
		of: (row) => Math.max(numberOf(row, "directions"), numberOf(row, "keys")),
	},
];

const drifts = (rows: readonly Row[]): CurvePoint[] =>
	quantities.flatMap(({ series, of }) =>
		rows.map((row) => ({
			panel: String(row["method"]),
			series,
			curve: numberOf(row, "seed"),
			x: numberOf(row, "setting"),
			y: of(row),
		})),
	);

/** Lines of slope 1 and 4 above the drifts of C1, from their values at the largest step. */
function slopes(rows: readonly Row[]): CurvePoint[] {
	const first = [...rows].sort((a, b) => numberOf(b, "setting") - numberOf(a, "setting"));
	return (
		[
			["descent", 1],
			["Runge–Kutta", 4],
		] as const
	).flatMap(([panel, order]) => {
		const ofMethod = first.filter((row) => row["method"] === panel);
		if (ofMethod.length === 0) return [];
		const [from, to] = [numberOf(ofMethod[0]!, "setting"), numberOf(ofMethod.at(-1)!, "setting")];
		const level = 3 * Math.max(...ofMethod.map((row) => numberOf(row, "mlp")));
		return [from, to].map((x) => ({ panel, series: "slope", x, y: level * (x / from) ** order }));
	});
}

export function accuracyFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const conservation = rowsOf(rows, conservationName);
	const adaptive = conservation.filter((row) => row["method"] === "Dormand–Prince");
	const fixed = conservation.filter((row) => row["method"] !== "Dormand–Prince");
	const ends = rowsOf(rows, descentName, { part: "end" });
	return [
		drawCurves(
			drifts(adaptive).map((point) => ({ ...point, panel: "" })),
			{
				...options,
				id: "conservation-tolerance",
				title: "What the flow conserves, against the tolerance",
				caption:
					"Largest drift of an entry from t = 0 to 20, a curve a seed, of Dormand–Prince steps. Quadratic invariants " +
					"drift in proportion to the tolerance, down to rounding at 1e-15; linear ones lie there from the beginning. " +
					"Columns of unseen words do not move at all, and zero has no place on this axis. The distance from the exact " +
					"flow, which needs a second integration, runs beside C1, which needs none: drift tells the error.",
				x: { label: "relative tolerance", scale: "log" },
				y: { label: "largest drift", scale: "log" },
				height: 260,
			},
		),
		drawCurves(drifts(fixed), {
			...options,
			id: "conservation-step",
			title: "What the flow conserves, against the step",
			caption:
				"The same of methods with a fixed step, which is η for gradient descent. Descent drifts in proportion to the step, " +
				"Runge–Kutta with its fourth power; thin lines have slopes 1 and 4. The implicit midpoint rule keeps C1 and C2 to rounding although " +
				"its trajectory is only of second order: keeping what is conserved does not make a method exact.",
			x: { label: "step", scale: "log" },
			y: { label: "largest drift", scale: "log" },
			guides: slopes(fixed),
			height: 180,
		}),
		drawCurves(
			ends.flatMap((row) =>
				(
					[
						["gradient descent", "error"],
						["2·GD(η/2) − GD(η), at η/2", "extrapolated"],
					] as const
				).map(([series, key]) => ({
					panel: "",
					series,
					curve: numberOf(row, "seed"),
					x: numberOf(row, "rate"),
					y: numberOf(row, key),
				})),
			),
			{
				...options,
				id: "descent-to-flow",
				title: "Gradient descent approaches gradient flow",
				caption:
					"Largest distance of a parameter from the flow at t = 20, a curve a seed. Half the step is half the distance; two " +
					"descents combined by Richardson's rule lose their first-order error, and halving divides the rest by four.",
				x: { label: "η", scale: "log" },
				y: { label: "distance from the flow", scale: "log" },
			},
		),
		drawCurves(
			rowsOf(rows, formsName).map((row) => ({
				panel: "",
				series: `${row["form"]} against full, ${row["letter"]}`,
				curve: numberOf(row, "seed"),
				x: numberOf(row, "clock"),
				y: numberOf(row, "outputs"),
			})),
			{
				...options,
				id: "forms",
				title: "Three forms of one flow",
				caption:
					"Largest difference of an output F_i between forms that are integrated each by itself at a tolerance of 1e-11, a " +
					"curve a seed. The reduced form has one neuron in place of m₁, the closed one Gram matrices in place of " +
					"parameters. Outputs themselves grow to about 7 (S); what is seen here is the integrator's error alone.",
				x: { label: "κ(0)·t", scale: "log" },
				y: { label: "difference of outputs", scale: "log" },
			},
		),
	].filter((figure) => figure !== undefined);
}

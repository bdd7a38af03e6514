/** The rate of the loss: d(1/L̂)/dt = γ²κ(t), so L̂ falls like 1/t. Yang et al. 2024, Thm F.8; the constant is ours. */
import type { CurvePoint } from "../curves.ts";
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { drawFlowCurves, type FlowCurve } from "./flow-curves.ts";
import { clockOf, flowRows, momentsOf, numberAt } from "./flow-rows.ts";
import { atItsPace, travelled } from "./travelled.ts";

export interface LossRateOptions extends FigureOptions {
	/** The flow. Its last row knows γ, the margin of the data set's hard-margin SVM (`summary/svm.gamma`). */
	readonly run: string;
	/** The loss of the idealised equations, over τ = κt. */
	readonly meanField?: readonly { readonly time: number; readonly loss: number }[];
}

export function drawLossRate(rows: readonly Row[], options: LossRateOptions): Figure | undefined {
	const {
		run,
		meanField = [],
		id = `loss-rate-${run}`,
		title = `How fast the loss falls, ${run}`,
		caption = "Theory: 1/L̂ grows at the rate γ²κ(t), γ the margin of the data's own SVM, κ the speed of the flow, which grows too. " +
			"Top: 1/L̂, and as a thin line what follows from its value at T1. Middle: the measured rate over the predicted one: near 1 in " +
			"the end, a little above where attention has moved. Bottom: L̂·∫κdt, which goes to 1/γ²; the thin line is that of the idealised equations of " +
			"infinitely many samples, which goes to 17.",
	} = options;
	const gamma = flowRows(rows, run).flatMap((row) => numberAt(row, "summary/svm.gamma") ?? [])[0];
	const way = travelled(rows, run);
	if (gamma === undefined) return undefined;
	const loss = (row: Row) => numberAt(row, "train/loss") ?? Number.NaN;
	const curves: FlowCurve[] = [
		{ run, panel: "inverse", series: "1/L̂", value: (row) => 1 / loss(row) },
		{ run, panel: "rate", series: "rate / (γ²κ)", value: (row) => speedOf(row) / gamma ** 2 },
		{ run, panel: "product", series: "L̂·∫κdt", value: (row) => loss(row) * (way.get(row) ?? Number.NaN) },
	];
	const ideal = atItsPace(meanField, way).map(
		({ clock, time, loss }): CurvePoint => ({ panel: "product", series: "ideal", x: clock, y: loss * time }),
	);
	return drawFlowCurves(rows, curves, {
		...options,
		id,
		title,
		caption,
		height: 180,
		guides: [...predictedInverse(rows, run, way, gamma), ...ideal],
		axes: {
			inverse: { label: "↑ 1/L̂", scale: "log" },
			rate: { label: "↑ d(1/L̂)/dt over γ²κ", rules: [{ y: 1 }] },
			product: {
				label: "↑ L̂·∫κdt",
				rules: [
					{ y: gamma ** -2, label: `1/γ² = ${(gamma ** -2).toFixed(2)}` },
					...(ideal.length > 0 ? [{ y: 17, label: "17" }] : []),
				],
			},
		},
	});
}

/** d(1/L̂)/dt / κ = ‖∇L̂‖² / (L̂²κ): exact, no differences of rows. */
function speedOf(row: Row): number {
	const [gradient, loss, kappa] = ["flow/gradient", "train/loss", "flow/kappa"].map(
		(key) => numberAt(row, key) ?? Number.NaN,
	);
	return (gradient! / loss!) ** 2 / kappa!;
}

/** 1/L̂(T1) + γ²∫κdt from T1 on. */
function predictedInverse(
	rows: readonly Row[],
	run: string,
	way: ReadonlyMap<Row, number>,
	gamma: number,
): CurvePoint[] {
	const start = momentsOf(rows, [run]).find(({ label }) => label === "T1");
	const after = [...way].filter(([row]) => start && clockOf(row) >= start.at);
	return after.map(([row, distance]) => ({
		panel: "inverse",
		series: "predicted",
		x: clockOf(row),
		y: 1 / (numberAt(after[0]![0], "train/loss") ?? Number.NaN) + gamma ** 2 * (distance - after[0]![1]),
	}));
}

/** Automatic balancing of gradients: no class outweighs the others for long. Yang et al. 2024, Lemmas 4.4 and 4.5. */
import type { Rule } from "../annotations.ts";
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { drawFlowCurves, type FlowCurve } from "./flow-curves.ts";
import { clockOf, flowRows, momentsOf, numberAt } from "./flow-rows.ts";

export interface BalanceOptions extends FigureOptions {
	/** The flow. Its last row may hold what the data set's hard-margin SVM predicts (`summary/svm.*`). */
	readonly run: string;
}

export function drawBalance(rows: readonly Row[], options: BalanceOptions): Figure | undefined {
	const {
		run,
		id = `balance-${run}`,
		title = `Balance of the classes, ${run}`,
		caption = "Sₖ is how much class k still pulls: the sum of its samples' loss slopes g. Top: over that of class 2; with infinitely " +
			"many samples they go to 7 : 5 : 5 : 0. Middle: how far classes 2 and 3 are apart, |S₂ − S₃| / min(S₂, S₃). Bottom: " +
			"R = (S₂ + S₃ + S₄ − S₁) / (S₁ − S₂), which stays between 1 and 2 where the lemma holds; before T1 it may be anything.",
	} = options;
	const curves: FlowCurve[] = [
		...["1", "3", "4"].map(
			(k): FlowCurve => ({
				run,
				panel: "sums",
				series: `S${"₀₁₂₃₄"[Number(k)]} / S₂`,
				value: (row) => ratio(numberAt(row, `class/sum.${k}`), numberAt(row, "class/sum.2")),
			}),
		),
		{ run, panel: "classes", series: "|S₂ − S₃| / min", value: "balance/classes" },
		{ run, panel: "ratio", series: "R", value: "balance/ratio" },
	];
	const predicted = (key: string, name: string): Rule[] =>
		flowRows(rows, run)
			.flatMap((row) => numberAt(row, key) ?? [])
			.map((y) => ({ y, label: `${name} = ${y.toFixed(3)}` }));
	return drawFlowCurves(rows, curves, {
		...options,
		id,
		title,
		caption,
		height: 180,
		axes: {
			sums: { label: "↑ Sₖ / S₂", rules: predicted("summary/svm.sum.12", "predicted S₁ / S₂") },
			classes: { label: "↑ |S₂ − S₃| / min(S₂, S₃)", scale: "log" },
			ratio: {
				label: "↑ R",
				domain: [0, 3],
				rules: [
					...predicted("summary/svm.ratio", "predicted R*"),
					{ y: 1.5, label: "3/2, infinitely many samples" },
				],
			},
		},
	});
}

export interface ImbalanceOptions extends FigureOptions {
	/** The flow. */
	readonly run: string;
}

/** What does not balance: single samples, because class 4 is left behind. Ours, not the paper's. */
export function drawImbalance(rows: readonly Row[], options: ImbalanceOptions): Figure | undefined {
	const {
		run,
		id = `imbalance-${run}`,
		title = `What does not balance: class 4, ${run}`,
		caption = "Balance is of classes 1 to 3. Top: the largest loss slope g of any sample over the smallest. It grows without bound, " +
			"because class 4 is learned faster than it must be: with infinitely many samples like the thin line t², with few more " +
			"slowly. Bottom: how fast the margin of each class grows from T1 on, over that of class 2; with infinitely many " +
			"samples 1 : 1 : 1 : 3.",
	} = options;
	const start = momentsOf(rows, [run]).find(({ label }) => label === "T1")?.at;
	const after = (row: Row) => start !== undefined && clockOf(row) >= start;
	const curves: FlowCurve[] = [
		{ run, panel: "pairs", series: "largest g / smallest g", value: "balance/all_pairs" },
		...["1", "3", "4"].map(
			(k): FlowCurve => ({
				run,
				panel: "rates",
				series: `class ${k} / class 2`,
				value: (row) =>
					after(row)
						? ratio(numberAt(row, `class/margin_rate.${k}`), numberAt(row, "class/margin_rate.2"))
						: undefined,
			}),
		),
	];
	return drawFlowCurves(rows, curves, {
		...options,
		id,
		title,
		caption,
		guides: squareThroughTheEnd(rows, run),
		axes: {
			pairs: { label: "↑ largest g / smallest g", scale: "log" },
			rates: { label: "↑ growth of the margin", rules: [1, 3].map((y) => ({ y })) },
		},
	});
}

/** A line of slope 2 through the last point of the all-pairs ratio, down to 1. */
function squareThroughTheEnd(rows: readonly Row[], run: string) {
	const end = flowRows(rows, run).findLast((row) => numberAt(row, "balance/all_pairs") !== undefined);
	if (!end) return [];
	const [clock, pairs] = [clockOf(end), numberAt(end, "balance/all_pairs")!];
	return [
		{ panel: "pairs", series: "t²", x: clock / Math.sqrt(pairs), y: 1 },
		{ panel: "pairs", series: "t²", x: clock, y: pairs },
	];
}

const ratio = (a: number | undefined, b: number | undefined) =>
	a === undefined || b === undefined ? undefined : a / b;

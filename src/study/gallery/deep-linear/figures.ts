/** The figures of deep linear networks, from the rows of this folder's analyses. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { saddleLoss, waitingTime } from "../../../theory/deep-linear.ts";
import { numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { balanceName } from "./balance.ts";
import { escapeName } from "./escape.ts";
import { modesName } from "./modes.ts";
import { layersName, strengths } from "./networks.ts";
import { staircaseName } from "./staircase.ts";

const depthOf = (row: Row) => numberOf(row, "depth");

/** The closed forms and the integrated network. */
function modes(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const styles = ["integrated", "closed form"] as const;
	const points = rowsOf(rows, modesName, { kind: "curve", seed: 0 }).flatMap((row) => {
		const at = { panel: layersName(depthOf(row)), series: `s = ${strengths[numberOf(row, "mode") - 1]}` };
		const y = numberOf(row, "u");
		const time = row["time"];
		return [
			{ ...at, style: styles[0], x: numberOf(row, "t"), y },
			...(typeof time === "number" ? [{ ...at, style: styles[1], x: time, y }] : []),
		];
	});
	return drawCurves(points, {
		...options,
		id: "deep-linear-modes",
		title: "Modes of a deep linear network, integrated and in closed form",
		caption:
			"Strength of each mode of the product, relative to the target's, from a start lined up with the target. Solid: the " +
			"whole network integrated; dashed, on top of it: the closed form. Look at the waiting: strong modes come first, and " +
			"the deeper the network, the longer nothing happens and the more sudden it ends.",
		x: { label: "time →" },
		y: { label: "↑ strength" },
		styles,
		height: 150,
	});
}

/** Plateaus of the loss over the staircase of singular values. */
function staircase(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const all = rowsOf(rows, staircaseName, { kind: "path", seed: 0, start: "small" });
	const depths = [...new Set(all.map(depthOf))];
	const guides: CurvePoint[] = [];
	const points = depths.flatMap((depth) => {
		const panel = layersName(depth);
		// The time by which the last mode has come, so that depths share an axis.
		const learned = rowsOf(rows, staircaseName, { kind: "mode", seed: 0, start: "small", depth });
		const last = Math.max(...numbersOf(learned, "time"));
		for (let k = 0; k < strengths.length; k++)
			for (const x of [0, 1.25])
				guides.push({ panel, series: `saddle ${k}`, x, y: saddleLoss(strengths, k) });
		return all
			.filter((row) => depthOf(row) === depth && numberOf(row, "t") <= 1.25 * last)
			.flatMap((row) => {
				const x = numberOf(row, "t") / last;
				return [
					{ panel, series: "loss", x, y: numberOf(row, "loss") },
					...strengths.map((_, k) => ({
						panel,
						series: `σ${"₁₂₃"[k]}`,
						x,
						y: numberOf(row, `sigma.${k + 1}`),
					})),
				];
			});
	});
	return drawCurves(points, {
		...options,
		id: "deep-linear-staircase",
		title: "Saddle to saddle from small random weights",
		caption:
			"Loss, and singular values of the product W_N … W_1, against time relative to that at which the last one is half " +
			"learned. Thin lines: the loss of the saddles, where the first k modes are there and the others are not. Look at how " +
			"the loss rests at each line and drops as one more singular value rises: the rank of what is learned grows by ones.",
		x: { label: "time / time of the last mode →" },
		y: { label: "↑ loss and singular values" },
		guides,
		height: 200,
	});
}

/** The wait before the first mode, by scale and depth. */
function waiting(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const styles = ["random start", "aligned start"] as const;
	const of = rowsOf(rows, escapeName, { mode: 1 });
	const points = of.map((row) => ({
		panel: "",
		series: layersName(depthOf(row)),
		style: row["start"] === "gaussian" ? styles[0] : styles[1],
		curve: `${row["start"]} ${row["seed"]}`,
		x: 1 / numberOf(row, "scale"),
		y: numberOf(row, "scaled"),
	}));
	const guides = [...new Set(of.map(depthOf))].flatMap((depth) => {
		const own = of.filter((row) => depthOf(row) === depth).map((row) => 1 / numberOf(row, "scale"));
		const [low, high] = [Math.min(...own), Math.max(...own)];
		return Array.from({ length: 40 }, (_, i) => low * (high / low) ** (i / 39)).map((x) => ({
			panel: "",
			series: layersName(depth),
			x,
			y: waitingTime(depth, 1, 1 / x),
		}));
	});
	return drawCurves(points, {
		...options,
		id: "deep-linear-escape",
		title: "How long the first saddle holds",
		caption:
			"Time until the first mode is half learned, times its strength, against 1/scale of the initial weights; a line a " +
			"network. Thin lines: theory to leading order, ln(1/scale) for two layers, scale^(2−N)/(N − 2) for more. Look at " +
			"the slopes: two layers bend, three rise with slope 1, four with slope 2. Random starts differ by a constant factor.",
		x: { label: "1 / scale →", scale: "log" },
		y: { label: "↑ time · s", scale: "log" },
		styles,
		guides,
		height: 260,
	});
}

/** Drift of the conserved matrices against what each method is asked for. */
function drift(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = rowsOf(rows, balanceName).map((row) => ({
		panel: layersName(depthOf(row)),
		series: String(row["method"]),
		curve: numberOf(row, "seed"),
		x: numberOf(row, "setting"),
		y: numberOf(row, "drift"),
	}));
	return drawCurves(points, {
		...options,
		id: "deep-linear-drift",
		title: "Drift of what is conserved, by method",
		caption:
			"Largest change of an entry of W_{l+1}ᵀW_{l+1} − W_l W_lᵀ until time 10, from a random start; a line a network. To the " +
			"left the methods are asked for more: a smaller tolerance or step. Look at the slopes: 1 for the tolerance and for " +
			"gradient descent, 4 and more for Runge–Kutta, and rounding alone for the implicit midpoint rule.",
		x: { label: "tolerance or step →", scale: "log" },
		y: { label: "↑ drift", scale: "log" },
		height: 190,
	});
}

export const deepLinearFigures = (rows: readonly Row[], options: FigureOptions): Figure[] =>
	[staircase, modes, waiting, drift]
		.map((draw) => draw(rows, options))
		.filter((figure) => figure !== undefined);

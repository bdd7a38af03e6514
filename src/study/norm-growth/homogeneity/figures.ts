/** The figures of this topic, from the rows of its analyses. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import { drawDegrees } from "../../../figure/degrees.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { median, numbersOf, rowsOf } from "../../rows.ts";
import { publishedCurves } from "./scaling-claims.ts";

const styles = ["with biases", "without biases"] as const;
const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
const text = (row: Row, key: string) => String(row[key]);
const number = (row: Row, key: string) => row[key] as number;

/** The counterpart of Fig. 4. */
function scaling(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const points = rowsOf(rows, "homogeneity/scaling").map(
		(row): CurvePoint => ({
			panel: `${text(row, "mask")} mask`,
			series: text(row, "placement"),
			style: text(row, "biases"),
			curve: number(row, "seed"),
			x: number(row, "c"),
			y: number(row, "cosine"),
		}),
	);
	const marks = publishedCurves.flatMap(({ placement, c, cosines }) =>
		cosines.map((y) => ({ panel: "leaky mask", series: placement, x: c, y })),
	);
	return drawCurves(points, {
		...options,
		id: "homogeneity-scaling",
		title: "Scaling curves, biases really on and really off",
		caption:
			"Figure 4 of the paper: cosine between all final states at c·θ and at 1000·θ, for random θ; a line a seed. " +
			"Crosses: the published curves, whose “bias” and “no bias” both have biases. Look at res-post (the paper's " +
			"pre-norm) near c = 10: without biases it has arrived, with them it has not. Post-norm starts far away.",
		x: { label: "factor c →" },
		y: { label: "↑ cosine", domain: [0, 1] },
		styles,
		marks,
		height: 250,
	});
}

/** Exponential against polynomial. */
function approach(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const all = rowsOf(rows, "homogeneity/approach", { sequences: 1 });
	const points = unique(all.map((row) => text(row, "placement"))).flatMap((placement) =>
		styles.flatMap((biases) => {
			const curve = all.filter((row) => row["placement"] === placement && row["biases"] === biases);
			return unique(numbersOf(curve, "c")).map(
				(c): CurvePoint => ({
					panel: biases,
					series: placement,
					x: c,
					y: median(
						numbersOf(
							curve.filter((row) => row["c"] === c),
							"distance",
						),
					),
				}),
			);
		}),
	);
	const slope = (panel: string, order: number) =>
		[30, 1000].map((x): CurvePoint => ({ panel, series: `c^-${order}`, x, y: 3e-4 * (x / 30) ** -order }));
	return drawCurves(points, {
		...options,
		id: "homogeneity-approach",
		title: "Exponential or polynomial: how fast the limit is reached",
		caption:
			"1 − cosine between the final states at c·θ and their limit, medians over seeds; 2 layers, width 64, one sequence. " +
			"Without biases res-post falls off faster than any power of c: to rounding, below the axis, before c = 20. " +
			"Post- and pre-norm fall as c⁻⁴ (thin line), and with biases all as c⁻² (thin line).",
		x: { label: "factor c →", scale: "log" },
		y: { label: "↑ 1 − cosine", scale: "log", domain: [1e-12, 1] },
		guides: [...slope("without biases", 4), ...slope("with biases", 2)],
	});
}

/** Table 1, one line a component and input. */
function table(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const all = rowsOf(rows, "homogeneity/components");
	const nameOf = (row: Row) =>
		`${text(row, "component")}${row["input"] === "" ? "" : ` (${text(row, "input")})`}`;
	return drawDegrees(
		unique(all.map(nameOf)).map((name) => {
			const own = all.filter((row) => nameOf(row) === name);
			return { name, stated: numbersOf(own, "stated")[0], measured: numbersOf(own, "degree") };
		}),
		{
			...options,
			id: "homogeneity-components",
			title: "Degrees of the components",
			caption:
				"Table 1 of the paper, measured: log(‖f(cθ)‖ / ‖f(θ)‖) / log c at eight factors c; in brackets the degree of " +
				"the input. A component with a degree has all its dots in one place; the last three have none.",
		},
	);
}

/** The degree calculus: whole encoders, predicted and measured. */
function calculus(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const all = rowsOf(rows, "homogeneity/degrees", { norm: "layer", positions: "learned" });
	return drawDegrees(
		all.map((row) => {
			const power = `c⁻${"⁰¹²³⁴⁵⁶⁷⁸⁹"[number(row, "predictedOrder")]}`;
			const approach = row["approach"] === "polynomial" ? power : "exp.";
			const biases = row["biases"] === "with biases" ? "biases" : "no biases";
			return {
				name: `${row["placement"]}, ${biases}, ${row["activation"]}: ${approach}`,
				stated: number(row, "predicted"),
				measured: numbersOf([row], "measured"),
			};
		}),
		{
			...options,
			id: "homogeneity-degrees",
			title: "Degrees of whole encoders, predicted and measured",
			caption:
				"The degree of the last block's state as our calculus derives it from the configuration (ring) and as scaling " +
				"measures it (dot). After the colon: how the direction approaches its limit, exponentially or as a power of c. Only res-post " +
				"(the paper's pre-norm) without biases does so exponentially. Where no norm follows, a gated network (swiglu) adds " +
				"degrees: two in pre-norm, four in one block without any norm.",
		},
	);
}

/** Definition 3, as printed and normalised. */
function definition(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const all = rowsOf(rows, "homogeneity/definition-3", { place: "encoder" });
	const sizes = unique(numbersOf(all, "size")).filter((size) => size < 16);
	const readings = [
		["as printed", "printed"],
		["normalised", "normalised"],
	] as const;
	const points = readings.flatMap(([panel, key]) =>
		sizes.flatMap((size) =>
			unique(numbersOf(all, "c")).map((c): CurvePoint => {
				const cell = all.filter((row) => row["size"] === size && row["c"] === c);
				return { panel, series: `${size} × θ`, x: c, y: median(numbersOf(cell, key)) };
			}),
		),
	);
	return drawCurves(points, {
		...options,
		id: "homogeneity-definition",
		title: "Definition 3, as printed and normalised",
		caption:
			"The error of approximate homogeneity of a res-post encoder without biases (degree k = 1), for four sizes of θ; " +
			"medians over seeds. As printed, |f(cθ) − c^k f(θ)|, it grows with c, so no bound holds for all c. Divided by c^k " +
			"it is constant in c, and falls as θ grows: from one line to the next.",
		x: { label: "factor c →", scale: "log" },
		y: { label: "↑ error", scale: "log" },
		height: 190,
	});
}

/** Lemma 7: the error against the norm, which does not bound it, and against the gap, which does. */
function lemmaSeven(rows: readonly Row[], options: FigureOptions): Figure | undefined {
	const samples = rowsOf(rows, "homogeneity/lemmas", { lemma: "sample" });
	const family = rowsOf(rows, "homogeneity/lemmas", { lemma: "counterexample" });
	const of = (panel: string, key: string) => [
		...samples.map(
			(row): CurvePoint => ({ panel, series: "random x", x: number(row, key), y: number(row, "error") }),
		),
		...family.map(
			(row): CurvePoint => ({
				panel,
				series: "x = (t, t − 0.1)",
				x: number(row, key),
				y: number(row, "error"),
			}),
		),
	];
	const [byNorm, byGap] = ["against the norm ‖x‖", "against the gap γ"];
	const bound = (panel: string) =>
		Array.from({ length: 80 }, (_, i) => 10 ** (-3 + (i / 79) * 4.6)).map(
			(x): CurvePoint => ({ panel, series: "bound", x, y: Math.exp(-x) }),
		);
	return drawCurves(samples.length ? [...of(byNorm, "norm"), ...of(byGap, "gap")] : [], {
		...options,
		id: "homogeneity-lemma-7",
		title: "Lemma 7: the gap bounds the error, the norm does not",
		caption:
			"Largest entry of |softmax(cx) − softmax(x)| for random vectors x and factors c. Thin line: e^−‖x‖ (top, the lemma " +
			"as printed, with d = 1) and e^−γ (bottom). Dots right of the line break the bound. In the top panel the squares " +
			"are (t, t − 0.1): the norm grows, the error stays. In the bottom panel nothing lies right of the line by more " +
			"than the number of entries, at most 9.",
		x: { label: "norm or gap →", scale: "log", domain: [1e-3, 2e4] },
		y: { label: "↑ error", scale: "log", domain: [1e-15, 1] },
		guides: [...bound(byNorm), ...bound(byGap)],
		scattered: true,
	});
}

export const homogeneityFigures = (rows: readonly Row[], options: FigureOptions): Figure[] =>
	[scaling, approach, table, calculus, definition, lemmaSeven]
		.map((draw) => draw(rows, options))
		.filter((figure) => figure !== undefined);

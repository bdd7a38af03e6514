/** What Thm 3.1 (iii) says of phase 1, asked of `motion.ts`; and how it is drawn. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { inWords, median, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { atMost, type Claim } from "../../study.ts";
import { motionName } from "./motion.ts";

/** From this m on exponents are measured: in narrower networks κ grows before T1. */
const wide = 256;

interface Asked {
	readonly key: string;
	/** What it is, in a figure and in a sentence. */
	readonly symbol: string;
	readonly products: string;
	/** The paper's order in m, and how it prints it. */
	readonly order: number;
	readonly printed: string;
}

const asked: readonly Asked[] = [
	{
		key: "neurons",
		symbol: "W Wᵀ",
		products: "⟨w_j, w_k⟩ of any two neurons",
		order: -1,
		printed: "Õ(1/m)",
	},
	{
		key: "values",
		symbol: "W_VᵀW_V",
		products: "μᵀW_VᵀW_Vν of any two words",
		order: -1,
		printed: "Õ(1/m)",
	},
	{
		key: "scores",
		symbol: "W_KᵀW_Q",
		products: "the score μᵀW_KᵀW_Qν of any two words",
		order: -1.5,
		printed: "Õ(m^−3/2 (1/L + 1/√m))",
	},
	{
		key: "keys",
		symbol: "W_KᵀW_K",
		products: "μᵀW_KᵀW_Kν of any two words",
		order: -2,
		printed: "Õ(1/m²)",
	},
	{
		key: "queries",
		symbol: "W_QᵀW_Q",
		products: "μᵀW_QᵀW_Qν of any two words",
		order: -2,
		printed: "Õ(1/m²)",
	},
];

interface Point {
	readonly width: number;
	readonly value: number;
}

function medians(rows: readonly Row[], key: string): Point[] {
	const own = rowsOf(rows, motionName);
	return [...new Set(numbersOf(own, "width"))]
		.sort((a, b) => a - b)
		.map((width) => ({
			width,
			value: median(own.filter((row) => row["width"] === width).map((row) => numberOf(row, key))),
		}));
}

const tolerance = 0.2;

export const motionClaims: readonly Claim[] = asked.map(
	({ key, products, order, printed }): Claim => ({
		id: `phases.motion-${key}`,
		sentence: `in phase 1 ${products} moves by ${printed}: largest change up to T1 over all pairs, by the width (exponent from m = ${wide} on)`,
		place: "Theorem 3.1 (iii), formally E.28",
		expected: atMost(order + tolerance),
		caveat: `The tolerance of ${tolerance} is ours. σ₁ = 0.1 and m₁ = 8 fixed, σ₀ = 0.1/√(Lm) as in Condition 1.`,
		measure(rows) {
			const points = medians(rows, key);
			const [first, last] = [points.find(({ width }) => width >= wide), points.at(-1)];
			if (!first || !last || first === last) return undefined;
			return {
				value: Math.log(last.value / first.value) / Math.log(last.width / first.width),
				detail: `medians over seeds: ${points.map(({ width, value }) => `${inWords(value)} at m = ${width}`).join(", ")}.`,
			};
		},
	}),
);

/** The changes by m, and the paper's orders through the widest network. */
export function motionFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const panel = "";
	const lines = asked.map(({ key, symbol, order }) => ({ key, symbol, order, points: medians(rows, key) }));
	const figure = drawCurves(
		lines.flatMap(({ symbol, points }) =>
			points.map(({ width, value }): CurvePoint => ({ panel, series: symbol, x: width, y: value })),
		),
		{
			...options,
			id: "phases-motion",
			title: "What stands still in phase 1",
			caption:
				"The largest change up to T1 of products of neurons, of value vectors, of keys with queries, of keys and of queries, by " +
				"the width m. Lines are medians over seeds, crosses single seeds, thin lines the orders of Thm 3.1 (iii) through " +
				"the right ends: 1/m, m^−3/2 and 1/m². Meanwhile G of the three words moves by an amount of order 1 at every width.",
			x: { label: "m →", scale: "log" },
			y: { label: "↑ largest change up to T1", scale: "log" },
			marks: rowsOf(rows, motionName).flatMap((row) =>
				asked.map(({ key, symbol }) => ({
					panel,
					series: symbol,
					x: numberOf(row, "width"),
					y: numberOf(row, key),
				})),
			),
			marked: "single seeds",
			guides: lines.flatMap(({ key, symbol, order, points }) => {
				const last = points.at(-1);
				return points.map(
					({ width }): CurvePoint => ({
						panel,
						series: symbol,
						curve: `order of ${key}`,
						x: width,
						y: last!.value * (width / last!.width) ** order,
					}),
				);
			}),
			height: 300,
		},
	);
	return figure ? [figure] : [];
}

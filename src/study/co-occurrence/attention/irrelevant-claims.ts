/** What the theorems say of the scores of irrelevant words, asked of `irrelevant.ts`; and how it is drawn. */
import { type CurvePoint, drawCurves } from "../../../figure/curves.ts";
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { inWords, median, numberOf, numbersOf, rowsOf } from "../../rows.ts";
import { atMost, below, type Claim, near } from "../../study.ts";
import { irrelevantLetters, irrelevantName } from "./irrelevant.ts";

const place = "Lemma 4.7, there F.16; Theorem 3.3";

const bySize = (rows: readonly Row[]): Row[] =>
	rowsOf(rows, irrelevantName).filter((row) => Number.isFinite(numberOf(row, "width")));

const distinct = (rows: readonly Row[], key: string): number[] =>
	[...new Set(numbersOf(rows, key))].sort((a, b) => a - b);

/** At one width, the median over seeds for each n. */
function medians(rows: readonly Row[], width: number, key: string): { n: number; value: number }[] {
	const own = bySize(rows).filter((row) => row["width"] === width);
	return distinct(own, "samples").map((n) => ({
		n,
		value: median(own.filter((row) => row["samples"] === n).map((row) => numberOf(row, key))),
	}));
}

/** Of the widest network, how the ratio under `key` depends on n: the exponent between the least and the largest. */
const exponent = (
	id: string,
	key: "mean" | "most",
	which: string,
	tolerance: number,
	caveat: string,
): Claim => ({
	id,
	sentence: `with more samples the scores of irrelevant words fall behind as 1/n: ${which} |ΔW_KᵀW_Q| of a pair with one, over that of the four that matter (exponent)`,
	place,
	expected: near(-1, tolerance),
	caveat,
	measure(rows) {
		const width = distinct(bySize(rows), "width").at(-1);
		const points = width === undefined ? [] : medians(rows, width, key);
		const [first, last] = [points[0], points.at(-1)];
		if (!first || !last || first === last) return undefined;
		return {
			value: Math.log(last.value / first.value) / Math.log(last.n / first.n),
			detail: `m = ${width}, medians over seeds: ${points.map(({ n, value }) => `${inWords(value)} at n = ${n}`).join(", ")}.`,
		};
	},
});

export const irrelevantClaims: readonly Claim[] = [
	...irrelevantLetters.map(
		(letter): Claim => ({
			id: `attention.irrelevant.${letter}`,
			sentence: `${letter}: from start to end the score of no pair with an irrelevant word changes as much as the four that matter do (largest over least)`,
			place,
			expected: below(1),
			caveat: "Of all words that occur, whether two of them meet in a sample or not.",
			measure(rows) {
				const own = rowsOf(rows, irrelevantName, { letter });
				if (own.length === 0) return undefined;
				const [all, met, means] = (["mostOverLeast", "most", "mean"] as const).map((key) =>
					numbersOf(own, key),
				) as [number[], number[], number[]];
				return {
					value: Math.max(...all),
					detail:
						`worst of ${own.length} seeds, median ${inWords(median(all))}. Of pairs that meet, over the mean of the four: ` +
						`largest ${inWords(median(met))}, mean ${inWords(median(means))} (medians).`,
				};
			},
		}),
	),
	{
		id: "attention.irrelevant-bound",
		sentence:
			"the score of a pair with an irrelevant word changes by at most Õ(1/n + L/√m) of what the four that matter do, at every size (largest, in these units)",
		place,
		expected: atMost(5),
		caveat: "The constant is ours; Õ hides one, and logarithms.",
		measure(rows) {
			const own = rowsOf(rows, irrelevantName);
			const values = own.map((row) => numberOf(row, "mostOfAll") / numberOf(row, "order"));
			if (values.length === 0) return undefined;
			const worst = own[values.indexOf(Math.max(...values))]!;
			const of = worst["letter"] ?? `n = ${worst["samples"]}, m = ${worst["width"]}`;
			return {
				value: Math.max(...values),
				detail: `worst of ${own.length} flows: ${of}; median ${inWords(median(values))}.`,
			};
		},
	},
	exponent("attention.irrelevant-mean", "mean", "mean", 0.2, "The tolerance is ours."),
	exponent(
		"attention.irrelevant-most",
		"most",
		"largest",
		0.35,
		"The tolerance is ours. The largest of ever more pairs meets the part of the bound that does not depend on n, L/√m, earlier than the mean does.",
	),
];

/** The ratio by n, a line a width. */
export function irrelevantFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const panels = { mean: "mean", most: "largest" } as const;
	const keys = Object.keys(panels) as (keyof typeof panels)[];
	const widths = distinct(bySize(rows), "width");
	const lines = keys.flatMap((key) =>
		widths.map((width) => ({ key, width, points: medians(rows, width, key) })),
	);
	const points = lines.flatMap(({ key, width, points }) =>
		points.map(
			({ n, value }): CurvePoint => ({ panel: panels[key], series: `m = ${width}`, x: n, y: value }),
		),
	);
	const figure = drawCurves(points, {
		...options,
		id: "attention-irrelevant",
		title: "Scores of irrelevant words fall behind as 1/n",
		caption:
			"How much the score of a pair with an irrelevant word changes from start to end, over the change of the four pairs " +
			"that matter, by the number of samples: the mean over all pairs that meet in a sample (top) and the largest (bottom). " +
			"Lines are medians over seeds, crosses single seeds, thin lines proportional to 1/n. An irrelevant word is in one " +
			"sample of n. In narrow networks the ratio stops falling: vectors of different words are not quite orthogonal there, " +
			"and words that move take others along, Thm 3.3's second term.",
		x: { label: "n →", scale: "log" },
		y: { label: "↑" },
		axes: {
			[panels.mean]: { label: "↑ mean ratio", scale: "log" },
			[panels.most]: { label: "↑ largest ratio", scale: "log" },
		},
		marks: bySize(rows).flatMap((row) =>
			keys.map((key) => ({
				panel: panels[key],
				series: `m = ${row["width"]}`,
				x: numberOf(row, "samples"),
				y: numberOf(row, key),
			})),
		),
		marked: "single seeds",
		guides: lines
			.filter(({ width }) => width === widths.at(-1))
			.flatMap(({ key, width, points }) =>
				points.map(
					({ n }): CurvePoint => ({
						panel: panels[key],
						series: `m = ${width}`,
						curve: `${key} as 1/n`,
						x: n,
						y: (points[0]!.value * points[0]!.n) / n,
					}),
				),
			),
		height: 180,
	});
	return figure ? [figure] : [];
}

/**
 * Mean attention between the kinds of words at the start, at T1 and at the end: three 4 × 4 heat maps side by side.
 * The middle one is that of the play-head, which shows every recorded moment. Yang et al. 2024, Cor. F.17.
 */
import * as Plot from "@observablehq/plot";
import { frame } from "../clock.ts";
import { compose } from "../compose.ts";
import type { Figure, FigureOptions, Row } from "../figure.ts";
import { clockName, clockOf, evenlyInLog, flowRows, momentsOf, numberAt } from "./flow-rows.ts";

export interface AttentionMapsOptions extends FigureOptions {
	/** The flow. */
	readonly run: string;
}

/** As in `attention/p.<key><query>`; r is a word that no other sample has, or any irrelevant one. */
const words = ["1", "2", "3", "r"];
const nameOf = (word: string) => (word === "r" ? "other" : `μ${"₀₁₂₃"[Number(word)]}`);
const frames = 40;

interface Cell {
	readonly map: string;
	readonly key: string;
	readonly query: string;
	readonly p: number;
}

export function drawAttentionMaps(rows: readonly Row[], options: AttentionMapsOptions): Figure | undefined {
	const {
		run,
		id = `attention-${run}`,
		title = `Attention between words, ${run}`,
		caption = "The mean probability that a word (row: the query) attends to one word of each kind (column: the key). Between the " +
			"start and T1 attention should hardly change; by the end the two target words μ₁ and μ₂ look more at each other and " +
			"less at μ₃. The middle picture follows the play-head.",
	} = options;
	const course = flowRows(rows, run).filter((row) => cellsOf(row, "").length > 0);
	const [first, last] = [course[0], course.at(-1)];
	if (!first || !last || first === last) return undefined;
	const start = momentsOf(rows, [run]).find(({ label }) => label === "T1");
	const moments = [first, ...evenlyInLog(course, 0.05, frames)];
	// The still shows T1; where there is none, what is nearest to the middle of the logarithmic clock.
	const still = (start && moments.find((row) => clockOf(row) === start.at)) ?? moments[moments.length >> 1]!;
	const maps = ["start", "middle", "end"];
	const values = moments.flatMap((row) => cellsOf(row, "").map(({ p }) => p));
	const domain: [number, number] = [Math.min(...values), Math.max(...values)];
	const plot: Plot.PlotOptions = {
		height: 190,
		marginTop: 44,
		marginBottom: 24,
		marginLeft: 52,
		fx: { domain: maps, axis: null, padding: 0.06 },
		x: { type: "band", domain: words.map(nameOf), axis: "top", tickSize: 0, label: null },
		y: { type: "band", domain: words.map(nameOf), tickSize: 0, label: null },
		color: { scheme: "viridis", domain },
		marks: [
			...picture(cellsOf(first, "start"), "start", domain),
			...picture(cellsOf(last, "end"), `end, ${clockName} = ${short(clockOf(last))}`, domain),
			...moments.flatMap((row) => {
				const name = row === still && start ? "T1, " : "";
				const words = `${name}${clockName} = ${short(clockOf(row))}`;
				return picture(cellsOf(row, "middle"), words, domain, frame(clockOf(row), row === still));
			}),
		],
	};
	const clock = { name: clockName, moments: momentsOf(rows, [run]) };
	const across = { column: clockName, time: clockName };
	const svg = compose(
		{ id, title, caption, plots: [plot], across, ramp: "probability of a key", clock },
		options,
	);
	const data = moments.flatMap((row) =>
		cellsOf(row, "").map(({ key, query, p }) => ({ run, [clockName]: clockOf(row), query, key, p })),
	);
	return { id, title, caption, svg, rows: data };
}

/** One map: cells, their values to two digits, and the moment's name above. */
function picture(
	cells: readonly Cell[],
	name: string,
	[low, high]: readonly [number, number],
	options: Plot.MarkOptions = {},
): Plot.Markish[] {
	const place = { fx: "map", x: "key", y: "query" } as const;
	return [
		Plot.cell(cells, {
			...place,
			fill: "p",
			title: ({ key, query, p }: Cell) => `query ${query}, key ${key}: ${p}`,
			...options,
		}),
		Plot.text(cells, {
			...place,
			text: ({ p }: Cell) => p.toFixed(2).replace(/^0/, ""),
			// Black on the bright half of the scale, white on the dark one, in either theme.
			fill: ({ p }: Cell) => (p > (low + high) / 2 ? "#000000" : "#ffffff"),
			fontSize: 10,
			...options,
		}),
		Plot.text(cells.slice(0, 1), {
			fx: "map",
			text: () => name,
			frameAnchor: "bottom",
			lineAnchor: "top",
			dy: 8,
			fontSize: 11,
			...options,
		}),
	];
}

function cellsOf(row: Row, map: string): Cell[] {
	return words.flatMap((query) =>
		words.flatMap((key) => {
			const p = numberAt(row, `attention/p.${key}${query}`);
			return p === undefined ? [] : [{ map, key: nameOf(key), query: nameOf(query), p }];
		}),
	);
}

/** Three significant digits. */
const short = (value: number) => String(Number(value.toPrecision(3)));

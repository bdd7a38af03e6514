/** Names against learning rates: a number in each cell, its colour, and a cross where the run diverged. */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { withLinks } from "./links.ts";

export interface RateCell {
	readonly name: string;
	readonly rate: number;
	/** NaN where there is none. */
	readonly value: number;
	readonly diverged: boolean;
	readonly href?: string;
}

export interface RateGridFigure extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** What the numbers are. */
	readonly quantity: string;
	/** The colour scale ends here; larger values have the last colour. Default: the largest value. */
	readonly most?: number;
}

/** The smallest value of each name is framed. Undefined where there is nothing to draw. */
export function drawRateGrid(cells: readonly RateCell[], options: RateGridFigure): Figure | undefined {
	if (cells.length === 0) return undefined;
	const { id, title, caption, quantity } = options;
	const names = unique(cells.map(({ name }) => name));
	const rates = unique(cells.map(({ rate }) => rate)).sort((a, b) => a - b);
	const values = cells.map(({ value }) => value).filter(Number.isFinite);
	const [low, high] = [Math.min(...values), Math.max(...values)];
	const top = Math.max(low, Math.min(high, options.most ?? high));
	const best = names.flatMap((name) => {
		const known = cells.filter((cell) => cell.name === name && Number.isFinite(cell.value));
		return known.length > 1 ? [known.reduce((least, cell) => (cell.value < least.value ? cell : least))] : [];
	});
	const titleOf = ({ name, rate, value, diverged }: RateCell) =>
		`${name} at ${rate}: ${diverged ? "diverged" : Number.isFinite(value) ? value.toFixed(4) : "no result"}`;
	const place = { x: "rate", y: "name" } as const;
	const plot: Plot.PlotOptions = {
		height: 66 + 24 * names.length,
		marginLeft: Math.min(170, 16 + 6.6 * Math.max(...names.map(({ length }) => length))),
		marginTop: 10,
		x: {
			type: "band",
			domain: rates,
			label: "learning rate →",
			labelAnchor: "right",
			tickFormat: String,
			padding: 0.04,
		},
		y: { type: "band", domain: names, label: null, padding: 0.06 },
		color: { scheme: "viridis", domain: [low, top], clamp: true, reverse: true },
		marks: [
			Plot.cell(
				cells.filter(({ value }) => Number.isFinite(value)),
				{ ...place, fill: "value", fillOpacity: 0.35, title: titleOf, href: "href" },
			),
			Plot.cell(best, { ...place, fill: "none", stroke: "currentColor", strokeWidth: 1.6 }),
			Plot.text(cells, {
				...place,
				text: ({ value, diverged }: RateCell) =>
					diverged ? "×" : Number.isFinite(value) ? value.toFixed(2) : "?",
				fill: "currentColor",
				title: titleOf,
				href: "href",
			}),
		],
	};
	const svg = compose(
		{ id, title, caption, plots: [plot], ...(values.length > 0 && { ramp: quantity }) },
		options,
	);
	if (cells.some(({ href }) => href)) withLinks(svg);
	const rows = cells.map(({ name, rate, value, diverged }) => ({
		name,
		learningRate: rate,
		state: diverged ? "diverged" : Number.isFinite(value) ? "finished" : "no result",
		...(Number.isFinite(value) && { value }),
	}));
	return { id, title, caption, svg, rows };
}

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];

/**
 * Square matrices side by side, rows of them by one thing and columns by another, all with one scale of colours.
 *
 * Together they have many thousands of entries, so a matrix is not made of one rectangle an entry: entries are rounded
 * to the scale's shades, and all of one shade are one path.
 */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { DataRow, Figure, FigureOptions } from "./figure.ts";

export interface MatrixPicture {
	readonly row: string;
	readonly column: string;
	/** n × n, row by row; what lies outside of the domain has the colour of its end. NaN stays blank. */
	readonly values: ArrayLike<number>;
	/** What the table behind the figure says of it. */
	readonly statistics: DataRow;
}

export interface MatricesFigure extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** What the colour is. */
	readonly quantity: string;
	/** Ends of the colours. */
	readonly domain: readonly [number, number];
	/** What stands above the names of the columns. */
	readonly columns: string;
}

const shades = 24;
const [left, above, gap] = [126, 34, 5];

export function drawMatrices(
	pictures: readonly MatrixPicture[],
	options: MatricesFigure,
): Figure | undefined {
	if (pictures.length === 0) return undefined;
	const { id, title, caption, quantity, domain, columns: heading } = options;
	const rows = [...new Set(pictures.map(({ row }) => row))];
	const columns = [...new Set(pictures.map(({ column }) => column))];
	const cell = Math.min(90, (440 - left - 4) / columns.length);
	const plot: Plot.PlotOptions = {
		height: above + rows.length * cell + 4,
		margin: 0,
		axis: null,
		// The picture's own units.
		x: { type: "identity" },
		y: { type: "identity" },
		color: { scheme: "viridis", domain: [...domain], clamp: true },
		marks: [
			Plot.text([heading], { x: left, y: 8, text: (text) => text, textAnchor: "start", fontSize: 11 }),
			Plot.text(columns, {
				x: (column) => left + (columns.indexOf(column) + 0.5) * cell - gap / 2,
				y: above - 10,
				text: (column) => column,
			}),
			Plot.text(rows, {
				x: left - 8,
				y: (row) => above + rows.indexOf(row) * cell + (cell - gap) / 2,
				text: (row) => row,
				textAnchor: "end",
				lineWidth: 9,
			}),
			(_index, scales, _values, _dimensions, { document }) => {
				const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
				group.setAttribute("aria-label", "matrices");
				const colour = scales.color as (value: number) => string;
				for (const picture of pictures) {
					const x = left + columns.indexOf(picture.column) * cell;
					const y = above + rows.indexOf(picture.row) * cell;
					group.append(drawn(document, picture, domain, colour, `translate(${x},${y})`, cell - gap));
				}
				return group;
			},
		],
	};
	const svg = compose({ id, title, caption, plots: [plot], ramp: quantity }, options);
	return { id, title, caption, svg, rows: pictures.map(({ statistics }) => statistics) };
}

function drawn(
	document: Document,
	{ row, column, values }: MatrixPicture,
	[low, high]: readonly [number, number],
	colour: (value: number) => string,
	place: string,
	size: number,
): SVGElement {
	const element = (name: string) => document.createElementNS("http://www.w3.org/2000/svg", name);
	const n = Math.sqrt(values.length);
	const group = element("g");
	group.setAttribute("transform", `${place} scale(${Number((size / n).toFixed(4))})`);
	group.setAttribute("shape-rendering", "crispEdges");
	const title = element("title");
	title.append(`${row}, ${column}`);
	group.append(title);
	const shadeOf = (value: number) =>
		Math.round((shades - 1) * Math.min(1, Math.max(0, (value - low) / (high - low))));
	const paths = new Map<number, string>();
	for (let i = 0; i < n; i++)
		for (let j = 0; j < n; ) {
			const shade = shadeOf(values[i * n + j]!);
			if (Number.isNaN(shade)) {
				j++;
				continue;
			}
			let end = j + 1;
			while (end < n && shadeOf(values[i * n + end]!) === shade) end++;
			paths.set(shade, `${paths.get(shade) ?? ""}M${j},${i}h${end - j}v1h${j - end}z`);
			j = end;
		}
	for (const [shade, d] of paths) {
		const path = element("path");
		path.setAttribute("fill", colour(low + ((high - low) * shade) / (shades - 1)));
		path.setAttribute("d", d);
		group.append(path);
	}
	return group;
}

/**
 * Square matrices side by side, rows of them by one thing and columns by another, all with one scale of colours.
 *
 * Together they have many thousands of entries: a matrix is not made of one rectangle an entry (`shaded-grid.ts`).
 */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { DataRow, Figure, FigureOptions } from "./figure.ts";
import { shadedGrid } from "./shaded-grid.ts";

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
	domain: readonly [number, number],
	colour: (value: number) => string,
	place: string,
	size: number,
): SVGElement {
	const n = Math.sqrt(values.length);
	const group = shadedGrid(document, { rows: n, columns: n, values }, domain, colour, {
		width: size,
		height: size,
	});
	group.setAttribute("transform", place);
	const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
	title.append(`${row}, ${column}`);
	group.prepend(title);
	return group;
}

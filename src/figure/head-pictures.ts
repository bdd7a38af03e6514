/**
 * A picture of each head: what every query gives to every key, layers downwards and heads across. Colours go by the
 * root of the weight, and what is above the scale has its last colour.
 *
 * A network has thousands of weights to show, so a picture is not made of one rectangle a weight: weights are rounded
 * to sixteen colours, and all of one colour are one path.
 */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { DataRow, Figure, FigureOptions } from "./figure.ts";

/** One head of one network. */
export interface HeadPicture {
	/** From 1. */
	readonly layer: number;
	readonly head: number;
	/** Square, [query][key], each weight from 0 to 1. */
	readonly weights: readonly (readonly number[])[];
	/** A word or two below the picture. */
	readonly label: string;
	/** What the table behind the figure says of the head. */
	readonly statistics: DataRow;
}

export interface HeadPicturesOptions extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
	/** Later positions are shut out, and not drawn. */
	readonly causal: boolean;
}

const colours = 16;

/** Colours of the weights from 0 to `top`: even steps of the root, so that small weights differ too. */
const shades = (top: number) => ({
	/** The index of a weight's colour; of a weight above `top` the last. */
	shadeOf: (weight: number) => Math.round((colours - 1) * Math.sqrt(Math.min(1, weight / top))),
	weightOf: (shade: number) => top * (shade / (colours - 1)) ** 2,
});

/** The first queries have few keys to choose from, and large weights of necessity; colours are for the later half. */
const largestWeight = (heads: readonly HeadPicture[]): number =>
	Math.max(1e-3, ...heads.flatMap(({ weights }) => weights.slice(weights.length >> 1).flat()));

export function drawHeadPictures(
	heads: readonly HeadPicture[],
	options: HeadPicturesOptions,
): Figure | undefined {
	if (heads.length === 0) return undefined;
	const { id, title, caption, causal } = options;
	const top = largestWeight(heads);
	const layers = [...new Set(heads.map(({ layer }) => layer))].sort((a, b) => a - b);
	const columns = [...new Set(heads.map(({ head }) => head))].sort((a, b) => a - b);
	const [left, above, gap] = [58, 20, 6];
	const cell = Math.min(110, (440 - left - 4) / columns.length);
	// Labels need about 80 units.
	const label = cell > 80 ? 18 : 0;
	const place = ({ layer, head }: HeadPicture) => ({
		x: left + columns.indexOf(head) * cell,
		y: above + layers.indexOf(layer) * (cell + label),
	});
	const plot: Plot.PlotOptions = {
		height: above + layers.length * (cell + label) + 4,
		margin: 0,
		axis: null,
		// The picture's own units.
		x: { type: "identity" },
		y: { type: "identity" },
		color: { type: "sqrt", scheme: "viridis", domain: [0, top], clamp: true },
		marks: [
			Plot.text(columns, {
				x: (head) => left + (columns.indexOf(head) + 0.5) * cell - gap / 2,
				y: above - 10,
				text: (head) => (cell > 50 ? `head ${head}` : String(head)),
			}),
			Plot.text(layers, {
				x: left - 6,
				y: (layer) => above + layers.indexOf(layer) * (cell + label) + (cell - gap) / 2,
				text: (layer) => `layer ${layer}`,
				textAnchor: "end",
			}),
			...(label
				? [
						Plot.text(heads, {
							x: (head) => place(head).x,
							y: (head) => place(head).y + cell - gap + 10,
							text: "label",
							textAnchor: "start",
							fontSize: 11,
						}),
					]
				: []),
			(_index, scales, _values, _dimensions, { document }) => {
				const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
				group.setAttribute("aria-label", "heads");
				for (const head of heads) {
					const { x, y } = place(head);
					group.append(
						picture(document, head, causal, { x, y, size: cell - gap, top, colour: scales.color as Colour }),
					);
				}
				return group;
			},
		],
	};
	const ramp = "mean weight";
	const svg = compose({ id, title, caption, plots: [plot], ramp }, options);
	return { id, title, caption, svg, rows: heads.map(({ statistics }) => statistics) };
}

type Colour = (weight: number) => string;

interface Drawing {
	readonly x: number;
	readonly y: number;
	readonly size: number;
	/** The weight of the last colour. */
	readonly top: number;
	readonly colour: Colour;
}

function picture(
	document: Document,
	{ layer, head, label, weights }: HeadPicture,
	causal: boolean,
	{ x, y, size, top, colour }: Drawing,
): SVGElement {
	const element = (name: string) => document.createElementNS("http://www.w3.org/2000/svg", name);
	const unit = size / weights.length;
	const { shadeOf, weightOf } = shades(top);
	const group = element("g");
	group.setAttribute("transform", `translate(${round(x)},${round(y)}) scale(${round(unit)})`);
	group.setAttribute("shape-rendering", "crispEdges");
	const title = element("title");
	title.append(`layer ${layer}, head ${head}: ${label}`);
	group.append(title);
	for (const [shade, d] of pathsOf(weights, causal, shadeOf)) {
		const path = element("path");
		path.setAttribute("fill", colour(weightOf(shade)));
		path.setAttribute("d", d);
		group.append(path);
	}
	return group;
}

const round = (value: number) => Number(value.toFixed(3));

/** For each colour a path of its weights, in units of one weight: a bar for each run of equal neighbours in a row. */
function pathsOf(
	weights: readonly (readonly number[])[],
	causal: boolean,
	shadeOf: (weight: number) => number,
): Map<number, string> {
	const paths = new Map<number, string>();
	for (const [t, row] of weights.entries()) {
		const shown = row.slice(0, causal ? t + 1 : row.length).map(shadeOf);
		for (let s = 0; s < shown.length; ) {
			let end = s + 1;
			while (end < shown.length && shown[end] === shown[s]) end++;
			paths.set(shown[s]!, `${paths.get(shown[s]!) ?? ""}M${s},${t}h${end - s}v1h${s - end}z`);
			s = end;
		}
	}
	return paths;
}

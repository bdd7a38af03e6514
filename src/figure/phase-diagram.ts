/**
 * The phase diagram: whether the norm grew or shrank, in the plane of learning rate and weight decay, after Fig. 6 of
 * Merrill et al. 2021. One rectangle a run, side by side where there are several seeds; a click opens the run.
 *
 * What colours say, signs repeat: + grew, − shrank, ± the seeds disagree, × diverged, ? no result.
 */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { withLinks } from "./links.ts";
import { cellEdges, distinct, logCellAxis } from "./log-grid.ts";

/** One run of the grid. */
export interface PhaseCell {
	readonly learningRate: number;
	readonly weightDecay: number;
	readonly seed: number;
	readonly state: string;
	/** ln(‖θ‖ at the end / ‖θ‖ at the beginning); absent unless the run finished. */
	readonly growth?: number | undefined;
	/** Where a click leads, relative to the page. */
	readonly href?: string | undefined;
}

/** A boundary: the weight decay below which the norm grows, by learning rate. */
export interface Boundary {
	readonly label: string;
	/** Of the line; `none` for a solid one, drawn broader. */
	readonly dash: string;
	readonly points: readonly { readonly learningRate: number; readonly weightDecay: number }[];
}

export interface PhaseDiagramOptions extends FigureOptions {
	readonly cells: readonly PhaseCell[];
	readonly boundaries: readonly Boundary[];
	/** The point to mark with a triangle: the optimizer's defaults. */
	readonly defaults?: { readonly learningRate: number; readonly weightDecay: number };
}

/** Light in both themes, as every cell is: what is drawn on cells is black with a white edge. */
const noResult = "#c9c9c9";
const onCells = { fill: "black", stroke: "white", pointerEvents: "none" } as const;
const height = 400;

/** Undefined if no run of the grid has ended. */
export function drawPhaseDiagram(options: PhaseDiagramOptions): Figure | undefined {
	const {
		cells,
		boundaries,
		defaults,
		id = "phase-diagram",
		title = "Growing or shrinking: learning rate and weight decay",
		caption = "",
	} = options;
	if (!cells.some(({ state }) => state === "finished" || state === "diverged")) return undefined;
	const rates = distinct(cells.map(({ learningRate }) => learningRate));
	const decays = distinct(cells.map(({ weightDecay }) => weightDecay));
	const seeds = distinct(cells.map(({ seed }) => seed));
	const [rateEdges, decayEdges] = [cellEdges(rates), cellEdges(decays)];
	const growths = cells.flatMap(({ growth }) => growth ?? []);
	const [least, most] = [Math.min(0, ...growths), Math.max(0, ...growths)];
	const color: Plot.ScaleOptions = {
		// Most of the plane changes little: near 0 the scale is stretched, and each sign has its full range of colours.
		type: "diverging-symlog",
		constant: 0.01,
		domain: [least || -1e-6, most || 1e-6],
		symmetric: false,
		scheme: "PuOr",
		reverse: true,
	};
	const rectangles = cells.map((cell) => {
		const [x1, x2] = rateEdges(cell.learningRate);
		const [part, parts] = [seeds.indexOf(cell.seed), seeds.length];
		const [y1, y2] = decayEdges(cell.weightDecay);
		return {
			...cell,
			x1: x1 * (x2 / x1) ** (part / parts),
			x2: x1 * (x2 / x1) ** ((part + 1) / parts),
			y1,
			y2,
		};
	});
	const places = rates.flatMap((learningRate) =>
		decays.map((weightDecay) => {
			const here = cells.filter((c) => c.learningRate === learningRate && c.weightDecay === weightDecay);
			return { learningRate, weightDecay, sign: signOf(here) };
		}),
	);
	const isDefault = (place: { learningRate: number; weightDecay: number }) =>
		place.learningRate === defaults?.learningRate && place.weightDecay === defaults.weightDecay;
	const signs = (shown: typeof places, dy: number) =>
		Plot.text(shown, {
			x: "learningRate",
			y: "weightDecay",
			text: "sign",
			dy,
			fontSize: rates.length > 12 ? 10 : 13,
			fontWeight: 600,
			strokeWidth: 2.5,
			...onCells,
		});
	const lines = boundaries.flatMap(({ dash, points }) =>
		[
			{ stroke: "white", strokeWidth: dash === "none" ? 6 : 4, strokeOpacity: 0.85 },
			{ stroke: "black", strokeWidth: dash === "none" ? 3.5 : 1.8, strokeDasharray: dash },
		].map((style) =>
			Plot.line(points, {
				x: "learningRate",
				y: "weightDecay",
				clip: true,
				pointerEvents: "none",
				...style,
			}),
		),
	);
	const diagram: Plot.PlotOptions = {
		height,
		marginBottom: 40,
		x: { ...logCellAxis(rates, "learning rate η →"), labelAnchor: "right" },
		y: { ...logCellAxis(decays, "↑ weight decay λ"), labelAnchor: "top" },
		color,
		marks: [
			Plot.rect(rectangles, {
				x1: "x1",
				x2: "x2",
				y1: "y1",
				y2: "y2",
				fill: ({ growth }: PhaseCell) => growth ?? null,
				href: "href",
				title: describe,
				ariaLabel: describe,
				stroke: "white",
				strokeWidth: 0.5,
			}),
			Plot.rect(
				rectangles.filter(({ growth }) => growth === undefined),
				{ x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: noResult, href: "href", title: describe },
			),
			// Above the triangle, which stands at its cell's centre.
			signs(
				places.filter((place) => !isDefault(place)),
				0,
			),
			signs(places.filter(isDefault), -11),
			...lines,
			...(defaults
				? [
						Plot.dot([defaults], {
							x: "learningRate",
							y: "weightDecay",
							symbol: "triangle",
							r: 4.5,
							fill: "white",
							stroke: "black",
							strokeWidth: 1.5,
							pointerEvents: "none",
							clip: true,
						}),
					]
				: []),
		],
	};
	const svg = compose(
		{
			id,
			title,
			caption,
			plots: [rampPlot(color, least, most), diagram],
			legend: boundaries.map(({ label, dash }) => ({ label, dash })),
		},
		options,
	);
	withLinks(svg);
	const rows = cells.map(({ learningRate, weightDecay, seed, state, growth }) => ({
		learningRate,
		weightDecay,
		seed,
		state,
		...(growth !== undefined && { growth: Math.exp(growth) }),
	}));
	return { id, title, caption, svg, rows };
}

/** The runs of one place in a sign. */
function signOf(cells: readonly PhaseCell[]): string {
	if (cells.some(({ state }) => state === "diverged")) return "×";
	const signs = new Set(cells.flatMap(({ growth }) => (growth === undefined ? [] : growth > 0 ? "+" : "−")));
	return signs.size === 0 ? "?" : signs.size === 1 ? [...signs][0]! : "±";
}

function describe({ learningRate, weightDecay, seed, state, growth }: PhaseCell): string {
	const result = growth === undefined ? state : `norm × ${Number(Math.exp(growth).toPrecision(4))}`;
	return `learning rate ${learningRate}, weight decay ${weightDecay}, seed ${seed}: ${result}`;
}

/** The colours and signs, named: shrank to the left of 1, grew to the right. */
function rampPlot(color: Plot.ScaleOptions, least: number, most: number): Plot.PlotOptions {
	const half = 20;
	const bars = Array.from({ length: 2 * half }, (_, i) => {
		const share = (i + 0.5 - half) / half;
		// As the scale is stretched, so is its picture.
		const end = share < 0 ? -least : most;
		const value = Math.sign(share) * 0.01 * Math.expm1(Math.abs(share) * Math.log1p(end / 0.01));
		return { x1: (i - half) / half, x2: (i + 1 - half) / half, value };
	});
	const times = (value: number) => `× ${Number(Math.exp(value).toPrecision(3))}`;
	const labels = [
		{ x: -1, text: `− shrank, ${times(least)}`, anchor: "start" },
		{ x: 0, text: "× 1", anchor: "middle" },
		{ x: 1, text: `+ grew, ${times(most)}`, anchor: "end" },
	] as const;
	return {
		height: 40,
		marginTop: 22,
		marginBottom: 6,
		x: { domain: [-1, 1], axis: null },
		y: { domain: [0, 1], axis: null },
		color,
		marks: [
			Plot.rect(bars, { x1: "x1", x2: "x2", y1: 0, y2: 1, fill: "value" }),
			...labels.map(({ x, text, anchor }) =>
				Plot.text([text], {
					x: [x],
					y: [1],
					dy: -10,
					text: [text],
					textAnchor: anchor,
					fill: "currentColor",
				}),
			),
		],
	};
}

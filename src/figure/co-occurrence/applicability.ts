/**
 * Where a theory applies: a grid of runs over the initial scale of attention and the number of samples, once for each
 * statement. One rectangle a run, side by side where there are several seeds; a click opens the run.
 *
 *     n ↑  3 3 3 0      how many of the seeds meet the statement;
 *          3 3 2 0      what the number says, colours repeat
 *          0 0 0 0  σ_K →
 */
import * as Plot from "@observablehq/plot";
import { compose } from "../compose.ts";
import type { Figure, FigureOptions } from "../figure.ts";
import { withLinks } from "../links.ts";
import { distinct } from "../log-grid.ts";

/** One run of the grid. */
export interface ApplicabilityCell {
	/** σ_K = σ_Q. */
	readonly scale: number;
	/** n. */
	readonly samples: number;
	readonly seed: number;
	/** Whether the run meets each statement, by its name; nothing of a run that did not finish. */
	readonly meets: Readonly<Record<string, boolean>>;
	/** Where a click leads, relative to the page. */
	readonly href?: string | undefined;
}

export interface ApplicabilityOptions extends FigureOptions {
	readonly cells: readonly ApplicabilityCell[];
	/** The statements, one panel each: a name and a few words. */
	readonly statements: readonly { readonly name: string; readonly label: string }[];
}

/** Light in both themes: what is written on cells is black. */
const colours = { met: "#9ccfe0", missed: "#f6c08c", unknown: "#c9c9c9" } as const;
const rowHeight = 23;
const columns = 2;

/** Undefined if no run of the grid has finished. */
export function drawApplicability(options: ApplicabilityOptions): Figure | undefined {
	const {
		cells,
		statements,
		id = "applicability",
		title = "Where the theory applies: initial scale and number of samples",
		caption = "",
	} = options;
	if (!cells.some(({ meets }) => Object.keys(meets).length > 0)) return undefined;
	const scales = distinct(cells.map(({ scale }) => scale));
	const sizes = distinct(cells.map(({ samples }) => samples));
	const seeds = distinct(cells.map(({ seed }) => seed));
	const panels = statements.map((statement, i) => ({
		...statement,
		fx: i % columns,
		fy: Math.floor(i / columns),
	}));
	const rectangles = panels.flatMap(({ name, label, fx, fy }) =>
		cells.map(({ scale, samples, seed, meets, href }) => {
			const x = scales.indexOf(scale) + seeds.indexOf(seed) / seeds.length;
			const met = meets[name];
			const answer = met === undefined ? "no result" : met ? "met" : "not met";
			return {
				...{ fx, fy, href, x1: x, x2: x + 1 / seeds.length, y: sizes.indexOf(samples) },
				fill: met === undefined ? colours.unknown : met ? colours.met : colours.missed,
				title: `σ_K ${scale}, ${samples} samples, seed ${seed}: ${label}: ${answer}`,
			};
		}),
	);
	const counts = panels.flatMap(({ name, fx, fy }) =>
		scales.flatMap((scale, i) =>
			sizes.map((samples, j) => {
				const here = cells.filter((cell) => cell.scale === scale && cell.samples === samples);
				const known = here.flatMap(({ meets }) => meets[name] ?? []);
				const text = known.length === 0 ? "?" : String(known.filter(Boolean).length);
				return { fx, fy, x: i + 0.5, y: j + 0.5, text };
			}),
		),
	);
	const places = panels.flatMap(({ fx, fy }) =>
		scales.flatMap((_, x) => sizes.map((_, y) => ({ fx, fy, x1: x, x2: x + 1, y1: y, y2: y + 1 }))),
	);
	const every = Math.ceil(scales.length / 6);
	const rows = Math.ceil(panels.length / columns);
	const grid: Plot.PlotOptions = {
		height: rows * (sizes.length * rowHeight + 34) + 58,
		marginTop: 40,
		marginBottom: 40,
		fx: { axis: null, paddingInner: 0.08 },
		fy: { axis: null, paddingInner: 0.16 },
		x: {
			domain: [0, scales.length],
			ticks: scales.flatMap((_, i) => (i % every === 0 ? [i + 0.5] : [])),
			tickFormat: (at: number) => String(scales[at - 0.5]),
			tickSize: 0,
			label: "initial scale of attention σ_K →",
			labelAnchor: "right",
		},
		y: {
			domain: [0, sizes.length],
			ticks: sizes.map((_, j) => j + 0.5),
			tickFormat: (at: number) => String(sizes[at - 0.5]),
			tickSize: 0,
			label: "↑ samples n",
			labelAnchor: "top",
		},
		marks: [
			Plot.rect(rectangles, {
				...{ fx: "fx", fy: "fy", x1: "x1", x2: "x2", y1: "y", y2: ({ y }: { y: number }) => y + 1 },
				...{ fill: "fill", href: "href", title: "title", stroke: "white", strokeWidth: 0.5 },
			}),
			Plot.rect(places, {
				...{ fx: "fx", fy: "fy", x1: "x1", x2: "x2", y1: "y1", y2: "y2" },
				...{ fill: "none", stroke: "white", strokeWidth: 1.5, pointerEvents: "none" },
			}),
			Plot.text(counts, {
				...{ fx: "fx", fy: "fy", x: "x", y: "y", text: "text" },
				...{ fill: "black", fontWeight: 600, pointerEvents: "none" },
			}),
			Plot.text(panels, {
				...{ fx: "fx", fy: "fy", text: "label", frameAnchor: "top-left", dy: -13, fill: "currentColor" },
			}),
		],
	};
	const svg = compose({ id, title, caption, plots: [key(seeds.length), grid] }, options);
	withLinks(svg);
	return {
		...{ id, title, caption, svg },
		rows: cells.map(({ scale, samples, seed, meets }) => ({
			scale,
			samples,
			seed,
			...Object.fromEntries(
				statements.flatMap(({ name }) => (meets[name] === undefined ? [] : [[name, Number(meets[name])]])),
			),
		})),
	};
}

/** The colours in words. */
function key(seeds: number): Plot.PlotOptions {
	const entries = [
		{ x: 0, fill: colours.met, text: "met" },
		{ x: 60, fill: colours.missed, text: "not met" },
		{
			x: 150,
			fill: colours.unknown,
			text: `no result; numbers: of ${seeds} ${seeds === 1 ? "seed" : "seeds"}`,
		},
	];
	return {
		...{ height: 22, marginTop: 2, marginBottom: 4, marginLeft: 8 },
		x: { domain: [0, 416], axis: null },
		y: { domain: [0, 1], axis: null },
		marks: [
			Plot.rect(entries, { x1: "x", x2: ({ x }: { x: number }) => x + 14, y1: 0.1, y2: 0.9, fill: "fill" }),
			Plot.text(entries, {
				...{ x: ({ x }: { x: number }) => x + 20, y: 0.5, text: "text" },
				...{ textAnchor: "start", fill: "currentColor" },
			}),
		],
	};
}

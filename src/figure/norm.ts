/** Norm against √t with its fitted growth law. Merrill et al. 2021, §3, Fig. 1 (left). */
import * as Plot from "@observablehq/plot";
import { stepAxis } from "./axis.ts";
import { type ComposedPlot, compose } from "./compose.ts";
import { type Figure, type FigureOptions, type Row, runsOf, valuesOf } from "./figure.ts";
import { lastStep, seriesDots, seriesLegend, seriesScales, table } from "./panels.ts";

/** A fit to draw through a run's points: any curve, with the words for its legend. */
export interface FittedCurve {
	readonly run: string;
	/** Such as `0.61·√t + 83.3, r² = .9979`. */
	readonly label: string;
	predict(step: number): number;
}

export interface NormOptions extends FigureOptions {
	/** Default `dyn/norm.encoder`. */
	readonly key?: string;
	readonly fits?: readonly FittedCurve[];
}

export function drawNorm(rows: readonly Row[], options: NormOptions = {}): Figure | undefined {
	const { key = "dyn/norm.encoder", fits = [] } = options;
	const points = valuesOf(rows, key);
	if (points.length === 0) return undefined;
	const {
		id = "norm",
		title = options.axis ? "Parameter norm" : "Parameter norm against √t",
		caption = `Norm of the encoder's parameters (no embeddings, no classifier). ${
			(options.axis ?? "sqrt") === "sqrt"
				? "On this axis growth like √t is a straight line; dashed"
				: "Dashed"
		}: the least-squares fit a·√t + b through the points at equal distances of each run${
			options.isThinned ? ", of those that are drawn. There are more steps than these" : ""
		}.`,
	} = options;
	const runs = runsOf(rows);
	const last = lastStep(points);
	const curves = fits.flatMap(({ run, predict }) =>
		Array.from({ length: 61 }, (_, i) => (i / 60) ** 2 * last).map((step) => ({
			run,
			step,
			value: predict(step),
		})),
	);
	const plot: ComposedPlot = {
		shows: { values: [key] },
		height: 280,
		x: stepAxis(last, options.axis),
		y: { label: "↑ ‖θ‖", nice: true, grid: true },
		...seriesScales(runs),
		marks: [
			Plot.line(curves, {
				x: "step",
				y: "value",
				z: "run",
				stroke: "run",
				strokeDasharray: "5,4",
				strokeWidth: 1.4,
			}),
			seriesDots(points, 3),
		],
	};
	const across = { column: "step", time: "step", runs };
	const legend = seriesLegend(runs).map((entry) => {
		const fit = fits.find(({ run }) => run === entry.label);
		return fit ? { ...entry, label: `${entry.label}: ${fit.label}` } : entry;
	});
	const svg = compose({ id, title, caption, plots: [plot], across, legend }, options);
	return { id, title, caption, svg, rows: table(rows, [key]) };
}

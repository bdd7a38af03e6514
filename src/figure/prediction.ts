/** A measured norm beside what several laws predict of it. Merrill et al. 2021, §5. */
import * as Plot from "@observablehq/plot";
import { stepAxis } from "./axis.ts";
import { type ComposedPlot, compose } from "./compose.ts";
import { type Figure, type FigureOptions, type Row, runsOf, valuesOf } from "./figure.ts";
import { lastStep, seriesScales } from "./panels.ts";

export interface PredictionOptions extends FigureOptions {
	/** The laws to draw: the key of each in the rows, and its name. */
	readonly laws: readonly { readonly key: string; readonly label: string }[];
	readonly id: string;
	readonly title: string;
	readonly caption: string;
}

const measured = "measured";

/** Rows hold the measured `norm` and a norm under each law's key; one panel a run. */
export function drawPrediction(rows: readonly Row[], options: PredictionOptions): Figure | undefined {
	const { id, title, caption, laws } = options;
	const points = valuesOf(rows, "norm");
	if (points.length === 0) return undefined;
	const runs = runsOf(points);
	const names = [measured, ...laws.map(({ label }) => label)];
	const curves = laws.flatMap(({ key, label }) =>
		valuesOf(rows, key).map((point) => ({ ...point, law: label })),
	);
	const plots = runs.map((run, i): ComposedPlot => {
		const shown = points.filter((point) => point.run === run);
		const [low, high] = [
			Math.min(...shown.map(({ value }) => value)),
			Math.max(...shown.map(({ value }) => value)),
		];
		// Laws that miss by far leave the panel: the measured norm is what it is about.
		const room = 0.35 * (high - low || high);
		const domain = [Math.max(0, low - room), high + room] as const;
		const end = i === runs.length - 1;
		return {
			shows: { where: { run } },
			height: end ? 200 : 188,
			...(end ? {} : { marginBottom: 24 }),
			x: { ...stepAxis(lastStep(shown), options.axis), ...(end ? {} : { label: null }) },
			y: { label: `↑ ‖θ‖, ${run}`, domain, grid: true, ticks: 4 },
			...seriesScales(names),
			marks: [
				Plot.line(
					// Clipped at the panel's edge; a value far outside would be no number that an SVG can hold.
					curves
						.filter((point) => point.run === run)
						.map((point) => ({ ...point, value: Math.min(point.value, 2 * domain[1]) })),
					{ x: "step", y: "value", z: "law", stroke: "law", strokeWidth: 1.6, clip: true },
				),
				Plot.dot(
					shown.filter((_, k) => k % Math.ceil(shown.length / 40) === 0),
					{
						x: "step",
						y: "value",
						fill: () => measured,
						symbol: () => measured,
						r: 2.8,
						stroke: "none",
						title: ({ step, value }) => `${run}, step ${step}: ${value}`,
					},
				),
			],
		};
	});
	const legend = names.map((label, series) => ({ label, series }));
	const svg = compose(
		{ id, title, caption, plots, across: { column: "step", time: "step" }, legend },
		options,
	);
	const data = [
		...points.map(({ run, step, value }) => ({ run, step, law: measured, norm: value })),
		...curves.map(({ run, step, law, value }) => ({ run, step, law, norm: value })),
	];
	return { id, title, caption, svg, rows: data };
}

/** Where weight decay ends norm growth: norms from several starts, and the level that theory predicts. */
import * as Plot from "@observablehq/plot";
import { logTicksWithin, stepAxis } from "./axis.ts";
import { type ComposedPlot, compose } from "./compose.ts";
import type { Figure, FigureOptions, Row } from "./figure.ts";
import { lastStep, seriesLegend, seriesScales } from "./panels.ts";

interface Point {
	readonly optimizer: string;
	readonly start: string;
	readonly step: number;
	readonly norm: number;
	readonly predictedNorm: number;
}

/** Rows of one point each: `optimizer`, `start`, `step`, `norm`, and the predicted equilibrium `predictedNorm`. */
export function drawEquilibria(
	rows: readonly Row[],
	options: FigureOptions & { readonly label?: (optimizer: string) => string } = {},
): Figure | undefined {
	const points = (rows as readonly (Row & Partial<Point>)[]).filter(
		(row): row is Row & Point =>
			typeof row.optimizer === "string" &&
			typeof row.start === "string" &&
			typeof row.norm === "number" &&
			typeof row.predictedNorm === "number",
	);
	if (points.length === 0) return undefined;
	const {
		id = "equilibria",
		title = "Weight decay holds the norm",
		caption = "Norm of a scale-invariant block during a walk with weight decay, from below and from above. Dashed: the " +
			"equilibrium that is predicted from learning rate, decay and gradient size. Whatever the start, the norm ends there.",
		label = (optimizer: string) => optimizer,
		// A walk with decay goes to its end like e^−ct.
		axis = "linear",
	} = options;
	const starts = [...new Set(points.map(({ start }) => start))];
	const optimizers = [...new Set(points.map(({ optimizer }) => optimizer))];
	const plots = optimizers.map((optimizer, i): ComposedPlot => {
		const shown = points.filter((point) => point.optimizer === optimizer);
		const norms = shown.map(({ norm }) => norm);
		const [low, high] = [0.9 * Math.min(...norms), 1.1 * Math.max(...norms)];
		const last = i === optimizers.length - 1;
		return {
			shows: { values: ["norm"], where: { optimizer } },
			height: last ? 142 : 130,
			...(last ? {} : { marginBottom: 24 }),
			x: { ...stepAxis(lastStep(shown), axis), ...(last ? {} : { label: null }) },
			y: {
				type: "log",
				label: `↑ ‖θ‖, ${label(optimizer)}`,
				grid: true,
				domain: [low, high],
				ticks: logTicksWithin(low, high),
				tickFormat: (tick: number) => String(tick),
			},
			...seriesScales(starts),
			marks: [
				Plot.ruleY([...new Set(shown.map(({ predictedNorm }) => predictedNorm))].slice(0, 1), {
					stroke: "currentColor",
					strokeDasharray: "5,4",
					strokeWidth: 1.2,
				}),
				Plot.line(shown, { x: "step", y: "norm", z: "start", stroke: "start", strokeWidth: 1.6 }),
				Plot.dot(
					shown.filter((_, k) => k % 6 === 0),
					{
						x: "step",
						y: "norm",
						fill: "start",
						symbol: "start",
						r: 2.6,
						stroke: "none",
						title: ({ start, step, norm }: Point) => `${optimizer}, ${start}, step ${step}: ${norm}`,
					},
				),
			],
		};
	});
	const legend = [
		...seriesLegend(starts).map((entry) => ({ ...entry, label: `starts ${entry.label}` })),
		{ label: "predicted", dash: "5,4" },
	];
	const across = { column: "step", time: "step", runs: starts };
	const svg = compose({ id, title, caption, plots, across, legend }, options);
	const data = points.map(({ optimizer, start, step, norm, predictedNorm }) => ({
		optimizer,
		start,
		step,
		norm,
		predictedNorm,
	}));
	return { id, title, caption, svg, rows: data };
}

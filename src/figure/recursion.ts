/** How a norm grows under each learning-rate schedule, in theory. Merrill et al. 2021, §5, Appendices E and F. */
import * as Plot from "@observablehq/plot";
import { logTicksWithin, stepName } from "./axis.ts";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions, Row } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

interface Point {
	readonly schedule: string;
	readonly direction: string;
	readonly a: number;
	readonly step: number;
	readonly closed: number;
	readonly recursion: number;
}

/**
 * Rows of one point each: `schedule`, `direction` (aligned, misaligned), `a`, `step` (updates made), and ln(r_t / r_0)
 * as `closed` and as `recursion`. Lines are the closed forms, symbols the recursions.
 */
export function drawRecursions(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	const points = (rows as readonly (Row & Partial<Point>)[]).filter(
		(row): row is Row & Point =>
			typeof row.schedule === "string" &&
			typeof row.closed === "number" &&
			typeof row.recursion === "number" &&
			row.step > 0,
	);
	if (points.length === 0) return undefined;
	const {
		id = "recursions",
		title = "Norm growth in theory",
		caption = "How far the norm grows if every step is a·η‖θ‖ long: at right angles to the parameters (top, as a factor) " +
			"or straight outwards (bottom, as the logarithm of the factor). Both axes are logarithmic, so a power of t is a " +
			"straight line. Symbols: one update after the other; lines: closed forms, solid for a = 1, dashed for a = ½. Only " +
			"1/√t with a = 1 gives √t; with a = ½ it gives t^⅛.",
	} = options;
	const schedules = [...new Set(points.map(({ schedule }) => schedule))];
	const largest = Math.max(...points.map(({ a }) => a));
	const scales = seriesScales(schedules);
	const panel = (direction: string, last: boolean): Plot.PlotOptions => {
		const aligned = direction === "aligned";
		const value = (log: number) => (aligned ? log : Math.exp(log));
		// Warm-ups begin far below everything else; on logarithmic axes that would be most of the panel.
		const least = aligned ? 0.01 : 0;
		const shown = points.filter((point) => point.direction === direction && point.closed >= least);
		const series = (dashed: boolean) =>
			Plot.line(
				shown.filter(({ a }) => a < largest === dashed),
				{
					x: "step",
					y: ({ closed }: Point) => value(closed),
					z: ({ schedule, a }: Point) => `${schedule} ${a}`,
					stroke: "schedule",
					strokeWidth: 1.4,
					...(dashed ? { strokeDasharray: "5,4" } : {}),
				},
			);
		const values = shown.map(({ closed }) => value(closed));
		return {
			height: last ? 250 : 238,
			...(last ? {} : { marginBottom: 24 }),
			x: {
				type: "log",
				ticks: logTicksWithin(1, Math.max(...points.map(({ step }) => step))),
				tickFormat: stepName,
				label: last ? "updates t →" : null,
				grid: true,
			},
			y: {
				type: "log",
				label: aligned ? "↑ aligned: ln(‖θ‖ / ‖θ₀‖)" : "↑ misaligned: ‖θ‖ / ‖θ₀‖",
				grid: true,
				ticks: logTicksWithin(Math.min(...values), Math.max(...values)),
				tickFormat: (tick: number) => String(tick),
			},
			...scales,
			marks: [
				series(true),
				series(false),
				Plot.dot(
					shown.filter((_, i) => i % 3 === 0),
					{
						x: "step",
						y: ({ recursion }: Point) => value(recursion),
						fill: "schedule",
						symbol: "schedule",
						r: 2.4,
						// A cross is all stroke.
						stroke: "schedule",
						strokeWidth: 1,
						title: ({ schedule, a, step, recursion }: Point) =>
							`${schedule}, a = ${a}, t = ${step}: ln(‖θ‖ / ‖θ₀‖) = ${recursion}`,
					},
				),
			],
		};
	};
	const directions = [...new Set(points.map(({ direction }) => direction))].sort().reverse();
	const plots = directions.map((direction, i) => panel(direction, i === directions.length - 1));
	const legend = [
		...seriesLegend(schedules),
		{ label: "a = 1", dash: "none" },
		{ label: "a = ½", dash: "5,4" },
	];
	const svg = compose({ id, title, caption, plots, legend }, options);
	const data = points.map(({ schedule, direction, a, step, closed, recursion }) => ({
		schedule,
		direction,
		a,
		step,
		closed,
		recursion,
	}));
	return { id, title, caption, svg, rows: data };
}

/**
 * The budget of the norm: ‖θ + δ‖² − ‖θ‖² = 2θᵀδ + ‖δ‖², which part of its growth is the step's way along the
 * parameters and which its length. Merrill et al. 2021, §5, eq. 2 keeps the second alone.
 */
import * as Plot from "@observablehq/plot";
import { stepName } from "./axis.ts";
import { type ComposedPlot, compose } from "./compose.ts";
import { type Figure, type FigureOptions, layersOf, type Row, runsOf, valuesOf } from "./figure.ts";
import { drawHeatMap, spread } from "./heat-map.ts";
import { seriesScales } from "./panels.ts";

const parts = ["along the parameters, 2θᵀδ", "length of the step, ‖δ‖²"];

/** `0.2`, `60k`, `−20k`: what fits beside an axis. */
const shortly = (value: number): string =>
	(value < 0 ? "−" : "") + stepName(Number(Math.abs(value).toPrecision(6)));

export interface BudgetOptions extends FigureOptions {
	/** The keys of 2θᵀδ and ‖δ‖². Default: those of the encoder. */
	readonly radialKey?: string;
	readonly squaredKey?: string;
}

/** Stacked contributions to the squared norm of the encoder, one bar a measured step, one panel a run. */
export function drawBudget(rows: readonly Row[], options: BudgetOptions = {}): Figure | undefined {
	const { radialKey = "dyn/radial.encoder", squaredKey = "dyn/squared_step.encoder" } = options;
	const squared = valuesOf(rows, squaredKey);
	const radial = valuesOf(rows, radialKey);
	if (squared.length === 0 || radial.length === 0) return undefined;
	const {
		id = "budget",
		title = "What makes the norm grow",
		caption = "What each measured step adds to ‖θ‖² of the encoder: by its part along the parameters and by its length. " +
			"Steps at right angles would show the second alone. Measured steps, dense at first, are drawn at equal distances.",
	} = options;
	const bars = [
		...radial.map((point) => ({ ...point, part: parts[0]! })),
		...squared.map((point) => ({ ...point, part: parts[1]! })),
	];
	const runs = runsOf(bars);
	const plots = runs.map((run, i): ComposedPlot => {
		const shown = bars.filter((bar) => bar.run === run);
		const steps = [...new Set(shown.map(({ step }) => step))].sort((x, y) => x - y);
		const last = i === runs.length - 1;
		return {
			shows: { where: { run } },
			height: last ? 172 : 156,
			marginBottom: last ? 40 : 24,
			x: {
				type: "band",
				domain: steps,
				ticks: spread(steps, 7),
				tickFormat: stepName,
				label: last ? "measured step →" : null,
				labelAnchor: "right",
				padding: steps.length > 60 ? 0 : 0.15,
				round: false,
			},
			y: { label: `↑ added to ‖θ‖², ${run}`, grid: true, ticks: 4, nice: true, tickFormat: shortly },
			color: seriesScales(parts).color,
			marks: [
				Plot.barY(shown, {
					x: "step",
					y: "value",
					fill: "part",
					title: ({ part, step, value }) => `${run}, step ${step}, ${part}: ${value}`,
				}),
				Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.6 }),
			],
		};
	});
	const legend = parts.map((label, series) => ({ label, series }));
	const svg = compose(
		{ id, title, caption, plots, across: { column: "step", time: "step" }, legend },
		options,
	);
	const data = bars.map(({ run, step, part, value }) => ({ run, step, part, value }));
	return { id, title, caption, svg, rows: data };
}

/** Block × step: ‖δ‖² / (|2θᵀδ| + ‖δ‖²), 1 where steps are at right angles to the block's parameters. */
export function drawBudgetByLayer(rows: readonly Row[], options: FigureOptions = {}): Figure | undefined {
	const radial = new Map(
		layersOf(rows, "dyn/radial.layer").map(({ run, step, layer, value }) => [
			`${run}/${step}/${layer}`,
			value,
		]),
	);
	const shares = layersOf(rows, "dyn/squared_step.layer").flatMap(({ run, step, layer, value }): Row[] => {
		const along = radial.get(`${run}/${step}/${layer}`);
		if (along === undefined || value + Math.abs(along) === 0) return [];
		return [{ run, step, [`share.${layer}`]: value / (Math.abs(along) + value) }];
	});
	return drawHeatMap(shares, {
		prefix: "share",
		id: "budget-by-layer",
		title: "Share of the steps' length in the norm's growth, layer by step",
		caption:
			"‖δ‖² / (|2θᵀδ| + ‖δ‖²) of each block at each measured step: 1 where the step is at right angles to the block's " +
			"parameters, as the paper's misaligned dynamics supposes, near 0 where its part along them decides.",
		quantity: "share of ‖δ‖²",
		domain: [0, 1],
		layerName: (layer) => String(layer + 1),
		...options,
	});
}

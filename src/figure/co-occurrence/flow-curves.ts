/**
 * Curves of gradient flows over training time on a logarithmic axis, the ends of the phases marked: what every figure
 * of the co-occurrence paper's trajectories has in common. Their clock is that of the report's play-head.
 */
import type { Vertical } from "../annotations.ts";
import type { CurveAxisWithRules } from "../curve-axis.ts";
import { type CurvePoint, type CurvesFigure, drawCurves } from "../curves.ts";
import type { DataRow, Figure, Row } from "../figure.ts";
import { clockName, clockOf, evenlyInLog, flowRows, momentsOf, numberAt } from "./flow-rows.ts";

/** One curve: a quantity of one flow. */
export interface FlowCurve {
	readonly run: string;
	readonly panel: string;
	/** Names and colours the curve. */
	readonly series: string;
	readonly style?: string;
	/** A key of the rows, or what to make of a row; undefined or not finite where it has no value. */
	readonly value: string | ((row: Row) => number | undefined);
}

export interface FlowFigure extends Omit<CurvesFigure, "x" | "y" | "axes" | "marks" | "clock" | "verticals"> {
	/** One a panel. */
	readonly axes: { readonly [panel: string]: CurveAxisWithRules };
	/** Where the axis of time begins at the earliest, in κ₀t. Default 0.05: before, nothing has moved. */
	readonly from?: number;
	/** Drawn as crosses, a few each: gradient descent beside the flow. */
	readonly crosses?: readonly FlowCurve[] | undefined;
}

/** How many rows of a run are drawn, and stand in the figure's table. */
const drawn = 200;
const crossesEach = 24;

/** Undefined if no row has what the curves show. */
export function drawFlowCurves(
	rows: readonly Row[],
	curves: readonly FlowCurve[],
	{ axes, from = 0.05, crosses = [], ...options }: FlowFigure,
): Figure | undefined {
	const points = curves.flatMap((curve) => pointsOf(rows, curve, from, drawn));
	const marks = crosses.flatMap((curve) => pointsOf(rows, curve, from, crossesEach));
	if (points.length === 0) return undefined;
	const runs = unique(curves.map(({ run }) => run));
	const moments = momentsOf(rows, runs);
	const verticals = Object.keys(axes).flatMap((panel): Vertical[] => {
		// Two runs in one panel are told apart by their phases' ends as little as by their curves: the first's are marked.
		const run = curves.find((curve) => curve.panel === panel)?.run;
		return moments.filter((moment) => moment.run === run).map(({ at, label }) => ({ panel, x: at, label }));
	});
	const times = [...points, ...marks].map(({ x }) => x);
	const figure = drawCurves(points, {
		...options,
		x: {
			label: `training time ${clockName} →`,
			scale: "log",
			domain: [Math.min(...times), Math.max(...times)],
		},
		y: { label: "" },
		axes,
		marks,
		verticals,
		clock: { name: clockName, moments },
	});
	return figure && { ...figure, rows: tableOf([...points, ...marks]) };
}

interface FlowPoint extends CurvePoint {
	readonly run: string;
}

function pointsOf(
	rows: readonly Row[],
	{ run, panel, series, style, value }: FlowCurve,
	from: number,
	count: number,
): FlowPoint[] {
	const of = typeof value === "string" ? (row: Row) => numberAt(row, value) : value;
	return evenlyInLog(flowRows(rows, run), from, count).flatMap((row) => {
		const y = of(row) ?? Number.NaN;
		return Number.isFinite(y)
			? [{ run, panel, series, ...(style && { style }), curve: run, x: clockOf(row), y }]
			: [];
	});
}

/** A line a moment of a run, with a column a series. */
function tableOf(points: readonly FlowPoint[]): DataRow[] {
	const lines = new Map<string, Record<string, string | number>>();
	for (const { run, x, series, y } of points) {
		const key = `${run} ${x}`;
		const line = lines.get(key) ?? { run, [clockName]: x };
		line[series] = y;
		lines.set(key, line);
	}
	return [...lines.values()];
}

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];

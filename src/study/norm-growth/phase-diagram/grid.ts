/**
 * The grid of a sweep as rows, and rows as a grid: how the norm of each run changed, and the boundary between growing
 * and shrinking, measured and predicted.
 */

import { sizeOf } from "../../../engine/values.ts";
import type { Row } from "../../../figure/figure.ts";
import type { Boundary, PhaseCell } from "../../../figure/phase-diagram.ts";
import { isEncoder, parameterSpecs } from "../../../model/parameters.ts";
import { resolveModel } from "../../../run/config.ts";
import type { SweepPlan, TrainingBase } from "../../../sweep/config.ts";
import { cellReport } from "../../../sweep/paths.ts";
import type { CellRecord } from "../../../sweep/read-cells.ts";
import { boundaryDecay, momentumFactor, predictedNorm, stepPerRate } from "../../../theory/phase-boundary.ts";
import { mean, median } from "../../rows.ts";
import type { AnalysisRow } from "../../study.ts";

/** Name of the experiment, and of its folder beside the report. */
export const phaseDiagramName = "phase-diagram";

/** Adam's β₁, PyTorch's default; no sweep here sets another. */
const beta1 = 0.9;

/** One row a cell: where it is, how it ended, the encoder's norm before and after, and its steps. */
export function rowsOf(
	{ base }: Pick<SweepPlan<TrainingBase>, "base">,
	cells: readonly CellRecord[],
): AnalysisRow[] {
	// The encoder has no embeddings: the vocabulary does not matter.
	const specs = Object.entries(parameterSpecs(resolveModel({ ...base.model }, 1, phaseDiagramName)));
	const parameters = specs.reduce((sum, [name, { shape }]) => sum + (isEncoder(name) ? sizeOf(shape) : 0), 0);
	return cells.map(({ hash, coordinates, seed, state, rows }) => {
		const [rate, decay] = ["optimizer.learningRate", "optimizer.weightDecay"].map((key) =>
			Number(coordinates[key]),
		);
		const measured = rows.filter((row) => row["dyn/norm.encoder"] !== undefined);
		const [first, last] = [measured[0], measured.at(-1)];
		const finished = state === "finished" && first && last;
		return {
			learningRate: rate,
			weightDecay: decay,
			seed,
			state,
			parameters,
			...(state !== "missing" && { page: `cells/${hash}/${cellReport}` }),
			...(finished && {
				updates: last.step,
				initial: first["dyn/norm.encoder"],
				final: last["dyn/norm.encoder"],
				loss: last["val/loss"],
				stepPerRate: median(
					measured.slice(1).map((row) =>
						stepPerRate(
							{
								norm: row["dyn/norm.encoder"]!,
								radial: row["dyn/radial.encoder"]!,
								squaredStep: row["dyn/squared_step.encoder"]!,
							},
							rate!,
							decay!,
						),
					),
				),
			}),
		};
	});
}

/** A run of the grid, out of its row. */
export interface GridCell extends PhaseCell {
	readonly parameters: number;
	/** Of finished runs. */
	readonly run?: FinishedCell;
}

interface FinishedCell {
	readonly updates: number;
	readonly initial: number;
	readonly final: number;
	readonly loss: number;
	/** ‖δ‖/η of single steps, decay taken out: the median of those measured. */
	readonly stepPerRate: number;
}

/** The rows of the phase diagram among those of a study. */
export function gridOf(rows: readonly Row[]): GridCell[] {
	const number = (row: Row, key: string) =>
		typeof row[key] === "number" ? (row[key] as number) : Number.NaN;
	return rows
		.filter((row) => row.run === phaseDiagramName)
		.map((row) => {
			const run = {
				updates: number(row, "updates"),
				initial: number(row, "initial"),
				final: number(row, "final"),
				loss: number(row, "loss"),
				stepPerRate: number(row, "stepPerRate"),
			};
			const finished = row["state"] === "finished" && run.initial > 0;
			return {
				learningRate: number(row, "learningRate"),
				weightDecay: number(row, "weightDecay"),
				seed: number(row, "seed"),
				state: String(row["state"]),
				parameters: number(row, "parameters"),
				...(typeof row["page"] === "string" && { href: `${phaseDiagramName}/${row["page"]}` }),
				...(finished && { run, growth: Math.log(run.final / run.initial) }),
			};
		});
}

/** How s, the way of one gradient at η = 1, is read of a run. */
export const readings = {
	apriori: ({ parameters }: GridCell) => Math.sqrt(parameters),
	single: ({ run }: GridCell) => run!.stepPerRate,
	momentum: ({ run }: GridCell) => run!.stepPerRate * momentumFactor(beta1),
} as const;

export type Reading = keyof typeof readings;

/** ln(‖θ‖ after / before) as predicted. */
export function predictedGrowth(cell: GridCell, reading: Reading): number {
	const { initial, updates } = cell.run!;
	const s = readings[reading](cell);
	return Math.log(predictedNorm(initial, s, cell.learningRate, cell.weightDecay, updates) / initial);
}

/** λ* at a learning rate; `above` or `below` the grid where every cell, or none, grew. */
export interface Crossing {
	readonly learningRate: number;
	readonly weightDecay: number | "above" | "below";
}

/**
 * The measured boundary: at each learning rate the decay at which growth, mean over seeds, turns to shrinking, on a
 * straight line between neighbouring cells: to first order decay lowers ln r by ηλ a step. Where it turns several
 * times, the first.
 */
export function measuredBoundary(cells: readonly GridCell[]): Crossing[] {
	return columnsOf(cells).map(([learningRate, column]) => {
		const points = groupsOf(column, (cell) => cell.weightDecay).map(([decay, here]) => ({
			decay,
			growth: mean(here.map(({ growth }) => growth!)),
		}));
		const turn = points.findIndex(({ growth }) => growth <= 0);
		if (turn === -1) return { learningRate, weightDecay: "above" };
		if (turn === 0) return { learningRate, weightDecay: "below" };
		const [low, high] = [points[turn - 1]!, points[turn]!];
		const share = low.growth / (low.growth - high.growth);
		return { learningRate, weightDecay: low.decay + share * (high.decay - low.decay) };
	});
}

/** The crossings that lie within the grid. */
export const within = (crossings: readonly Crossing[]): { learningRate: number; weightDecay: number }[] =>
	crossings.flatMap(({ learningRate, weightDecay }) =>
		typeof weightDecay === "number" ? [{ learningRate, weightDecay }] : [],
	);

/** The learning rates at which a step is short beside the norm, as the law λ* = ηs²/(2r_0²) supposes. */
export function shortSteps(cells: readonly GridCell[]): (rate: number) => boolean {
	const initial = median(cells.flatMap(({ run }) => run?.initial ?? []));
	return (rate) => rate * Math.sqrt(cells[0]!.parameters) < initial / 2;
}

/** The predicted boundary: λ* at each learning rate from the median s and r_0 of its runs. */
export const predictedBoundary = (cells: readonly GridCell[], reading: Reading): Boundary["points"] =>
	columnsOf(cells).map(([learningRate, column]) => {
		const s = median(column.map(readings[reading]));
		const initial = median(column.map(({ run }) => run!.initial));
		// A line of a drawing ends where the prediction leaves every grid.
		return { learningRate, weightDecay: Math.min(1e3, boundaryDecay(initial, s, learningRate)) };
	});

/** Finished runs by learning rate, the lowest first. */
const columnsOf = (cells: readonly GridCell[]): [number, GridCell[]][] =>
	groupsOf(
		cells.filter(({ run }) => run !== undefined),
		(cell) => cell.learningRate,
	);

/** Cells by a number, the lowest first. */
function groupsOf(cells: readonly GridCell[], by: (cell: GridCell) => number): [number, GridCell[]][] {
	const values = [...new Set(cells.map(by))].sort((x, y) => x - y);
	return values.map((value) => [value, cells.filter((cell) => by(cell) === value)]);
}

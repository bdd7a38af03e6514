/** The cells of the sweeps as rows, a measured step each, and the rows as runs. */
import type { Row } from "../../../figure/figure.ts";
import { cellReport } from "../../../sweep/paths.ts";
import type { CellRecord } from "../../../sweep/read-cells.ts";
import { numberOf, rowsOf } from "../../rows.ts";
import type { AnalysisRow } from "../../study.ts";

/** What is kept of a measured step, by the names of `metrics.jsonl`. */
const measured = {
	loss: "val/loss",
	norm: "dyn/norm.encoder",
	saturation: "dyn/saturation",
	similarity: "dyn/similarity",
} as const;

type Quantity = keyof typeof measured;

/** One row a measured step of each cell; of a cell without any, one that tells how it stands. */
export const rowsOfCells = (cells: readonly CellRecord[]): AnalysisRow[] =>
	cells.flatMap(({ hash, coordinates, seed, state, rows }) => {
		const cell = {
			method: String(coordinates["variant"]),
			learningRate: numberAt(coordinates["optimizer.learningRate"]),
			seed,
			state,
			...(state !== "missing" && { page: `cells/${hash}/${cellReport}` }),
		};
		const steps = rows.filter((row) => row[measured.loss] !== undefined);
		if (steps.length === 0) return [{ ...cell, step: 0 }];
		return steps.map((row) => ({
			...cell,
			step: row.step,
			...Object.fromEntries(Object.entries(measured).map(([name, key]) => [name, row[key]])),
		}));
	});

const numberAt = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** One training of a sweep. */
export interface TrainedRun {
	readonly method: string;
	/** Of the grid; undefined where a variant sets it. */
	readonly learningRate: number | undefined;
	readonly seed: number;
	/** `finished`, `diverged`, … */
	readonly state: string;
	/** Of the run's own page, from the study's report. */
	readonly href?: string;
	/** In order of steps; NaN where a quantity was not measured or not finite. */
	readonly points: readonly ({ readonly step: number } & Readonly<Record<Quantity, number>>)[];
}

/** The runs of one sweep among the rows of a study, in the order of its cells. */
export function runsIn(rows: readonly Row[], sweep: string): TrainedRun[] {
	const cells = new Map<string, Row[]>();
	for (const row of rowsOf(rows, sweep)) {
		const key = JSON.stringify([row["method"], row["learningRate"], row["seed"]]);
		cells.set(key, [...(cells.get(key) ?? []), row]);
	}
	return [...cells.values()].map((steps) => {
		const [first] = steps as [Row, ...Row[]];
		return {
			method: String(first["method"]),
			learningRate: numberAt(first["learningRate"]),
			seed: numberOf(first, "seed"),
			state: String(first["state"]),
			...(typeof first["page"] === "string" && { href: `${sweep}/${first["page"]}` }),
			points: steps
				.filter((row) => typeof row["loss"] === "number")
				.map((row) => ({
					step: row.step,
					...(Object.fromEntries(Object.keys(measured).map((name) => [name, numberOf(row, name)])) as Record<
						Quantity,
						number
					>),
				}))
				.sort((a, b) => a.step - b.step),
		};
	});
}

/** The runs that came to their end. */
export const finished = (runs: readonly TrainedRun[]): TrainedRun[] =>
	runs.filter(({ state, points }) => state === "finished" && points.length > 1);

/** The validation loss at the end of a run; a run that diverged has none. */
export const lastLoss = (run: TrainedRun): number =>
	run.state === "finished" ? (run.points.at(-1)?.loss ?? Number.NaN) : Number.NaN;

/** A sweep as a picture: its axes, the state and the results of every cell, and where it is one, the phase diagram. */
import { join } from "node:path";
import { UserError } from "../error.ts";
import type { Row } from "../figure/figure.ts";
import type { Entry } from "../query/entry.ts";
import type { RunConfig } from "../run/config.ts";
import { matchingKeys } from "../run/key-glob.ts";
import { runPaths } from "../run/paths.ts";
import { gridOf, phaseDiagramName, rowsOf } from "../study/norm-growth/phase-diagram/grid.ts";
import { defaults } from "../study/norm-growth/phase-diagram/measurements.ts";
import { boundaries } from "../study/norm-growth/phase-diagram/part.ts";
import type { AnalysisRow } from "../study/study.ts";
import { type Cell, describeCell } from "../sweep/cell.ts";
import { readSweep, type Sweep, type TrainingBase } from "../sweep/config.ts";
import { sweepPaths, writtenAnew } from "../sweep/paths.ts";
import { type CellRecord, cellStatus, hasEnded, readCell } from "../sweep/read-cells.ts";
import type { SweepAnswer, SweepCell } from "./api-types.ts";
import { remember } from "./remember.ts";

/** What cells are compared by when nothing is asked for. */
const defaultKeys = ["train/loss", "val/loss", "val/accuracy", "dyn/norm.encoder", "dyn/saturation"];

/** What is kept of a cell: its rows are many. */
interface CellSummary extends Pick<CellRecord, "state" | "message"> {
	readonly values: ReadonlyMap<string, { readonly first: number; readonly last: number }>;
	/** Its row of the phase diagram, if the sweep is one. */
	readonly phaseRow: AnalysisRow | undefined;
}

export class Sweeps {
	readonly #root: string;
	/** By the file of the sweep. */
	readonly #sweep = remember((path) => readSweep(path, writtenAnew));
	/** Of cells that have ended, by the cell's folder. */
	readonly #ended = new Map<string, (status: string) => Promise<CellSummary>>();

	constructor(root: string) {
		this.#root = root;
	}

	/**
	 * The sweep of an entry, each cell with its first and last values of `keys`, which may be globs. A cell that cannot be
	 * read says so in its message. Throws a `UserError` if the sweep's own file is damaged.
	 */
	async describe(
		{ path }: Entry,
		entries: readonly Entry[],
		keys: readonly string[] = defaultKeys,
	): Promise<SweepAnswer> {
		const directory = join(this.#root, path);
		const sweep = await this.#sweep(sweepPaths(directory).sweep);
		const paths = new Set(entries.map((entry) => entry.path));
		const pathOf = ({ hash }: Cell) => {
			const own = [...path.split("/"), "cells", hash].filter(Boolean).join("/");
			return paths.has(own) ? own : undefined;
		};
		const summaries: CellSummary[] = [];
		for (const cell of sweep.cells) summaries.push(await this.#summary(cell, directory, sweep));
		const cells = sweep.cells.map((cell, i): SweepCell => {
			const { state, message, values } = summaries[i]!;
			const { coordinates, seed } = cell;
			const asked = matchingKeys([...values.keys()], keys);
			return {
				path: pathOf(cell),
				title: describeCell(cell),
				coordinates,
				seed,
				state,
				message,
				values: Object.fromEntries(asked.map((key) => [key, values.get(key)!])),
			};
		});
		const phase = phaseOf(
			sweep,
			summaries,
			cells.map((cell) => cell.path),
		);
		return {
			path,
			name: sweep.name,
			axes: sweep.axes,
			variants: Object.keys(sweep.variants ?? {}),
			seeds: sweep.seeds,
			cells,
			...(phase && { phase }),
		};
	}

	async #summary(cell: Cell, directory: string, sweep: Sweep): Promise<CellSummary> {
		const folder = sweepPaths(directory).cell(cell.hash);
		const { state } = await cellStatus(folder);
		const read = () => summarise(cell, directory, sweep);
		if (!hasEnded(state)) return read();
		const known = this.#ended.get(folder) ?? remember(read);
		this.#ended.set(folder, known);
		return known(runPaths(folder).status);
	}
}

async function summarise(cell: Cell, directory: string, sweep: Sweep): Promise<CellSummary> {
	const values = new Map<string, { first: number; last: number }>();
	try {
		const record = await readCell(cell, directory);
		for (const row of record.rows)
			for (const [key, value] of Object.entries(row)) {
				if (key === "step") continue;
				const known = values.get(key);
				if (known) known.last = value;
				else values.set(key, { first: value, last: value });
			}
		const { state, message } = record;
		const phaseRow = isPhaseDiagram(sweep) ? rowsOf(planOf(sweep), [record])[0] : undefined;
		return { state, message, values, phaseRow };
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return { state: "failed", message: error.message, values, phaseRow: undefined };
	}
}

const [rateKey, decayKey] = ["optimizer.learningRate", "optimizer.weightDecay"] as const;

/** Trainings along learning rate and weight decay, which the diagram's logarithmic axes can hold, and along nothing else. */
function isPhaseDiagram({ base, axes, variants }: Sweep): boolean {
	const isLog = (key: string) => axes[key]?.every((value) => typeof value === "number" && value > 0);
	return (
		Object.keys(axes).length === 2 &&
		Boolean(isLog(rateKey) && isLog(decayKey)) &&
		variants === undefined &&
		base["kind"] === undefined
	);
}

/** The configuration was checked when the cells were made of it. */
const planOf = ({ base }: Sweep) => ({ base: base as unknown as TrainingBase });

function phaseOf(
	sweep: Sweep,
	summaries: readonly CellSummary[],
	paths: readonly (string | undefined)[],
): SweepAnswer["phase"] {
	if (!isPhaseDiagram(sweep)) return undefined;
	const rows = sweep.cells.map(({ coordinates, seed }, step): Row => {
		const { state, phaseRow } = summaries[step]!;
		const place = {
			learningRate: Number(coordinates[rateKey]),
			weightDecay: Number(coordinates[decayKey]),
			seed,
		};
		return { ...(phaseRow ?? { ...place, state }), step, run: phaseDiagramName };
	});
	const grid = gridOf(rows);
	// Those that are predicted are AdamW's.
	const { optimizer } = sweep.cells[0]!.config as RunConfig;
	return {
		cells: grid.map(({ learningRate, weightDecay, seed, state, growth }, i) => ({
			learningRate,
			weightDecay,
			seed,
			state,
			growth,
			path: paths[i],
		})),
		boundaries: boundaries(grid).filter(
			({ label, points }) =>
				(optimizer.name === "adamw" || label === "measured") &&
				points.every(({ weightDecay }) => Number.isFinite(weightDecay)),
		),
		defaults,
	};
}

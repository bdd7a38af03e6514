/** The grid: many flows over the initial scale of attention and the number of samples, and their rows. */
import type { ApplicabilityCell } from "../../../figure/co-occurrence/applicability.ts";
import type { Row } from "../../../figure/figure.ts";
import type { FlowBase, SweepPlan } from "../../../sweep/config.ts";
import { cellReport } from "../../../sweep/paths.ts";
import type { CellRecord } from "../../../sweep/read-cells.ts";
import { rowsOf } from "../../rows.ts";
import type { AnalysisRow, Sweep } from "../../study.ts";
import { configurations } from "../configurations.ts";
import type { Size } from "../presets.ts";
import { conclusions, conditions } from "./statements.ts";

/** Name of the experiment, and of its folder beside the report. */
const gridName = "applicability";

const scaleKey = "initialisation.attention";
const samplesKey = "data.samples";

/** Configuration A, whose axes replace two of its values; sentences of five words. */
const base: FlowBase = { kind: "flow", ...configurations.A, rows: 30 };

const axes: Readonly<Record<Size, SweepPlan["axes"]>> = {
	smoke: { [scaleKey]: [0.1, 1], [samplesKey]: [12, 24, 60] },
	laptop: { [scaleKey]: [0.03, 0.06, 0.12, 0.25, 0.5, 1], [samplesKey]: [6, 12, 24, 60, 120, 240] },
	paper: {
		[scaleKey]: [0.03, 0.05, 0.08, 0.13, 0.2, 0.3, 0.5, 1],
		[samplesKey]: [6, 12, 18, 24, 36, 60, 120, 240, 480],
	},
};
const seeds: Readonly<Record<Size, number>> = { smoke: 1, laptop: 3, paper: 10 };

export function applicabilityExperiments(size: Size): Sweep[] {
	const plan: SweepPlan = {
		...{ name: gridName, base, axes: axes[size] },
		seeds: Array.from({ length: seeds[size] }, (_, seed) => seed),
	};
	return [{ kind: "sweep", name: gridName, plan, rows: rowsOfCells }];
}

/** One row a cell: where it is, and of a finished one which statements it meets, 0 or 1, and what was predicted. */
export const rowsOfCells = (cells: readonly CellRecord[]): AnalysisRow[] =>
	cells.map(({ hash, coordinates, seed, state, rows }) => {
		const last = rows.at(-1);
		return {
			scale: Number(coordinates[scaleKey]),
			samples: Number(coordinates[samplesKey]),
			seed,
			state,
			...(state === "finished" || state === "diverged" ? { page: `cells/${hash}/${cellReport}` } : {}),
			...(state === "finished" && last
				? {
						predicted: last["summary/svm.ratio"],
						...Object.fromEntries(
							[...conclusions, ...conditions].map(({ name, met }) => [name, Number(met(last))]),
						),
					}
				: {}),
		};
	});

/** A finished run of the grid, out of its row. */
export interface GridCell extends ApplicabilityCell {
	/** R* of the hard-margin SVM of its bags of words; NaN where there is none. */
	readonly predicted: number;
}

/** The grid among the rows of a study, runs that did not finish among them. */
export const gridOf = (rows: readonly Row[]): GridCell[] =>
	rowsOf(rows, gridName).map((row) => ({
		scale: Number(row["scale"]),
		samples: Number(row["samples"]),
		seed: Number(row["seed"]),
		predicted: typeof row["predicted"] === "number" ? row["predicted"] : Number.NaN,
		meets: Object.fromEntries(
			[...conclusions, ...conditions].flatMap(({ name }) =>
				typeof row[name] === "number" ? [[name, row[name] === 1]] : [],
			),
		),
		...(typeof row["page"] === "string" && { href: `${gridName}/${row["page"]}` }),
	}));

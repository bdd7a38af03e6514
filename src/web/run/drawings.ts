/** Which figures the page of a run has: those of a report, and a heat map of every quantity that was measured by layer. */
import type { FigureOptions, Row } from "../../figure/figure.ts";
import { drawLayerMap, layerQuantities } from "../../figure/layer-maps.ts";
import { flowDrawings } from "../../report/flow-figures.ts";
import type { DrawRows } from "../../report/run-figures.ts";
import { sharedFigures } from "../dashboard/compare.ts";

export interface NamedDrawing {
	/** Stays while rows come. */
	readonly name: string;
	readonly draw: DrawRows;
}

/** The keys that the figures of a page need. A flow has few keys, of which figures need most. */
export const keysOfKind = (kind: string): readonly string[] =>
	kind === "flow" ? ["*"] : ["train/*", "val/*", "test/*", "optim/*", "perf/*", "dyn/*"];

/** Points of a key. A row of a flow is one thing: its values are not to be taken from different steps. */
export const pointsOfKind = (kind: string): number => (kind === "flow" ? 2000 : 600);

const ofTrainings: readonly NamedDrawing[] = sharedFigures.map(([name, draw]) => ({ name, draw }));

/** Trainings lie over each other; figures of flows are of one flow each. `runs` are the names that the rows have. */
export const curveDrawings = (kind: string, runs: readonly string[]): readonly NamedDrawing[] =>
	kind !== "flow"
		? ofTrainings
		: runs.flatMap((run) =>
				Object.entries(flowDrawings).map(([name, draw]) => ({
					name: `${name} ${run}`,
					draw: (rows: readonly Row[], options: FigureOptions) => draw(rows, { ...options, run }),
				})),
			);

export const mapDrawings = (keys: readonly string[]): NamedDrawing[] =>
	layerQuantities(keys).map((quantity) => ({
		name: quantity,
		draw: (rows, options) => drawLayerMap(rows, { ...options, quantity }),
	}));

/** The last part of a path; of the served folder itself, a word. */
export const lastPart = (path: string): string => path.split("/").at(-1) || "this folder";

/** What the comparison of runs shows: their names in legends, and which keys are drawn. */

import type { Row } from "../../figure/figure.ts";
import { drawPanels } from "../../figure/panels.ts";
import { type DrawRows, trainingFigures } from "../../report/run-figures.ts";
import type { CompareAnswer } from "../../server/api-types.ts";
import { list, text } from "../shell/query-state.ts";

export const compareParameters = {
	/** Paths. */
	run: list(),
	/** Globs of metric keys with spaces or commas between. */
	key: text("train/loss val/loss dyn/norm.encoder dyn/saturation"),
};

/** More curves in a figure nobody can tell apart. */
export const mostCompared = 40;

/** What the figures of reports are drawn from. Not the norms of single tensors, of which there are hundreds. */
export const figureKeys = ["*loss", "*perplexity", "*accuracy*", "dyn/*", "optim/lr", "grad/norm"];

export const globsOf = (keys: string): string[] => [...new Set(keys.split(/[\s,]+/).filter(Boolean))];

/**
 * What each run is called in legends, by path: as few of the words that tell it apart from the others as will do, its
 * folder's name where nothing does, both where that is not enough. No two are alike.
 */
export function labelsOf(runs: CompareAnswer["runs"]): Map<string, string> {
	const parts = runs.map(({ words }) => words.split(", ").filter((part) => part !== "" && part !== "…"));
	const names = runs.map(({ path }) => path.split("/").at(-1) || ".");
	const most = Math.max(1, ...parts.map(({ length }) => length));
	const forms = [
		...Array.from({ length: most }, (_, i) => parts.map((list) => list.slice(0, i + 1).join(", "))),
		names,
		runs.map(({ words }, i) => [names[i], words].filter(Boolean).join(", ")),
	];
	const isClear = (labels: readonly string[]) =>
		!labels.includes("") && new Set(labels).size === labels.length;
	const labels = forms.find(isClear) ?? runs.map(({ path }) => path || ".");
	return new Map(runs.map(({ path }, i) => [path, labels[i]!]));
}

/** The rows with their runs called by their labels. */
export const labelled = (rows: readonly Row[], labels: ReadonlyMap<string, string>): Row[] =>
	rows.map((row) => ({ ...row, run: labels.get(row.run) ?? row.run }));

/** The drawings that lay runs over each other; heat maps, one a run, are for the runs' own pages. */
export const sharedFigures: readonly (readonly [id: string, draw: DrawRows])[] = Object.entries(
	trainingFigures,
).filter(([id]) => !id.endsWith("heat-map"));

const drawings = new Map<string, DrawRows>();

/** One quantity of all runs against the step. The same key has the same function, which is drawn once. */
export function keyDrawing(key: string): DrawRows {
	const made = drawings.get(key);
	if (made) return made;
	const draw: DrawRows = (rows, options) =>
		drawPanels(rows, [{ key, label: `↑ ${key}`, height: 220 }], {
			caption: `${key} of each run, as it was measured.`,
			...options,
			id: `key-${key.replaceAll(/[^a-z0-9]+/gi, "-")}`,
			title: key,
		});
	drawings.set(key, draw);
	return draw;
}

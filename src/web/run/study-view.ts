/** A study's page: what its runs are called, and whose curves are shown. */

import { seriesColours } from "../../figure/palette.ts";
import type { Entry } from "../../query/entry.ts";

/** More runs in a figure than colours could not be told apart. */
export const mostShown = seriesColours.length;

/** A run's path within its study: `pre`, `phase-diagram/cells/3f2a`. */
export const nameWithin = (study: string, path: string): string =>
	study !== "" && path.startsWith(`${study}/`) ? path.slice(study.length + 1) : path;

/** The chosen runs, as far as they are here; if none is, the first that have begun. At most `mostShown`. */
export function shownRuns(runs: readonly Entry[], chosen: readonly string[]): readonly Entry[] {
	const here = runs.filter(({ path }) => chosen.includes(path));
	const begun = runs.filter(({ step }) => step !== undefined);
	return (here.length > 0 ? here : begun).slice(0, mostShown);
}

/** What lies where in a sweep's folder. */
import { join } from "node:path";

export const sweepPaths = (directory: string) => ({
	/** The sweep with every value written out. */
	sweep: join(directory, "sweep.json"),
	lock: join(directory, "sweep.lock"),
	cell: (hash: string) => join(directory, "cells", hash),
});

/** What to do about a `sweep.json` that is damaged: cells that have ended are known by their folders. */
export const writtenAnew =
	"Delete the file: running the sweep again writes it anew, and cells that have ended stay.";

/** The page about a cell's run, in its folder. */
export const cellReport = "report.html";

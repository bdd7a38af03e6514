/** What lies where in a sweep's folder. */
import { join } from "node:path";

export const sweepPaths = (directory: string) => ({
	/** The sweep with every value written out. */
	sweep: join(directory, "sweep.json"),
	lock: join(directory, "sweep.lock"),
	cell: (hash: string) => join(directory, "cells", hash),
});

/** The page about a cell's run, in its folder. */
export const cellReport = "report.html";

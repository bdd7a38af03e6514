/** What lies where in a run's directory. */
import { join } from "node:path";

export const runPaths = (directory: string) => ({
	config: join(directory, "config.json"),
	metrics: join(directory, "metrics.jsonl"),
	parquet: join(directory, "metrics.parquet"),
	status: join(directory, "status.json"),
	lock: join(directory, "run.lock"),
});

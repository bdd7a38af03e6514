/** What a sweep must know of a kind of run: how its configuration is read and named, and how it is run. */
import type { RunStatus } from "../../run/status.ts";

export interface CellKind<Config> {
	/**
	 * The configuration of a cell, with the defaults of cells: there are hundreds, so each keeps little.
	 * Throws a `UserError` that names what is wrong with it.
	 */
	parse(options: Readonly<Record<string, unknown>>, source: string, folder: string): Config;
	/** All that its result follows from: not its name, nor what computes it. */
	identity(config: Config): unknown;
	/** The configuration for a process that may use so many threads. */
	withThreads(config: Config, threads: number): Config;
	/** Steps of the whole run; of adaptive ones, the most. */
	steps(config: Config): number;
	/** Brings the run in `directory` to its end, from wherever it stands. */
	run(config: Config, directory: string, options: CellRunOptions): Promise<RunStatus["state"]>;
}

export interface CellRunOptions {
	readonly signal: AbortSignal;
	/** Told how far the run is, 0 to 1, as often as it moves. */
	readonly onProgress: (fraction: number) => void;
}

/** A series of checkpoints: which files in a folder are one, and of which step. */
import type { Ignored } from "./weights.ts";

export interface SeriesEntry {
	/** Training steps made before this checkpoint. */
	readonly step: number;
	/** What `openWeights` opens: a file, a folder or an address. */
	readonly location: string;
}

export interface Series {
	/** As it was asked for. */
	readonly location: string;
	/** By rising step; every step once. */
	readonly entries: readonly SeriesEntry[];
	readonly ignored: readonly Ignored[];
}

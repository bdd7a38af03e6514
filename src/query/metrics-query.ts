/** A question about the metrics of any runs, and its answer: never more rows than are drawn. */
import type { StepAxis } from "../figure/axis.ts";
import type { Row } from "../figure/figure.ts";

export type { StepAxis };

export interface MetricsQuery {
	/** Paths of entries. */
	readonly runs: readonly string[];
	/** Keys, or globs of them: `val/loss`, `dyn/norm.*`, `param/blocks.0.*.norm`. */
	readonly keys: readonly string[];
	/** Most points of a key of a run. What lies between keeps its extremes. Default 600. */
	readonly points?: number;
	/** On which axis points are to lie at even distances. Default `sqrt`. */
	readonly axis?: StepAxis;
	/** First and last step. Default: all. */
	readonly from?: number;
	readonly to?: number;
}

export interface MetricsAnswer {
	readonly rows: readonly Row[];
	/** The keys found, sorted. */
	readonly keys: readonly string[];
	/** Whether rows were left out. */
	readonly sampled: boolean;
}

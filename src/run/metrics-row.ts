/** A row of metrics: what a training or a flow says of one moment. */

/** What was measured at one step, by key (`val/loss`); a key that was not measured is absent. */
export interface MetricsRow {
	/** The number of updates made before the measurement; 0 is the initial model. */
	readonly step: number;
	/** Seconds of running since the run began, over all its resumptions. */
	readonly time: number;
	readonly [key: string]: number;
}

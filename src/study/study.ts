/**
 * A study is data: what to train and to compute, what to draw, and what a paper claims about it.
 *
 * It has *parts*, one a topic of the paper, and *presets*, one a size. A preset lists experiments of four kinds: a
 * training run; a gradient flow; a sweep of many runs; an analysis, which computes rows from formulas or from runs that
 * have finished. Claims and figures are functions of the rows that all of these leave. The verdict comes from the measurement alone:
 * a claim whose rows are missing is `not measured`.
 */
import type { Engine } from "../engine/types.ts";
import type { Figure, FigureOptions, Row } from "../figure/figure.ts";
import type { JudgedClaim } from "../report/claim.ts";
import type { RunOptions } from "../run/config.ts";
import type { FinishedRun } from "../run/finished-run.ts";
import type { FlowOptions } from "../run/flow/config.ts";
import type { SweepPlan } from "../sweep/config.ts";
import type { CellRecord } from "../sweep/read-cells.ts";

export interface Study {
	/** As in `orrery study <name>`. */
	readonly name: string;
	readonly title: string;
	/** What the study is about and what to keep in mind, in a paragraph. */
	readonly introduction: string;
	/** Where the paper, its code and the mathematics disagree, a sentence or two each. */
	readonly notes: readonly string[];
	readonly presets: { readonly [name: string]: Preset };
	/** In the order of the report. */
	readonly parts: readonly Part[];
}

/** One topic of a study: a section of its report. */
export interface Part {
	readonly name: string;
	readonly title: string;
	/** What the section shows and how to read it, in a few sentences. */
	readonly introduction: string;
	/** Which trainings and flows the section tabulates, by name. Default: none. */
	readonly runs?: (name: string) => boolean;
	readonly claims: readonly Claim[];
	/** What can be drawn of these rows, the rows of all experiments. Called with whatever there is: perhaps nothing. */
	figures(rows: readonly Row[], options: FigureOptions): Figure[];
}

export interface Preset {
	/** Size and time, in a sentence. */
	readonly summary: string;
	/** Whether it takes so long that the expected hours are measured and told before it starts. Default: no. */
	readonly long?: boolean;
	/** In the order in which they are done. */
	readonly experiments: readonly Experiment[];
}

export type Experiment = Training | Flow | Analysis | Sweep;

/** One training run. Its rows are its metrics. */
export interface Training {
	readonly kind: "training";
	/** The run's name in figures and claims (`row.run`), and its folder, which may be nested: `languages/dyck-1`. */
	readonly name: string;
	readonly config: RunOptions;
}

/** One gradient flow, or gradient descent in its place. Its rows are its metrics. */
export interface Flow {
	readonly kind: "flow";
	/** The run's name in figures and claims (`row.run`), and its folder. */
	readonly name: string;
	readonly config: FlowOptions;
}

/** Many runs, all trainings or all flows, in child processes: a grid of configurations. Its rows are what it makes of its cells. */
export interface Sweep {
	readonly kind: "sweep";
	/** Its name in figures and claims (`row.run`), and its folder. */
	readonly name: string;
	/** Its `name` is that of the folder. */
	readonly plan: SweepPlan;
	/** What is to be judged and drawn of the cells, whatever states they are in. `run` is set to the sweep's name. */
	rows(cells: readonly CellRecord[]): readonly AnalysisRow[];
}

/** A computation. Its rows are what it returns, with `run` set to its name. */
export interface Analysis {
	readonly kind: "analysis";
	/** Its name in figures and claims (`row.run`), and its folder. No run has it. */
	readonly name: string;
	/** What it does, said while it runs: `Positions attended by each head`. */
	readonly title: string;
	/** Names of the runs it looks at; without all of them finished it is not computed. */
	readonly needs: readonly string[];
	/** All that its result depends on, besides the runs; a result computed with other options is computed anew. */
	readonly options: { readonly [key: string]: unknown };
	compute(tools: AnalysisTools): Promise<readonly AnalysisRow[]>;
}

/** A row before it knows its analysis. What is not finite is left out when it is written. */
export type AnalysisRow = Readonly<Record<string, string | number | undefined>> & { readonly step?: number };

export interface AnalysisTools {
	readonly engine: Engine;
	/** Aborted when the user stops the study: a long computation looks at it now and then, and throws. */
	readonly signal: AbortSignal;
	/** The finished run of that name, one of `needs`: its configuration, parameters and data. */
	run(name: string): Promise<FinishedRun>;
	/** Tells the user how far the work is, 0 to 1. */
	progress(fraction: number): void;
}

export interface Claim {
	readonly id: string;
	/** The paper's sentence in our words. */
	readonly sentence: string;
	/**
	 * What it is asked of, where the same sentence is asked of several: a configuration, `S`, a placement, `pre`. In the
	 * report they are one row.
	 */
	readonly of?: string;
	/** Section, figure, page. */
	readonly place: string;
	readonly expected: Expectation;
	/** Where paper, code and mathematics disagree, or what the evidence cannot show. */
	readonly caveat?: string;
	/**
	 * Which hypothesis of the paper is broken where this is asked: the paper does not claim it there, and it is asked to show
	 * where the theory ends. Such claims are counted apart.
	 */
	readonly outside?: string;
	/** The measured value, or undefined if the rows lack what it needs. Rows are of finished experiments only. */
	measure(rows: readonly Row[]): Measurement | undefined;
}

export interface Measurement {
	readonly value: number;
	/** How the value came about, and what it must be read beside. */
	readonly detail: string;
}

/** What a measured value should be, in words and as a test. */
export interface Expectation {
	readonly text: string;
	holds(value: number): boolean;
}

export const above = (bound: number): Expectation => ({
	text: `> ${bound}`,
	holds: (value) => value > bound,
});

export const below = (bound: number): Expectation => ({
	text: `< ${bound}`,
	holds: (value) => value < bound,
});

export const atLeast = (bound: number): Expectation => ({
	text: `≥ ${bound}`,
	holds: (value) => value >= bound,
});

export const atMost = (bound: number): Expectation => ({
	text: `≤ ${bound}`,
	holds: (value) => value <= bound,
});

export const near = (value: number, tolerance: number): Expectation => ({
	text: `${value} ± ${tolerance}`,
	holds: (measured) => Math.abs(measured - value) <= tolerance,
});

/** A value that is not finite, such as the largest of no numbers, is no measurement. */
export function judge(claim: Claim, rows: readonly Row[]): JudgedClaim {
	const { id, sentence, of, place, expected, caveat, outside } = claim;
	const measurement = claim.measure(rows);
	const measured = measurement && Number.isFinite(measurement.value) ? measurement.value : null;
	return {
		id,
		claim: sentence,
		...(of === undefined ? {} : { of }),
		place,
		measured,
		detail: measurement?.detail ?? "No finished run measured this.",
		expected: expected.text,
		verdict: measured === null ? "not measured" : expected.holds(measured) ? "holds" : "fails",
		...(caveat === undefined ? {} : { caveat }),
		...(outside === undefined ? {} : { outside }),
	};
}

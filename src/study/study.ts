/**
 * A study is data: what to train, what to draw, and what a paper claims about it.
 *
 * A claim is a function from the rows of the study's runs to one number, and an expectation of that number. The
 * verdict comes from the measurement alone: a claim whose runs are missing, unfinished or diverged is `not measured`.
 */
import type { Figure, FigureOptions, Row } from "../figure/figure.ts";
import type { JudgedClaim } from "../report/claim.ts";
import type { RunOptions } from "../run/config.ts";

export interface Study {
	/** As in `orrery study <name>`. */
	readonly name: string;
	readonly title: string;
	/** What the study is about and what to keep in mind, in a paragraph. */
	readonly introduction: string;
	/** Where the paper, its code and the mathematics disagree, a sentence or two each. */
	readonly notes: readonly string[];
	readonly presets: { readonly [name: string]: Preset };
	readonly claims: readonly Claim[];
	/** Figures beside those that every run has: of published data, say. */
	figures(options: FigureOptions): Figure[];
}

export interface Preset {
	/** Size and time, in a sentence. */
	readonly summary: string;
	readonly experiments: readonly Experiment[];
}

/** One run of a study. */
export interface Experiment {
	/** The run's name in figures and claims, and its folder. */
	readonly name: string;
	readonly config: RunOptions;
}

export interface Claim {
	readonly id: string;
	/** The paper's sentence in our words. */
	readonly sentence: string;
	/** Section, figure, page. */
	readonly place: string;
	readonly expected: Expectation;
	/** Where paper, code and mathematics disagree, or what the evidence cannot show. */
	readonly caveat?: string;
	/** The measured value, or undefined if the rows lack what it needs. Rows are of finished runs only. */
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

export function judge(claim: Claim, rows: readonly Row[]): JudgedClaim {
	const { id, sentence, place, expected, caveat } = claim;
	const measurement = claim.measure(rows);
	return {
		id,
		claim: sentence,
		place,
		measured: measurement?.value ?? null,
		detail: measurement?.detail ?? "No finished run measured this.",
		expected: expected.text,
		verdict:
			measurement === undefined ? "not measured" : expected.holds(measurement.value) ? "holds" : "fails",
		...(caveat === undefined ? {} : { caveat }),
	};
}

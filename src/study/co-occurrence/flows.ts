/**
 * Claims about flows: one statement, asked of every seed of a configuration.
 *
 * A statement that the paper proves under hypotheses is asked where they hold (S, R) and where they do not (C, P, X): the
 * verdict is of the measurement, `outside` says which hypothesis is broken. The worst seed decides unless said otherwise.
 */
import type { Row } from "../../figure/figure.ts";
import { inWords, mean, median } from "../rows.ts";
import type { Claim, Expectation, Measurement } from "../study.ts";
import type { Letter } from "./configurations.ts";

/** The rows of one flow, in order of time. */
export interface FlowRows {
	readonly run: string;
	readonly rows: readonly Row[];
	readonly first: Row;
	/** Holds the summary. */
	readonly last: Row;
}

/** The flow of that name, if it has finished: its last row then has a summary. */
export function flowOf(rows: readonly Row[], run: string): FlowRows | undefined {
	const own = rows.filter((row) => row.run === run);
	const [first, last] = [own[0], own.at(-1)];
	return first && last && Object.keys(last).some((key) => key.startsWith("summary/"))
		? { run, rows: own, first, last }
		: undefined;
}

/** Finished flows of a family, `S` of S-0, S-1 …, in order of their seeds. */
export function flowsOf(rows: readonly Row[], family: string): FlowRows[] {
	const isOne = new RegExp(`^${family}-\\d+$`);
	const names = new Set(rows.flatMap(({ run }) => (run && isOne.test(run) ? [run] : [])));
	return [...names].sort((a, b) => seedOf(a) - seedOf(b)).flatMap((name) => flowOf(rows, name) ?? []);
}

/** 3 of S-3. */
export const seedOf = (run: string): number => Number(run.slice(run.lastIndexOf("-") + 1));

/** The number under a key; NaN where there is none. */
export const at = (row: Row | undefined, key: string): number => {
	const value = row?.[key];
	return typeof value === "number" ? value : Number.NaN;
};

/** The row at an event, `T1` say, and the rows from it on; none if the flow never came to it. */
export function rowsFrom({ rows }: FlowRows, event: string): readonly Row[] {
	const start = rows.findIndex((row) => row[`event/${event}`] === 1);
	return start < 0 ? [] : rows.slice(start);
}

/** ∫κ dt up to each row: the time of logistic regression, by the trapezoid rule. */
export function travelled(rows: readonly Row[]): number[] {
	let sum = 0;
	return rows.map((row, i) => {
		const before = rows[i - 1];
		if (before)
			sum +=
				((at(row, "flow/time") - at(before, "flow/time")) *
					(at(row, "flow/kappa") + at(before, "flow/kappa"))) /
				2;
		return sum;
	});
}

/** From `low` to `high`, both allowed. */
export const between = (low: number, high: number): Expectation => ({
	text: `${low} to ${high}`,
	holds: (value) => value >= low && value <= high,
});

/**
 * Which seed speaks for all: the one with the largest or smallest value, or farthest from a value; or the middle one. Of
 * something that a seed does or does not (1, 0) the `mean` is the share of seeds that do.
 */
export type Choice = "largest" | "smallest" | "median" | "mean" | { readonly farthestFrom: number };

/** What `value` is over the seeds of a family; undefined if none has finished or it is no number in one of them. */
export function overSeeds(
	rows: readonly Row[],
	family: string,
	value: (flow: FlowRows) => number,
	choice: Choice,
): Measurement | undefined {
	const flows = flowsOf(rows, family);
	const values = flows.map(value);
	if (values.length === 0 || values.some(Number.isNaN)) return undefined;
	const chosen = choose(values, choice);
	const place = values.indexOf(chosen);
	const [low, high] = [Math.min(...values), Math.max(...values)].map(inWords);
	const spread = low === high ? `${low} in all` : `${low} to ${high}, median ${inWords(median(values))}`;
	const whose = typeof choice === "string" ? words[choice] : undefined;
	const which = low === high ? "" : `; ${whose ?? `${flows[place]!.run} counts`}`;
	return {
		value: chosen,
		detail:
			values.length === 1 ? `One seed: ${flows[0]!.run}.` : `${values.length} seeds: ${spread}${which}.`,
	};
}

const words: Readonly<Record<string, string>> = { median: "the median counts", mean: "the mean counts" };

function choose(values: readonly number[], choice: Choice): number {
	if (choice === "median") return median(values);
	if (choice === "mean") return mean(values);
	if (choice === "largest") return Math.max(...values);
	if (choice === "smallest") return Math.min(...values);
	const { farthestFrom } = choice;
	return values.reduce((far, value) =>
		Math.abs(value - farthestFrom) > Math.abs(far - farthestFrom) ? value : far,
	);
}

/** Which of the paper's hypotheses a configuration breaks. S and R break none, as far as sizes like these can say. */
export const broken: Readonly<Partial<Record<Letter, string>>> = {
	P: "The paper's own experiment breaks two hypotheses: irrelevant words repeat (160 places, 61 words; Assumption 2.3) and the MLP is wider than the embedding (m₁ = 256 > m = 128; Condition 1). Its initial outputs are not near 0 either.",
	A: "The initial W_K and W_Q are larger than Condition 1 allows (σ₀ = 0.3), so that attention can be seen to move; and n = 24 is just below L² = 25.",
	A2: "The initial W_K and W_Q are larger than Condition 1 allows (σ₀ = 0.3), and there is one neuron, so that attention can be seen to move.",
	X: "Condition 1 is broken: σ₀ = 1 for W_K and W_Q where 1/Θ̃(√(Lm)) is asked for.",
	C: "n ≥ Ω̃(L²) is broken (Condition 1): n = 12, L² = 25.",
};

export interface Statement {
	/** `phases.correct`; the letter is appended. */
	readonly id: string;
	/** The paper's sentence in our words. */
	readonly sentence: string;
	readonly place: string;
	readonly expected: Expectation;
	readonly choice: Choice;
	readonly value: (flow: FlowRows) => number;
	readonly letters: readonly Letter[];
	/** What is to be said wherever it is asked. */
	readonly caveat?: string;
}

/** A statement asked of each of its configurations. */
export const claimsOf = ({ letters, id, sentence, value, choice, caveat, ...rest }: Statement): Claim[] =>
	letters.map(
		(letter): Claim => ({
			...rest,
			id: `${id}.${letter}`,
			of: letter,
			sentence,
			...(caveat !== undefined && { caveat }),
			...outsideOf(letter),
			measure: (rows) => overSeeds(rows, letter, value, choice),
		}),
	);

/** What a claim about a configuration says of the hypotheses that it breaks. */
export const outsideOf = (letter: Letter): Pick<Claim, "outside"> => {
	const outside = broken[letter];
	return outside === undefined ? {} : { outside };
};

/** Every configuration with trained attention. */
export const everywhere: readonly Letter[] = ["S", "R", "A", "A2", "C", "P", "X"];

/** A number of the summary. */
export const summary =
	(key: string) =>
	({ last }: FlowRows): number =>
		at(last, `summary/${key}`);

/** A number of the last row. */
export const atEnd =
	(key: string) =>
	({ last }: FlowRows): number =>
		at(last, key);

/** What the runs say about each claim: functions from a study's rows to a number and the words around it. */
import type { Row } from "../../../figure/figure.ts";
import { inWords } from "../../rows.ts";
import type { Measurement } from "../../study.ts";
import { finished, lastLoss, runsIn, type TrainedRun } from "./cells.ts";
import { gridName, seedsName } from "./names.ts";
import { type StepsRatio, stepsRatio } from "./steps.ts";
import { plateauOf } from "./unigram.ts";

export const reference = "pre-norm";

const ofMethod = (rows: readonly Row[], sweep: string, method: string): TrainedRun[] =>
	runsIn(rows, sweep).filter((run) => run.method === method);

/** `seeds 0 2.51, 1 2.53`, or how the runs ended. */
const bySeed = (runs: readonly TrainedRun[], value: (run: TrainedRun) => number): string =>
	`seed ${runs.map((run) => `${run.seed}: ${Number.isFinite(value(run)) ? inWords(value(run)) : run.state}`).join(", ")}`;

/**
 * How far below the unigram plateau a method ends, in nats: the least of its seeds, or the most. A run that diverged
 * has learned nothing: 0.
 */
export function belowPlateau(
	rows: readonly Row[],
	sweep: string,
	method: string,
	which: "least" | "most",
): Measurement | undefined {
	const plateau = plateauOf(rows);
	const runs = ended(ofMethod(rows, sweep, method));
	if (!plateau || runs.length === 0) return undefined;
	const below = runs.map((run) => (run.state === "diverged" ? 0 : plateau.plateau - lastLoss(run)));
	return {
		value: which === "least" ? Math.min(...below) : Math.max(...below),
		detail:
			`validation loss of ${method}, ${bySeed(runs, lastLoss)}; plateau ${plateau.plateau.toFixed(3)} ` +
			`(H₁ of the training text ${plateau.entropy.toFixed(3)}). ${which === "least" ? "The worst seed counts." : "The seed that learned most counts."}`,
	};
}

/** How far below the plateau a method's best rate of the grid comes, in nats. */
export function bestBelowPlateau(rows: readonly Row[], method: string): Measurement | undefined {
	const [plateau, best] = [plateauOf(rows), bestRate(rows, method)];
	if (!plateau || !best) return undefined;
	return {
		value: plateau.plateau - best.loss,
		detail: `${method} at ${best.rate}: ${best.loss.toFixed(3)}; plateau ${plateau.plateau.toFixed(3)}.`,
	};
}

/**
 * The last loss of another method's best seed above that of a method's worst seed, at equal steps, in nats. A seed of the
 * method that diverged has no loss, and the value is none either.
 */
export function below(rows: readonly Row[], method: string, other: string): Measurement | undefined {
	const runs = ended(ofMethod(rows, seedsName, method));
	const others = ended(ofMethod(rows, seedsName, other));
	if (runs.length === 0 || finished(others).length === 0) return undefined;
	return {
		value: Math.min(...finished(others).map(lastLoss)) - Math.max(...runs.map(lastLoss)),
		detail: `${method}, ${bySeed(runs, lastLoss)}; ${other}, ${bySeed(others, lastLoss)}.`,
	};
}

/** A method's run beside the reference of the same seed. */
interface SeedRatio extends StepsRatio {
	readonly seed: number;
	readonly href?: string;
}

/** The steps ratios of a method's runs in a sweep; a run that diverged never got there. */
export function ratiosOf(rows: readonly Row[], sweep: string, method: string): SeedRatio[] {
	const references = finished(ofMethod(rows, seedsName, reference));
	return ended(ofMethod(rows, sweep, method)).flatMap((run) => {
		const other = references.find(({ seed }) => seed === run.seed);
		const ratio = other && stepsRatio(run.points, other.points);
		if (!ratio) return [];
		const least = run.state === "diverged" ? undefined : ratio.least;
		return [{ ...ratio, least, seed: run.seed, ...(run.href !== undefined && { href: run.href }) }];
	});
}

/**
 * 1 / (steps to the reference's loss, as a multiple of its steps): 1 is as fast, 0.2 five times as many steps, and 0 a
 * loss that was not reached. The worst seed.
 */
export function speed(rows: readonly Row[], sweep: string, method: string): Measurement | undefined {
	const ratios = ratiosOf(rows, sweep, method);
	if (ratios.length === 0) return undefined;
	const words = ratios.map(({ seed, most, tried }) =>
		most === undefined
			? `seed ${seed}: not reached in ${inWords(tried)} × the steps`
			: `seed ${seed}: ${inWords(most)} ×`,
	);
	const bounds = ratios.flatMap(({ least }) => (least === undefined ? [] : [least]));
	return {
		value: Math.min(...ratios.map(({ most }) => (most === undefined ? 0 : 1 / most))),
		detail:
			`steps to ${reference}'s last loss, as a multiple of its steps: ${words.join(", ")}` +
			(bounds.length > 0
				? `; at least ${inWords(Math.min(...bounds))} × by the steps in which ${reference} came down to the run's last loss.`
				: "."),
	};
}

/** The best rate of a method in the grid and its loss there; undefined unless all its rates have ended. */
function bestRate(
	rows: readonly Row[],
	method: string,
): { readonly rate: number; readonly loss: number } | undefined {
	const runs = ofMethod(rows, gridName, method);
	if (runs.length < 2 || runs.some(({ state }) => state !== "finished" && state !== "diverged"))
		return undefined;
	const done = finished(runs);
	if (done.length === 0) return undefined;
	const best = done.reduce((least, run) => (lastLoss(run) < lastLoss(least) ? run : least));
	return { rate: best.learningRate!, loss: lastLoss(best) };
}

/** The best rate of a method, divided by the reference's. */
export function rateQuotient(rows: readonly Row[], method: string): Measurement | undefined {
	const [own, other] = [bestRate(rows, method), bestRate(rows, reference)];
	if (!own || !other) return undefined;
	return {
		value: own.rate / other.rate,
		detail: `${method} ${own.rate} (loss ${own.loss.toFixed(3)}), ${reference} ${other.rate} (loss ${other.loss.toFixed(3)}).`,
	};
}

/** The best loss over rates of one method below that of another, in nats. */
export function bestBelow(rows: readonly Row[], method: string, other: string): Measurement | undefined {
	const [own, theirs] = [bestRate(rows, method), bestRate(rows, other)];
	if (!own || !theirs) return undefined;
	return {
		value: theirs.loss - own.loss,
		detail: `best over rates: ${method} ${own.loss.toFixed(3)} at ${own.rate}, ${other} ${theirs.loss.toFixed(3)} at ${theirs.rate}.`,
	};
}

/** A quantity at the end of a method's runs, divided by its value at step 0, or minus it: the least of the seeds. */
export function change(
	rows: readonly Row[],
	method: string,
	quantity: "norm" | "saturation",
): Measurement | undefined {
	const runs = finished(ofMethod(rows, seedsName, method));
	const changes = runs.flatMap(({ seed, points }) => {
		const known = points.filter((point) => Number.isFinite(point[quantity]));
		const [first, last] = [known[0], known.at(-1)];
		if (!first || !last || first === last || last !== points.at(-1)) return [];
		const [before, after] = [first[quantity], last[quantity]];
		const value = quantity === "norm" ? after / before : after - before;
		return [{ value, words: `seed ${seed}: ${before.toFixed(3)} → ${after.toFixed(3)}`, last }];
	});
	if (changes.length === 0 || changes.length < runs.length) return undefined;
	const similarity = changes.map(({ last }) => last.similarity.toFixed(3)).join(", ");
	return {
		value: Math.min(...changes.map(({ value }) => value)),
		detail:
			`${changes.map(({ words }) => words).join("; ")}` +
			(quantity === "saturation"
				? `; mean cosine between final states of different tokens ${similarity}.`
				: "."),
	};
}

/** Runs that will not go on: a run that diverged would diverge again. */
const ended = (runs: readonly TrainedRun[]): TrainedRun[] =>
	runs.filter(({ state, points }) => state === "diverged" || (state === "finished" && points.length > 1));

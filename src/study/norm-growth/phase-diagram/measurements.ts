/** What the grid says about each claim: functions from its cells to a number and the words around it. */

import { mean, median } from "../../rows.ts";
import type { Measurement } from "../../study.ts";
import {
	type GridCell,
	measuredBoundary,
	predictedBoundary,
	predictedGrowth,
	type Reading,
	readings,
	shortSteps,
	within,
} from "./grid.ts";

/** PyTorch's defaults. */
export const defaults = { learningRate: 1e-3, weightDecay: 1e-2 };

/** ‖θ‖ after / before at PyTorch's defaults: of the cell there, or between its four neighbours. */
export function defaultCellGrowth(cells: readonly GridCell[]): Measurement | undefined {
	const [x, y] = [Math.log(defaults.learningRate), Math.log(defaults.weightDecay)];
	const finished = cells.filter(({ run }) => run !== undefined);
	const rates = neighbours(
		finished.map((cell) => Math.log(cell.learningRate)),
		x,
	);
	const decays = neighbours(
		finished.map((cell) => Math.log(cell.weightDecay)),
		y,
	);
	if (!rates || !decays) return undefined;
	let [growth, runs] = [0, 0];
	for (const [rate, rateShare] of rates)
		for (const [decay, decayShare] of decays) {
			const here = finished.filter(
				(cell) => near(Math.log(cell.learningRate), rate) && near(Math.log(cell.weightDecay), decay),
			);
			if (here.length === 0) return undefined;
			growth += rateShare * decayShare * mean(here.map((cell) => cell.growth!));
			runs += here.length;
		}
	const between = rates.length * decays.length > 1 ? ", interpolated between the cells around it" : "";
	return { value: Math.exp(growth), detail: `η = 1e-3, λ = 1e-2, ${runs} runs${between}.` };
}

/** The measured λ* at the learning rate nearest to PyTorch's default. */
export function threshold(cells: readonly GridCell[]): Measurement | undefined {
	const distance = (rate: number) => Math.abs(Math.log(rate / defaults.learningRate));
	const [nearest] = within(measuredBoundary(cells)).sort(
		(x, y) => distance(x.learningRate) - distance(y.learningRate),
	);
	// A decade away it would be another question.
	if (!nearest || distance(nearest.learningRate) > Math.LN10 / 2) return undefined;
	return {
		value: nearest.weightDecay,
		detail: `at η = ${nearest.learningRate}; ${describeBoundary(cells)}.`,
	};
}

/** d log λ* / d log η: 0 if weight decay alone decides, 1 if η/λ does. */
export function boundarySlope(cells: readonly GridCell[]): Measurement | undefined {
	const short = shortSteps(cells);
	const points = within(measuredBoundary(cells)).filter(({ learningRate }) => short(learningRate));
	if (points.length < 2) return undefined;
	const x = points.map(({ learningRate }) => Math.log(learningRate));
	const y = points.map(({ weightDecay }) => Math.log(weightDecay));
	const [mx, my] = [mean(x), mean(y)];
	const covariance = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
	const variance = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
	return {
		value: covariance / variance,
		detail: `least squares through the ${points.length} points at which one step, η√n, is shorter than half the norm; ${describeBoundary(cells)}.`,
	};
}

/** The factor by which the predicted λ* misses the measured one: geometric mean over learning rates. */
export function boundaryFactor(cells: readonly GridCell[], reading: Reading): Measurement | undefined {
	const predicted = new Map(
		predictedBoundary(cells, reading).map(({ learningRate, weightDecay }) => [learningRate, weightDecay]),
	);
	const short = shortSteps(cells);
	const points = within(measuredBoundary(cells)).filter(({ learningRate }) => short(learningRate));
	if (points.length === 0) return undefined;
	const ratios = points.map(({ learningRate, weightDecay }) => predicted.get(learningRate)! / weightDecay);
	const listed = points.map(
		({ learningRate }, i) =>
			`${ratios[i]!.toPrecision(2)} at η = ${learningRate} (s = ${sOf(cells, learningRate, reading)}·√n)`,
	);
	return {
		value: Math.exp(mean(ratios.map((ratio) => Math.abs(Math.log(ratio))))),
		detail: `predicted / measured: ${listed.join("; ")}.`,
	};
}

/** The s of a learning rate's boundary, beside √n. */
function sOf(cells: readonly GridCell[], rate: number, reading: Reading): string {
	const column = cells.filter((cell) => cell.run && cell.learningRate === rate);
	return median(column.map((cell) => readings[reading](cell) / readings.apriori(cell))).toPrecision(2);
}

/** How much more of the sign's variance over the grid λ explains by itself than η does by itself: −1 to 1. Of the paper's range. */
export function decayAgainstRate(cells: readonly GridCell[]): Measurement | undefined {
	const finished = cells.filter(({ growth, weightDecay }) => growth !== undefined && weightDecay <= 0.1);
	const sign = ({ growth }: GridCell) => (growth! > 0 ? 1 : -1);
	const total = mean(finished.map(sign));
	const variance = 1 - total ** 2;
	if (finished.length === 0 || variance === 0) return undefined;
	const explained = (by: (cell: GridCell) => number) =>
		mean(
			finished.map((cell) => {
				const group = finished.filter((other) => by(other) === by(cell));
				return (mean(group.map(sign)) - total) ** 2;
			}),
		) / variance;
	const [decay, rate] = [explained((cell) => cell.weightDecay), explained((cell) => cell.learningRate)];
	return {
		value: decay - rate,
		detail: `share of the sign's variance over ${finished.length} runs with λ ≤ 0.1, the paper's range: λ alone ${decay.toFixed(2)}, η alone ${rate.toFixed(2)}.`,
	};
}

/** Share of runs whose norm changed in the predicted direction. */
export function signAgreement(cells: readonly GridCell[], reading: Reading): Measurement | undefined {
	const finished = cells.filter(({ run }) => run !== undefined);
	if (finished.length === 0) return undefined;
	const wrong = finished.filter((cell) => cell.growth! > 0 !== predictedGrowth(cell, reading) > 0);
	const largest = wrong.toSorted((x, y) => Math.abs(y.growth!) - Math.abs(x.growth!))[0];
	const worst = largest
		? `; of the ${wrong.length} others the norm changed most at η = ${largest.learningRate}, λ = ${largest.weightDecay}: ` +
			`× ${Math.exp(largest.growth!).toPrecision(4)}`
		: "";
	return {
		value: 1 - wrong.length / finished.length,
		detail: `${finished.length - wrong.length} of ${finished.length} runs${worst}${describeSeeds(finished)}.`,
	};
}

/** 1 − Σ(measured − predicted)² / Σ measured², of ln(‖θ‖ after / before). */
export function finiteTimeFit(cells: readonly GridCell[], reading: Reading): Measurement | undefined {
	const finished = cells.filter(({ run }) => run !== undefined);
	if (finished.length === 0) return undefined;
	const errors = finished.map((cell) => cell.growth! - predictedGrowth(cell, reading));
	const squares = (values: readonly number[]) => values.reduce((sum, x) => sum + x * x, 0);
	const largest = Math.exp(Math.max(...errors.map(Math.abs)));
	return {
		value: 1 - squares(errors) / squares(finished.map(({ growth }) => growth!)),
		detail: `over ${finished.length} runs, whose norms changed by factors of ${range(finished)}; largest error a factor of ${largest.toPrecision(3)}.`,
	};
}

function describeBoundary(cells: readonly GridCell[]): string {
	const crossings = measuredBoundary(cells);
	const points = within(crossings).map(
		({ learningRate, weightDecay }) => `${weightDecay.toPrecision(2)} at η = ${learningRate}`,
	);
	const outside = (["above", "below"] as const).flatMap((side) => {
		const rates = crossings.filter(({ weightDecay }) => weightDecay === side).map((x) => x.learningRate);
		return rates.length ? [`${side} the grid at η = ${rates.join(", ")}`] : [];
	});
	return `λ* ${[...points, ...outside].join("; ")}`;
}

/** How often the seeds of one place agree. */
function describeSeeds(cells: readonly GridCell[]): string {
	const places = new Map<string, Set<boolean>>();
	for (const { learningRate, weightDecay, growth } of cells) {
		const place = `${learningRate} ${weightDecay}`;
		places.set(place, (places.get(place) ?? new Set()).add(growth! > 0));
	}
	if (new Set(cells.map(({ seed }) => seed)).size < 2) return "";
	const disagree = [...places.values()].filter((signs) => signs.size > 1).length;
	return `; the seeds disagree at ${disagree} of ${places.size} places`;
}

function range(cells: readonly GridCell[]): string {
	const growths = cells.map(({ growth }) => Math.exp(growth!));
	return `${Math.min(...growths).toPrecision(3)} to ${Math.max(...growths).toPrecision(3)}`;
}

const near = (x: number, y: number): boolean => Math.abs(x - y) < 1e-6;

/** The values on both sides of `at` with their weights in a linear interpolation; undefined if it lies outside. */
function neighbours(values: readonly number[], at: number): [value: number, share: number][] | undefined {
	const exact = values.find((value) => near(value, at));
	if (exact !== undefined) return [[exact, 1]];
	const [low, high] = [
		Math.max(...values.filter((value) => value < at)),
		Math.min(...values.filter((value) => value > at)),
	];
	if (!Number.isFinite(low + high)) return undefined;
	const share = (at - low) / (high - low);
	return [
		[low, 1 - share],
		[high, share],
	];
}

/**
 * Growth laws of measured runs. Fits are over steps at equal distances, as the checkpoints of Merrill et al. 2021
 * are; over all points, the dense first steps would weigh most.
 */
import { type Row, runsOf, valuesOf } from "../figure/figure.ts";
import type { FittedCurve } from "../figure/norm.ts";
import { describeFit, fitGrowthLaw, type GrowthFit, rankGrowthLaws } from "../theory/growth-law.ts";
import { evenlySpaced } from "../theory/series.ts";

const encoderNorm = "dyn/norm.encoder";

/** A norm of one run at steps of equal distance; undefined if there are fewer than five. */
export function normSeries(
	rows: readonly Row[],
	key: string = encoderNorm,
): { steps: number[]; norms: number[] } | undefined {
	const values = valuesOf(rows, key);
	const even = new Set(evenlySpaced(values.map(({ step }) => step)));
	const points = values.filter(({ step }) => even.has(step));
	if (points.length < 5) return undefined;
	return { steps: points.map(({ step }) => step), norms: points.map(({ value }) => value) };
}

/** All laws fitted to one run's norm, smallest residual first; none if there are too few points. */
export function rankedLaws(rows: readonly Row[], key?: string): GrowthFit[] {
	const series = normSeries(rows, key);
	return series ? rankGrowthLaws(series.steps, series.norms) : [];
}

/** The √t fit of each run in the words of a legend. */
export function sqrtFits(rows: readonly Row[], key?: string): FittedCurve[] {
	return runsOf(rows).flatMap((run) => {
		const series = normSeries(
			rows.filter((row) => row.run === run),
			key,
		);
		if (!series) return [];
		const fit = fitGrowthLaw("sqrt", series.steps, series.norms);
		return [{ run, label: `${describeFit(fit)}, r² = ${fit.r2.toFixed(4)}`, predict: fit.predict }];
	});
}

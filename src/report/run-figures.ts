/** The figures that any set of runs has: what was measured decides which. */
import { drawDirection } from "../figure/direction.ts";
import { type Figure, type FigureOptions, type Row, runsOf, valuesOf } from "../figure/figure.ts";
import { drawNormHeatMap, drawSaturationHeatMap } from "../figure/heat-map.ts";
import { drawLoss } from "../figure/loss.ts";
import { drawNorm, type FittedCurve } from "../figure/norm.ts";
import { drawNormByLayer, drawSaturationByLayer } from "../figure/profile.ts";
import { drawScopes } from "../figure/scopes.ts";
import { drawStep } from "../figure/step.ts";
import { fitGrowthLaw } from "../theory/growth-law.ts";
import { evenlySpaced } from "../theory/series.ts";

/**
 * The √t fit of each run that has measured the norm at three steps or more, in the words of a legend. The fit is over
 * points at equal distances, as the paper's checkpoints.
 */
export function sqrtFits(rows: readonly Row[], key = "dyn/norm.encoder"): FittedCurve[] {
	return runsOf(rows).flatMap((run) => {
		const all = valuesOf(rows, key).filter((point) => point.run === run);
		const even = new Set(evenlySpaced(all.map(({ step }) => step)));
		if (even.size < 3) return [];
		const points = all.filter(({ step }) => even.has(step));
		const fit = fitGrowthLaw(
			"sqrt",
			points.map(({ step }) => step),
			points.map(({ value }) => value),
		);
		const sign = fit.b < 0 ? "−" : "+";
		const label = `${digits(fit.a)}·√t ${sign} ${digits(Math.abs(fit.b))}, r² = ${fit.r2.toFixed(4)}`;
		return [{ run, label, predict: fit.predict }];
	});
}

const digits = (value: number) => String(Number(value.toPrecision(4)));

/** All figures for which the rows hold data, in the order of a report. */
export function runFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	return [
		drawNorm(rows, { ...options, fits: sqrtFits(rows) }),
		drawSaturationByLayer(rows, options),
		drawDirection(rows, options),
		drawStep(rows, options),
		drawLoss(rows, options),
		drawNormByLayer(rows, options),
		drawScopes(rows, options),
		drawNormHeatMap(rows, options),
		drawSaturationHeatMap(rows, options),
	].filter((figure) => figure !== undefined);
}

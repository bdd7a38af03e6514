/** The figures that any set of runs has: what was measured decides which. */
import { drawDirection } from "../figure/direction.ts";
import { type Figure, type FigureOptions, isFlowRow, type Row } from "../figure/figure.ts";
import { drawNormHeatMap, drawSaturationHeatMap } from "../figure/heat-map.ts";
import { drawLoss } from "../figure/loss.ts";
import { drawNorm } from "../figure/norm.ts";
import { drawNormByLayer, drawSaturationByLayer, drawSimilarityByLayer } from "../figure/profile.ts";
import { drawSaturation } from "../figure/saturation.ts";
import { drawScopes } from "../figure/scopes.ts";
import { drawStep } from "../figure/step.ts";
import { flowFigures } from "./flow-figures.ts";
import { sqrtFits } from "./growth.ts";

/** All figures for which the rows hold data, in the order of a report: first of trainings, then of flows. */
export function runFigures(all: readonly Row[], options: FigureOptions): Figure[] {
	const rows = all.filter((row) => !isFlowRow(row));
	const trainings = [
		drawNorm(rows, { ...options, fits: sqrtFits(rows) }),
		drawSaturation(rows, options),
		drawSaturationByLayer(rows, options),
		drawSimilarityByLayer(rows, options),
		drawDirection(rows, options),
		drawStep(rows, options),
		drawLoss(rows, options),
		drawNormByLayer(rows, options),
		drawScopes(rows, options),
		drawNormHeatMap(rows, options),
		drawSaturationHeatMap(rows, options),
	].filter((figure) => figure !== undefined);
	return [...trainings, ...flowFigures(all, options)];
}

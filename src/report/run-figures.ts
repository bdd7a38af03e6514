/** The figures that any set of runs has: what was measured decides which. */
import { drawDirection } from "../figure/direction.ts";
import type { Figure, FigureOptions, Row } from "../figure/figure.ts";
import { drawNormHeatMap, drawSaturationHeatMap } from "../figure/heat-map.ts";
import { drawLoss } from "../figure/loss.ts";
import { drawNorm } from "../figure/norm.ts";
import { drawNormByLayer, drawSaturationByLayer, drawSimilarityByLayer } from "../figure/profile.ts";
import { drawSaturation } from "../figure/saturation.ts";
import { drawScopes } from "../figure/scopes.ts";
import { drawStep } from "../figure/step.ts";
import { sqrtFits } from "./growth.ts";

/** All figures for which the rows hold data, in the order of a report. */
export function runFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	return [
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
}

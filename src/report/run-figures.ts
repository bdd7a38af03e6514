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

/** Undefined where the rows hold nothing of it. */
export type DrawRows = (rows: readonly Row[], options: FigureOptions) => Figure | undefined;

/** Every figure of trainings, by id, in the order of a report: each may be drawn by itself. */
export const trainingFigures: Readonly<Record<string, DrawRows>> = {
	norm: (rows, options) => drawNorm(rows, { ...options, fits: sqrtFits(rows) }),
	saturation: drawSaturation,
	"saturation-by-layer": drawSaturationByLayer,
	"similarity-by-layer": drawSimilarityByLayer,
	direction: drawDirection,
	step: drawStep,
	loss: drawLoss,
	"norm-by-layer": drawNormByLayer,
	scopes: drawScopes,
	"norm-heat-map": drawNormHeatMap,
	"saturation-heat-map": drawSaturationHeatMap,
};

/** All figures for which the rows hold data, in the order of a report: first of trainings, then of flows. */
export function runFigures(all: readonly Row[], options: FigureOptions): Figure[] {
	const rows = all.filter((row) => !isFlowRow(row));
	const trainings = Object.values(trainingFigures).map((draw) => draw(rows, options));
	return [...trainings.filter((figure) => figure !== undefined), ...flowFigures(all, options)];
}

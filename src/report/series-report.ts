/** The report of a series of checkpoints as one HTML file: `orrery inspect`, `orrery watch`. */
import { dirname, resolve } from "node:path";
import { JSDOM } from "jsdom";
import { byLayer } from "../figure/by-part.ts";
import { countFindings, type Finding } from "../inspect/finding.ts";
import type { SeriesMeasure } from "../inspect/series-measure.ts";
import { seriesName } from "../inspect/series-name.ts";
import { seriesRows } from "../inspect/series-rows.ts";
import { makeFolder } from "../run/make-folder.ts";
import { type Report, writeReport } from "./report.ts";
import { growthFigures, layerFigures, stepFigures } from "./series-figures.ts";
import { growthTable, layerGrowth, scopeGrowth } from "./series-growth.ts";
import { checkpointsTable, factsTable, findingsTable, ignoredTable, tensorsTable } from "./series-tables.ts";

/** Writes the report of a measured series to the file `out`, in one move, its folder made if absent. */
export async function reportSeries(
	measure: SeriesMeasure,
	findings: readonly Finding[],
	out: string,
): Promise<void> {
	const path = resolve(out);
	await makeFolder(dirname(path));
	await writeReport(path, seriesReport(measure, findings));
}

/** The report, with figures drawn in a document of its own. */
export function seriesReport(measure: SeriesMeasure, findings: readonly Finding[]): Report {
	const name = seriesName(measure.series.location);
	const rows = seriesRows(measure, name);
	const { document } = new JSDOM("").window;
	const parts = byLayer(rows);
	const [scopes, layers] = [scopeGrowth(rows), layerGrowth(parts)];
	const { steps, ignored } = measure;
	return {
		title: `Checkpoints of ${name}`,
		introduction:
			`${steps.length} ${steps.length === 1 ? "checkpoint" : "checkpoints"}, ` +
			`steps ${steps[0]} to ${steps.at(-1)}, read from ${measure.series.location}. ` +
			`The checks found ${countFindings(findings)}.`,
		sections: [
			{
				name: "findings",
				title: "What looks wrong",
				tables: findings.length > 0 ? [findingsTable(findings)] : [],
				figures: [],
			},
			{
				name: "series",
				title: "The series",
				tables: [
					factsTable(measure),
					checkpointsTable(measure, rows),
					tensorsTable(measure),
					...(ignored.length > 0 ? [ignoredTable(measure)] : []),
				],
				figures: [],
			},
			{
				name: "growth",
				title: "Growth of the norm",
				introduction:
					scopes.length > 0
						? undefined
						: "Growth laws are fitted to five checkpoints at equal distances or more; there are fewer.",
				tables:
					scopes.length > 0
						? [
								growthTable(scopes, {
									title: "Slope, offset and exponent",
									note:
										"Least squares through the checkpoints at equal distances; in brackets 95 % confidence. The intervals " +
										"suppose independent residuals. Those of one training are not, so read them as lower bounds.",
								}),
								...(layers.length > 0
									? [growthTable(layers, { summary: `The same of ${layers.length} blocks` })]
									: []),
							]
						: [],
				laws: scopes,
				figures: growthFigures(rows, layers, { document }),
			},
			{
				name: "steps",
				title: "Direction and steps",
				introduction:
					"Steps are those between checkpoints, not those of the optimizer: in between the parameters may have gone to and fro.",
				figures: stepFigures(rows, { document }),
			},
			{ name: "layers", title: "Layer by step", figures: layerFigures(parts, { document }) },
		],
	};
}

/** The report of `orrery saturation`: pretrained models beside random ones, as one HTML file with its tables as CSV. */
import { join, resolve } from "node:path";
import { JSDOM } from "jsdom";
import { toCsv } from "../figure/csv.ts";
import type { DataRow } from "../figure/figure.ts";
import type { ModelSaturation } from "../pretrained/model-saturation.ts";
import { makeFolder } from "../run/make-folder.ts";
import { replaceFile } from "../run/replace-file.ts";
import { version } from "../version.ts";
import { type Report, writeReport } from "./report.ts";
import { headFigures, homogeneityFigures, layerFigures, trapFigures } from "./saturation-figures.ts";
import { modelsTable, statesTable, trapsTable } from "./saturation-tables.ts";

const parts = {
	rows: "saturation.csv",
	heads: "heads.csv",
	homogeneity: "homogeneity.csv",
	traps: "traps.csv",
} as const;

/**
 * Writes `report.html`, `saturation.json` and a CSV for each thing measured into a folder, made if absent.
 * Returns the path of the report.
 */
export async function reportSaturation(models: readonly ModelSaturation[], out: string): Promise<string> {
	const folder = resolve(out);
	await makeFolder(folder);
	for (const [part, file] of Object.entries(parts)) {
		const rows = models.flatMap((model) =>
			model[part as keyof typeof parts].map((row) => ({ model: model.name, ...finiteOnly(row) })),
		);
		if (rows.length > 0) await replaceFile(join(folder, file), toCsv(rows));
	}
	await replaceFile(
		join(folder, "saturation.json"),
		`${JSON.stringify({ version, models }, undefined, "\t")}\n`,
	);
	const path = join(folder, "report.html");
	await writeReport(path, saturationReport(models));
	return path;
}

/** What was not measured is an empty cell. */
const finiteOnly = (row: object): DataRow =>
	Object.fromEntries(
		Object.entries(row)
			.filter(([, value]) => typeof value !== "number" || Number.isFinite(value))
			.map(([key, value]) => [key, typeof value === "boolean" ? String(value) : value]),
	);

export function saturationReport(models: readonly ModelSaturation[]): Report {
	const options = { document: new JSDOM("").window.document };
	const { factor, text, seeds } = models[0]!;
	const names = models.map(({ name }) => name).join(", ");
	return {
		title: `Saturation of ${names}`,
		introduction:
			`How near ${models.length === 1 ? "the model is" : "the models are"} to the network that ${models.length === 1 ? "it turns" : "they turn"} into when all ` +
			`parameters are multiplied by ${factor}: the cosine between states, layer by layer (Merrill et al. 2021, §4.1), on ` +
			`${text}. Dropout is off everywhere; encoder and decoder are apart; ` +
			`${seeds > 0 ? `the baseline is ${seeds} random ${seeds === 1 ? "initialisation" : "initialisations"} of the same configuration` : "there is no random baseline (--seeds 0)"}.`,
		sections: [
			{
				name: "saturation",
				title: "Saturation by layer",
				tables: [modelsTable(models), statesTable(models)],
				figures: layerFigures(models, options),
			},
			{
				name: "traps",
				title: "Traps of this measurement",
				introduction:
					"Ways to measure something else, each of which has been fallen into (specification §4.3). " +
					"Dropout and skips are measured with --traps; the others are in every measurement.",
				tables: trapsTable(models).rows.length > 0 ? [trapsTable(models)] : [],
				figures: trapFigures(models, options),
			},
			{
				name: "heads",
				title: "Attention heads",
				figures: headFigures(models, options),
			},
			{
				name: "homogeneity",
				title: "Homogeneity",
				figures: homogeneityFigures(models, options),
			},
		],
	};
}

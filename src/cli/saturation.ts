/** `orrery saturation`: how near pretrained models are to their saturated limit, layer by layer. */
import { Command, InvalidArgumentError, Option } from "commander";
import { openEngine } from "../engine/engine.ts";
import type { Device } from "../engine/types.ts";
import { UserError } from "../error.ts";
import { type ModelSaturation, measureModel } from "../pretrained/model-saturation.ts";
import type { Precision } from "../pretrained/network-runner.ts";
import { stateLabel } from "../pretrained/states.ts";
import { makeFolder } from "../run/make-folder.ts";
import { Interrupted } from "./exit.ts";
import { deviceOption, followed, wholeNumber } from "./run-options.ts";
import { formatTable, printJson, say } from "./terminal.ts";

interface Options {
	readonly text?: string;
	readonly ids?: string;
	readonly factor: number;
	readonly precision: Precision;
	readonly passages: number;
	readonly length: number;
	readonly seeds: number;
	readonly heads?: true;
	readonly homogeneity?: true;
	readonly traps?: true;
	readonly out: string;
	readonly json?: true;
	readonly device?: Device;
	readonly threads?: number;
}

export const saturationCommand = (): Command =>
	new Command("saturation")
		.description(
			"Measure how saturated pretrained models are, by layer, beside models that were not trained.",
		)
		.argument("<models...>", "folders of Hugging Face models: config.json, weights, tokenizer")
		.option("--text <path>", "text, passages between blank lines; or NLTK's folder of the Brown corpus")
		.option(
			"--ids <file>",
			"token ids as JSON, in place of a text: a list of lists, or input_ids with lengths",
		)
		.option("--factor <c>", "what every parameter is multiplied by", positiveNumber, 1000)
		.addOption(
			new Option("--precision <type>", "type of all numbers")
				.choices(["float32", "float64"])
				.default("float32"),
		)
		.option("--passages <number>", "most passages", wholeNumber(1), 100)
		.option("--length <tokens>", "most tokens of a passage", wholeNumber(2), 512)
		.option("--seeds <number>", "random initialisations to compare with", wholeNumber(0), 3)
		.option("--heads", "also measure the attention heads")
		.option("--homogeneity", "also measure how states settle with c, and their degrees")
		.option("--traps", "also measure what goes wrong with dropout left on, and where skips vanish")
		.option("--out <folder>", "where the report and the tables go", "saturation")
		.option("--json", "print the numbers as one JSON document on stdout")
		.addOption(deviceOption())
		.option("--threads <number>", "threads of the CPU (default: all)", wholeNumber(1))
		.action(async (folders: string[], options: Options) => {
			const { text, ids, out, json } = options;
			const path = text ?? ids;
			if (path === undefined || (text !== undefined && ids !== undefined))
				throw new UserError(
					`Expected \`--text\` or \`--ids\` to be given, got ${path === undefined ? "neither" : "both"}. Give a text file ` +
						"(passages between blank lines), NLTK's folder `nltk_data/corpora/brown`, or a JSON file of token ids.",
				);
			// Where nothing can be written is said before the measuring, which takes long.
			await makeFolder(out);
			const models = await measureAll(folders, path, options);
			// Loads a DOM to draw in, which takes longer than all else.
			const { reportSaturation } = await import("../report/saturation-report.ts");
			const report = await reportSaturation(models, out);
			if (json) printJson({ report, models });
			else process.stdout.write(`${table(models)}\n`);
			say(`Report: ${report}`);
		});

async function measureAll(
	folders: readonly string[],
	path: string,
	options: Options,
): Promise<ModelSaturation[]> {
	const { ids, factor, precision, passages, length, seeds, device, threads } = options;
	const engine = await openEngine({ ...(device && { device }), ...(threads && { threads }) });
	try {
		return await followed(async ({ signal, onShare }) => {
			const models: ModelSaturation[] = [];
			for (const folder of folders)
				models.push(
					await measureModel(
						engine,
						folder,
						{ path, kind: ids === undefined ? "text" : "ids", passages, length },
						{
							factor,
							precision,
							seeds,
							heads: options.heads ?? false,
							homogeneity: options.homogeneity ?? false,
							traps: options.traps ?? false,
							signal,
							onProgress: (fraction) => onShare(folder, fraction),
						},
					).catch((error) => {
						throw signal.aborted ? new Interrupted() : error;
					}),
				);
			return models;
		});
	} finally {
		await engine.dispose();
	}
}

function positiveNumber(text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new InvalidArgumentError("Expected a number greater than 0.");
}

const number = (value: number | undefined): string =>
	value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(4);

function table(models: readonly ModelSaturation[]): string {
	return formatTable([
		["model", "stack", "layer", "saturation", "random", "whole passages", "likeness"],
		...models.flatMap(({ name, rows }) =>
			rows
				.filter(({ network }) => network === "pretrained")
				.map((row) => {
					const random = rows
						.filter(
							({ network, stack, layer }) =>
								network === "random" && stack === row.stack && layer === row.layer,
						)
						.map(({ saturation }) => saturation);
					return [
						name,
						rows.some(({ stack }) => stack !== row.stack) ? row.stack : "–",
						stateLabel(row),
						number(row.saturation),
						random.length > 0 ? number(random.reduce((a, b) => a + b, 0) / random.length) : "–",
						number(row.sequence),
						number(row.similarity),
					];
				}),
		),
	]);
}

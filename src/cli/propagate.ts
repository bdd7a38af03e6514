/** `orrery propagate`: what a configured model does to its signals, at its beginning or at a checkpoint. */
import { Command } from "commander";
import { UserError } from "../error.ts";
import { breakdownMessage } from "../probe/signal-notes.ts";
import { readRunConfig } from "../run/config-file.ts";
import { type ModelSignals, measureModelSignals } from "../run/signals.ts";
import { setting, wholeNumber } from "./run-options.ts";
import { formatTable, printJson, say } from "./terminal.ts";

interface Options {
	readonly checkpoint?: string;
	readonly tokens?: number;
	readonly sequences?: number;
	readonly set?: Record<string, unknown>;
	readonly out: string;
	readonly json?: true;
}

export const propagateCommand = (): Command =>
	new Command("propagate")
		.description(
			"Show how a model's signals go through depth: kernels of its states, gradients of its blocks.",
		)
		.argument("<config>", "JSON file, as for train")
		.option("--checkpoint <folder>", "a run's directory, or a checkpoint's (default: the model as it begins)")
		.option(
			"--tokens <number>",
			"length of each sequence (default: the context, 128 at most)",
			wholeNumber(2),
		)
		.option("--sequences <number>", "sequences of validation text (default: 4)", wholeNumber(1))
		.option("--set <key=value>", "set a key of the configuration, as in model.layers=36", setting)
		.option("--out <file>", "the report to write", "propagation.html")
		.option("--json", "print the numbers as one JSON document on stdout")
		.action(async (path: string, { checkpoint, tokens, sequences, set, out, json }: Options) => {
			const config = await readRunConfig(path, set);
			const measured = await measureModelSignals(config, { checkpoint, tokens, sequences });
			// Loads a DOM to draw in, which takes longer than all else.
			const { reportSignals } = await import("../report/signal-report.ts");
			await reportSignals(config.name, measured, out);
			const { signals, step, noPrediction, rows } = measured;
			if (json)
				printJson({
					report: out,
					step: step ?? 0,
					tokens: measured.tokens,
					sequences: measured.sequences,
					breakdown: signals.breakdown,
					noPrediction,
					rows,
				});
			else process.stdout.write(`${table(measured)}\n`);
			say(`Report: ${out}`);
			const message = breakdownMessage(signals);
			if (message !== undefined) throw new UserError(`${message} (${path})`);
		});

function number(value: number | undefined): string {
	if (value === undefined || Number.isNaN(value)) return "–";
	const size = Math.abs(value);
	const isPlain = size === 0 || (size >= 1e-4 && size < 1e5);
	return isPlain ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

const columns = {
	cosine: "cosine",
	"predicted/cosine": "predicted",
	rank: "rank",
	"predicted/rank": "predicted",
	"q.least": "q least",
	q: "mean",
	"q.most": "most",
};
const gradients = { "gradient/all": "‖∇‖ of the block", "gradient/query": "W_Q", "gradient/value": "W_V" };

/** A row for the embeddings and each block: the states after it, and its own gradient. */
function table({ rows }: ModelSignals): string {
	const blocks = rows.filter(({ block }) => block !== undefined);
	const depths = rows.filter(({ depth }) => Number.isInteger(depth));
	return formatTable([
		["after", ...Object.values(columns), ...(blocks.length > 0 ? Object.values(gradients) : [])],
		...depths.map((row) => [
			row["depth"] === 0 ? "embeddings" : `block ${row["depth"]! - 1}`,
			...Object.keys(columns).map((key) => number(row[key])),
			...(blocks.length > 0
				? Object.keys(gradients).map((key) => number(blocks[row["depth"]! - 1]?.[key]))
				: []),
		]),
	]);
}

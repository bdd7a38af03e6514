/** Signals of a configured model on its own validation text: as it begins, or as a checkpoint has it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Checkpoint, listCheckpoints, readCheckpoint } from "../checkpoint/checkpoint.ts";
import { openDataset } from "../data/dataset.ts";
import { openEngine } from "../engine/engine.ts";
import type { TypedArray } from "../engine/types.ts";
import { UserError } from "../error.ts";
import type { ModelConfig } from "../model/config.ts";
import { initialise } from "../model/initialise.ts";
import { parameterSpecs, tensorsOf } from "../model/parameters.ts";
import { compileSignals, type Signals } from "../probe/signal.ts";
import { predictIfPossible } from "../probe/signal-notes.ts";
import { type SignalRow, signalRows } from "../probe/signal-rows.ts";
import type { Propagation } from "../theory/signal/propagate.ts";
import { type RunConfig, resolveModel } from "./config.ts";

export interface SignalOptions {
	/** A run's directory, whose last checkpoint is taken, or that of a checkpoint. Default: the model as it begins. */
	readonly checkpoint?: string | undefined;
	/** T of each sequence. Default: the context, 128 at most. */
	readonly tokens?: number | undefined;
	/** Default: 4. */
	readonly sequences?: number | undefined;
}

export interface ModelSignals {
	readonly model: ModelConfig;
	/** Of the checkpoint; absent for the model as it begins. */
	readonly step?: number;
	/** What was read: the data set in a line. */
	readonly data: string;
	readonly tokens: number;
	readonly sequences: number;
	readonly signals: Signals;
	/** The recursion from the measured embeddings, a sequence each; none where the model has no prediction. */
	readonly predictions: readonly Propagation[];
	/** Why there is none. */
	readonly noPrediction?: string;
	/** As `signalRows` makes them. */
	readonly rows: readonly SignalRow[];
}

const defaultTokens = 128;

/**
 * Measures kernels and gradients, and predicts the kernels of the model's beginning. Throws UserError if the checkpoint
 * is missing, damaged or of another model, or if there are not as many tokens.
 */
export async function measureModelSignals(
	config: RunConfig,
	{ checkpoint, tokens, sequences = 4 }: SignalOptions,
): Promise<ModelSignals> {
	const { context } = resolveModel(config.model, (config.model["vocabulary"] as number | undefined) ?? 1, "");
	if (tokens !== undefined && (tokens < 2 || tokens > context))
		throw new UserError(
			`Expected \`tokens\` to be from 2 to ${context} (\`model.context\`), got ${tokens}. Choose fewer, or raise the context.`,
		);
	const { batch } = config.training;
	const dataset = await openDataset(config.data, context, batch, config.seed);
	const model = resolveModel(config.model, dataset.vocabularySize, dataset.description);
	const text = longestRows(dataset.evaluationBatches("validation", Math.ceil(sequences / batch)), context);
	const rows = text.slice(0, sequences);
	const length = Math.min(tokens ?? Math.min(context, defaultTokens), ...rows.map((row) => row.length - 1));
	if (length < 2)
		throw new UserError(
			`Expected validation sequences of at least 2 tokens, got ${length}. Choose other data. (${dataset.description})`,
		);
	const engine = await openEngine(config.engine);
	let opened: Checkpoint | undefined;
	try {
		if (checkpoint !== undefined) opened = await openAny(checkpoint, model);
		// A formal language is learned by sets of next symbols: its loss is another one.
		const gradients = dataset.testBatches === undefined;
		const program = await compileSignals(engine, model, { sequences: rows.length, length, gradients });
		const params = tensorsOf(engine, program.specs, await valuesOf(config, model, opened));
		const signals = await program.measure(
			params,
			Int32Array.from(rows.flatMap((row) => [...row.subarray(0, length + 1)])),
		);
		const { predictions, noPrediction } = predictIfPossible(model, signals);
		return {
			model,
			...(opened ? { step: opened.step } : {}),
			data: dataset.description,
			tokens: length,
			sequences: rows.length,
			signals,
			predictions,
			...(noPrediction ? { noPrediction } : {}),
			rows: signalRows(model, signals, predictions),
		};
	} finally {
		await opened?.close();
		await engine.dispose();
	}
}

/** Rows of batches without their padding, the longest first; those of equal length in their order. */
function longestRows(
	batches: readonly { readonly tokens: Int32Array; readonly weights?: Float32Array }[],
	context: number,
): Int32Array[] {
	const rows = batches.flatMap(({ tokens, weights }) =>
		Array.from({ length: tokens.length / (context + 1) }, (_, row) => {
			const counts = weights?.subarray(row * context, (row + 1) * context);
			const real = counts ? counts.findLastIndex((w) => w > 0) + 1 : context;
			return tokens.subarray(row * (context + 1), row * (context + 1) + real + 1);
		}),
	);
	return rows.sort((a, b) => b.length - a.length);
}

async function openAny(folder: string, model: ModelConfig): Promise<Checkpoint> {
	const path = existsSync(join(folder, "state.json")) ? folder : (await listCheckpoints(folder)).at(-1)?.path;
	if (path === undefined)
		throw new UserError(
			`Expected \`${folder}\` to be a run's directory with a checkpoint, or a checkpoint's, got neither. ` +
				"Leave --checkpoint out for the model as it begins.",
		);
	return readCheckpoint(path, { model: parameterSpecs(model) });
}

async function valuesOf(
	{ seed }: RunConfig,
	model: ModelConfig,
	checkpoint: Checkpoint | undefined,
): Promise<Record<string, TypedArray>> {
	const values: Record<string, TypedArray> = {};
	if (checkpoint)
		for (const [name, tensor] of Object.entries(checkpoint.model)) values[name] = await tensor.read();
	else for (const [name, initial] of Object.entries(initialise(model, seed))) values[name] = initial.values;
	return values;
}

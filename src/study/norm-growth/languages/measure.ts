/**
 * A network trained on a formal language, and its saturated forms, asked for the sets of symbols that may follow.
 *
 *     soft        as trained
 *     hard        softmax replaced by saturated attention (Merrill et al. §4.2), all else as trained
 *     saturated   the limit c → ∞ of all parameters × c: what is of lower degree is gone too, such as biases
 *
 * The logits of the saturated network are defined up to a positive factor. A symbol is in a set where its logit is
 * above 0, so the factor does not matter.
 */
import { type Array as JaxArray, numpy as np, tree } from "@jax-js/jax";
import type { Batch as HostBatch } from "../../../data/batches.ts";
import type { LanguageSource } from "../../../data/config.ts";
import { languageOf } from "../../../data/languages/languages.ts";
import type { Engine, Spec, TypedArray } from "../../../engine/types.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { type Parameters, parameterSpecs, tensorsOf } from "../../../model/parameters.ts";
import { saturated } from "../../../model/saturated.ts";
import { type Batch, loss } from "../../../model/transformer.ts";
import { accuracy, wrongAnswers } from "../../../probe/recognition.ts";
import { saturationMetrics, saturationSums } from "../../../probe/saturation.ts";
import type { FinishedRun, ParameterValues } from "../../../run/finished-run.ts";
import { batchLeaves } from "../../../run/programs.ts";
import type { AnalysisRow } from "../../study.ts";

export const networks = ["soft", "hard", "saturated"] as const;

/** Most batches of validation that saturation and loss are measured on. */
const probeBatches = 4;

/**
 * The row of one finished run: `<network>/in` and `<network>/longer`, shares of strings recognised; saturation at
 * c = 1000, trained and at initialisation; the likeness of tokens, its control; and the loss.
 */
export async function measureLanguage(run: FinishedRun, engine: Engine): Promise<AnalysisRow> {
	const { model, data, training } = run.config;
	const language = languageOf((data.source as LanguageSource).language);
	const dataset = await run.dataset();
	const inRange = dataset.evaluationBatches("validation");
	const [longer] = dataset.testBatches!().values();
	const trained = await run.parameters();

	const forms: Readonly<Record<(typeof networks)[number], ModelConfig>> = {
		soft: model,
		hard: { ...model, attention: "hard" },
		saturated: saturated(model),
	};
	const accuracies: Record<string, number> = {};
	for (const network of networks) {
		const share = await recogniser(engine, forms[network], trained, inRange[0]!);
		accuracies[`${network}/in`] = await share(inRange);
		accuracies[`${network}/longer`] = await share(longer!);
		share.dispose();
	}
	const look = await probe(engine, model, inRange.slice(0, probeBatches));
	const [now, before] = [await look(trained), await look(run.initialParameters())];
	look.dispose();
	return {
		language: language.title,
		definition: language.definition,
		family: language.family,
		positions: model.positions,
		layers: model.layers,
		steps: training.steps,
		...accuracies,
		...now,
		"initial/saturation": before.saturation,
	};
}

/** The specs of batches like this one. */
function batchSpecs({ tokens, weights, targets }: HostBatch, model: ModelConfig): Record<string, Spec> {
	const time = model.context;
	const rows = tokens.length / (time + 1);
	return {
		tokens: { shape: [rows, time + 1], dtype: "int32" },
		...(weights ? { weights: { shape: [rows, time], dtype: "float32" } as const } : {}),
		...(targets ? { targets: { shape: [rows, time, model.vocabulary], dtype: "float32" } as const } : {}),
	};
}

/** A program of these parameters, put into the engine's memory once, and a batch like `like`. */
async function onBatches<T extends string>(
	engine: Engine,
	model: ModelConfig,
	like: HostBatch,
	fn: (params: Parameters, batch: Batch) => Record<T, JaxArray>,
) {
	const specs = parameterSpecs(model);
	const program = await engine.compile(fn, [specs, batchSpecs(like, model)], { name: "language" });
	return {
		async run(values: ParameterValues, batches: readonly HostBatch[]): Promise<Record<T, TypedArray>[]> {
			const params = tensorsOf(engine, specs, values);
			const results: Record<T, TypedArray>[] = [];
			for (const batch of batches) {
				const outputs = Object.entries(await program(params, batchLeaves(batch)));
				const result: Partial<Record<T, TypedArray>> = {};
				for (const [name, tensor] of outputs) {
					result[name as T] = await tensor.read();
					tensor.dispose();
				}
				results.push(result as Record<T, TypedArray>);
			}
			for (const tensor of Object.values(params)) tensor.dispose();
			return results;
		},
		dispose: () => program.dispose(),
	};
}

/** The share of strings recognised by a network with these parameters. */
async function recogniser(engine: Engine, model: ModelConfig, values: ParameterValues, like: HostBatch) {
	const program = await onBatches(engine, model, like, (params, batch) => ({
		wrong: wrongAnswers(model, params, batch),
	}));
	const share = async (batches: readonly HostBatch[]) => {
		const results = await program.run(values, batches);
		return accuracy(
			results.map(({ wrong }) => wrong),
			batches.map(({ weights }) => weights),
		);
	};
	return Object.assign(share, { dispose: program.dispose });
}

/** Loss of a network, saturation of its final states and the control, each a mean over symbols. */
async function probe(engine: Engine, model: ModelConfig, batches: readonly HostBatch[]) {
	const factor = 1000;
	const program = await onBatches(engine, model, batches[0]!, (params, batch) => {
		const inputs = batch.tokens.ref.slice([], [0, model.context]);
		const c = np.array(factor, { dtype: np.float32 });
		return {
			sums: saturationSums(model, tree.ref(params), inputs, c, batch.weights!.ref),
			loss: loss(model, params, batch),
		};
	});
	return Object.assign(
		async (values: ParameterValues) => {
			const results = await program.run(values, batches);
			const symbols = batches.map(({ weights }) => weights!.reduce((sum, weight) => sum + weight, 0));
			const total = symbols.reduce((sum, n) => sum + n, 0);
			const mean = (of: (result: (typeof results)[number]) => number) =>
				results.reduce((sum, result, b) => sum + of(result) * symbols[b]!, 0) / total;
			return {
				saturation: mean(({ sums }) => saturationMetrics(model, sums)["dyn/saturation"]!),
				similarity: mean(({ sums }) => saturationMetrics(model, sums)["dyn/similarity"]!),
				loss: mean((result) => result.loss[0]!),
			};
		},
		{ dispose: program.dispose },
	);
}

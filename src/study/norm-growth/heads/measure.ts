/**
 * The heads of a trained model, each seen in four ways on validation text:
 *
 *     initial     softmax, at the random initialisation
 *     soft        softmax, as trained
 *     scaled      softmax with all parameters × 1000: the paper's way to saturate
 *     saturated   the limit c → ∞: `saturated(config)`, hard attention that averages ties, and leading terms
 *
 * A row a head. `<view>/<statistic>` are the statistics of `probe/heads.ts`, `<view>/class` what the head is by its
 * share of positions attended (soft views: by that of its effective positions).
 */
import type { Array as JaxArray } from "@jax-js/jax";
import type { Engine } from "../../../engine/types.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { type Parameters, parameterSpecs, tensorsOf } from "../../../model/parameters.ts";
import { saturated } from "../../../model/saturated.ts";
import { classOf } from "../../../probe/head-class.ts";
import { headQuantities, headStatistics, type QueryBatch } from "../../../probe/heads.ts";
import type { FinishedRun, ParameterValues } from "../../../run/finished-run.ts";
import { take } from "../../../run/measure.ts";
import { leakSignature, meanHeadSignature } from "../../../theory/leak.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";
import { packWeights } from "./packed-weights.ts";

const views = ["initial", "soft", "scaled", "saturated"] as const;
type View = (typeof views)[number];

const paperFactor = 1000;

/** Most positions that a picture of a head shows. */
const pictured = 24;

/** Attention weights held at once, one block's: what bounds the sentences in a batch. */
const weightsAtOnce = 2 ** 24;

/** Rows of all heads of a run, on about `sentences` windows of its validation text. */
export async function measureHeads(
	run: FinishedRun,
	sentences: number,
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const { model } = run.config;
	const tokens = await validationInputs(run, sentences);
	const trained = await run.parameters();
	const soft = await openHeads(engine, model, tokens);
	const limit = await openHeads(engine, saturated(model), tokens);
	const seen: Record<View, () => ReturnType<typeof soft.look>> = {
		initial: () => soft.look(run.initialParameters(), 1, signal),
		soft: () => soft.look(trained, 1, signal),
		scaled: () => soft.look(trained, paperFactor, signal),
		saturated: () => limit.look(trained, 1, signal),
	};
	const rows: Record<string, string | number>[] = [];
	for (const [done, view] of views.entries()) {
		const { heads, pictures } = await seen[view]();
		for (const [i, { layer, head, ...statistics }] of heads.entries()) {
			rows[i] ??= {
				model: run.config.name,
				mask: model.mask,
				placement: model.placement,
				context: model.context,
				layer: layer + 1,
				head: head + 1,
				sentences: tokens.length / model.context,
				"signature/leak": leakSignature(model.context).positions,
				"signature/mean": meanHeadSignature(model.context).positions,
			};
			const row = rows[i]!;
			for (const [name, value] of Object.entries(statistics)) row[`${view}/${name}`] = value;
			const counted = view === "saturated" || view === "scaled";
			row[`${view}/class`] = classOf(counted ? statistics.positionsShare : statistics.effectiveShare);
			if (view === "soft") row["soft/picture"] = packWeights(pictures[i]!);
		}
		progress((done + 1) / views.length);
	}
	soft.dispose();
	limit.dispose();
	return rows;
}

/** Inputs [about `sentences`, context] spread over the validation text, row-major. */
async function validationInputs(run: FinishedRun, sentences: number): Promise<Int32Array> {
	const { model, training } = run.config;
	const { context } = model;
	const dataset = await run.dataset();
	const batches = dataset.evaluationBatches("validation", Math.ceil(sentences / training.batch));
	const inputs = batches.flatMap(({ tokens }) =>
		Array.from(tokens.filter((_, i) => i % (context + 1) !== context)),
	);
	return Int32Array.from(inputs.slice(0, sentences * context));
}

/** The heads of a model on these inputs, for any parameters. */
async function openHeads(engine: Engine, config: ModelConfig, tokens: Int32Array) {
	const { context, layers, heads } = config;
	const size = Math.min(pictured, context);
	const all = tokens.length / context;
	const batch = Math.max(1, Math.min(all, Math.floor(weightsAtOnce / (heads * context ** 2))));
	// Sentences that fill no batch are left out.
	const whole = Math.floor(all / batch);
	const specs = parameterSpecs(config);
	const program = await engine.compile(
		(params: Parameters, ids: JaxArray, c: JaxArray) => headQuantities(config, params, ids, c, size),
		[specs, { shape: [batch, context], dtype: "int32" }, { shape: [], dtype: "float32" }],
		{ name: "heads" },
	);
	return {
		/** Statistics of all heads, and the mean attention of each among its first positions, [size, size]. */
		async look(values: ParameterValues, factor: number, signal: AbortSignal) {
			const params = tensorsOf(engine, specs, values);
			const queries: QueryBatch[] = [];
			const pictures = Array.from({ length: layers * heads }, () => new Float64Array(size ** 2));
			for (let i = 0; i < whole; i++) {
				signal.throwIfAborted();
				const ids = tokens.subarray(i * batch * context, (i + 1) * batch * context);
				const result = await program(params, ids, factor);
				queries.push({ queries: await take(result.queries), time: context });
				const means = await take(result.pictures);
				for (const [head, picture] of pictures.entries())
					for (let k = 0; k < picture.length; k++) picture[k]! += means[head * picture.length + k]! / whole;
			}
			for (const tensor of Object.values(params)) tensor.dispose();
			return {
				heads: headStatistics({ layers, heads, causal: config.mask === "strict" }, queries),
				pictures,
			};
		},
		dispose: () => program.dispose(),
	};
}

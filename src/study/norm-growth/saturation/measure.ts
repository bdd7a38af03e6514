/**
 * Saturation of a trained model and of its controls on validation text: a row a network and layer, and a row a network
 * with what saturation must be read beside, its loss and the accuracy of its limit.
 *
 *     finite/…, limit/…   cosine of the states to those at c·θ, and to the saturated network's: mean over tokens, and
 *                         the quantiles 0.1, 0.5 and 0.9
 *     agreement           mean 1 − cosine of the states at c·θ to the saturated network's
 *     hard                mean cosine of the states to those with hard attention and all terms
 *     norm                of the encoder
 *     similarity          mean cosine between states of different tokens
 *     loss                nats a token; hard/loss with hard attention and all terms
 *     accuracy            share of next tokens predicted; hard/…, and saturated/… of the saturated network, whose logits
 *                         have a direction and no scale, so that it has no loss
 */
import { type Array as JaxArray, numpy as np, tree } from "@jax-js/jax";
import type { DType, Tensor, TypedArray } from "../../../engine/types.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { type Parameters, parameterSpecs, tensorsOf } from "../../../model/parameters.ts";
import { saturated } from "../../../model/saturated.ts";
import { forward, loss } from "../../../model/transformer.ts";
import { limitDistances, similarityOf } from "../../../probe/limit.ts";
import type { FinishedRun } from "../../../run/finished-run.ts";
import { mean } from "../../rows.ts";
import type { AnalysisRow, AnalysisTools } from "../../study.ts";
import { encoderNorm, networks, networksOf } from "./networks.ts";

export interface SaturationOptions {
	/** Most validation tokens to look at. */
	readonly tokens: number;
	/** The finite c. */
	readonly factor: number;
	/** float64, or float32 where that takes too long. */
	readonly dtype: DType;
}

/** A sequence: context + 1 tokens, what each prediction counts in the loss, and 1 where a token is no padding. */
interface Sequence {
	readonly tokens: Int32Array;
	readonly weights: Float32Array;
	readonly real: Float32Array;
}

/** The rows of one run. */
export async function measureSaturation(
	run: FinishedRun,
	options: SaturationOptions,
	{ engine, signal, progress }: AnalysisTools,
): Promise<AnalysisRow[]> {
	const { model } = run.config;
	const { dtype } = options;
	const sequences = await validationSequences(run, options.tokens);
	const batch = Math.min(sequences.length, Math.max(1, Math.floor(options.tokens / model.context)));
	const groups = Math.floor(sequences.length / batch);
	const specs = parameterSpecs(model, dtype);
	const weightSpec = { shape: [batch, model.context], dtype };
	const program = await engine.compile(
		(params: Parameters, ids: JaxArray, weights: JaxArray, real: JaxArray, c: JaxArray) =>
			look(model, params, { ids, weights, real }, c),
		[
			specs,
			{ shape: [batch, model.context + 1], dtype: "int32" },
			weightSpec,
			weightSpec,
			{ shape: [], dtype },
		],
		{ name: "saturation" },
	);
	const typed = (x: TypedArray | readonly number[]) =>
		dtype === "float64" ? Float64Array.from(x) : Float32Array.from(x);

	const rows: AnalysisRow[] = [];
	const all = networksOf(await run.parameters(), run.initialParameters());
	for (const [done, network] of networks.entries()) {
		const values = all[network];
		const params = tensorsOf(engine, specs, values);
		const tally = new Tally(model);
		for (let i = 0; i < groups; i++) {
			signal.throwIfAborted();
			const group = sequences.slice(i * batch, (i + 1) * batch);
			const join = (part: keyof Sequence) => group.flatMap((sequence) => Array.from(sequence[part]));
			const [weights, real] = [join("weights"), join("real")];
			const seen = await program(
				params,
				Int32Array.from(join("tokens")),
				typed(weights),
				typed(real),
				options.factor,
			);
			tally.add(await readAll(seen), weights, real);
		}
		for (const tensor of Object.values(params)) tensor.dispose();
		const place = { model: run.config.name, placement: model.placement, mask: model.mask, network };
		rows.push(...tally.rows(encoderNorm(values)).map((row) => ({ ...place, ...row })));
		progress((done + 1) / networks.length);
	}
	program.dispose();
	return rows;
}

/** The views whose predictions are compared. */
const views = ["soft", "hard", "saturated"] as const;

/** Traced: distances of states, and losses and right predictions of the network, of hard attention, and of the limit. */
function look(
	model: ModelConfig,
	params: Parameters,
	{ ids, weights, real }: { ids: JaxArray; weights: JaxArray; real: JaxArray },
	c: JaxArray,
) {
	const { context } = model;
	const inputs = ids.ref.slice([], [0, context]);
	const targets = ids.ref.slice([], [1, context + 1]);
	const hard: ModelConfig = { ...model, attention: "hard" };
	const right = [model, hard, saturated(model)].map((config) =>
		np.equal(np.argmax(forward(config, tree.ref(params), inputs.ref), -1), targets.ref).astype(weights.dtype),
	);
	const losses = [model, hard].map((config) =>
		loss(config, tree.ref(params), { tokens: ids.ref, weights: weights.ref }),
	);
	return {
		losses: np.stack(losses), // [2]
		right: np.stack(right), // [3, B, T]
		...limitDistances(model, params, inputs, c, real),
	};
}

/** Sums over batches, and each token's distances. */
class Tally {
	readonly #model: ModelConfig;
	readonly #states: number;
	readonly #distances: Record<"finite" | "limit" | "agreement" | "hard", number[][]>;
	readonly #directions: Float64Array[];
	readonly #losses = [0, 0];
	readonly #right = [0, 0, 0];
	#weight = 0;
	#tokens = 0;

	constructor(model: ModelConfig) {
		this.#model = model;
		// Without a final normalisation the final state is the last block's.
		this.#states = model.layers + (model.finalNorm ? 2 : 1);
		const lists = () => Array.from({ length: this.#states }, (): number[] => []);
		this.#distances = { finite: lists(), limit: lists(), agreement: lists(), hard: lists() };
		this.#directions = Array.from({ length: this.#states }, () => new Float64Array(model.width));
	}

	add(seen: Record<string, TypedArray>, weights: readonly number[], real: readonly number[]): void {
		const places = real.length;
		for (const [name, lists] of Object.entries(this.#distances))
			for (const [i, list] of lists.entries())
				for (let k = 0; k < places; k++) if (real[k]) list.push(seen[name]![i * places + k]!);
		for (const [i, sum] of this.#directions.entries())
			for (let k = 0; k < sum.length; k++) sum[k]! += seen["directions"]![i * sum.length + k]!;
		const weight = weights.reduce((a, b) => a + b, 0);
		for (const i of [0, 1]) this.#losses[i]! += weight * seen["losses"]![i]!;
		for (const i of [0, 1, 2])
			for (let k = 0; k < places; k++)
				if (weights[k]! > 0) this.#right[i]! += seen["right"]![i * places + k]!;
		this.#weight += weight;
		this.#tokens += real.filter((w) => w > 0).length;
	}

	rows(norm: number): AnalysisRow[] {
		const [accuracy, hardAccuracy, saturatedAccuracy] = views.map((_, i) => this.#right[i]! / this.#tokens);
		const tokens = this.#tokens;
		return [
			{
				norm,
				tokens,
				loss: this.#losses[0]! / this.#weight,
				"hard/loss": this.#losses[1]! / this.#weight,
				accuracy,
				"hard/accuracy": hardAccuracy,
				"saturated/accuracy": saturatedAccuracy,
			},
			...Array.from({ length: this.#states }, (_, layer) => ({
				layer,
				layerName: layer === 0 ? "emb" : layer > this.#model.layers ? "final" : String(layer),
				tokens,
				...cosines("finite", this.#distances.finite[layer]!),
				...cosines("limit", this.#distances.limit[layer]!),
				agreement: mean(this.#distances.agreement[layer]!),
				hard: 1 - mean(this.#distances.hard[layer]!),
				similarity: similarityOf(this.#directions[layer]!, tokens),
			})),
		];
	}
}

/** Mean and quantiles of the cosines 1 − distance. A quantile is a value of the list. */
function cosines(name: string, distances: readonly number[]): Record<string, number> {
	const sorted = distances.map((distance) => 1 - distance).sort((a, b) => a - b);
	const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
	return {
		[`${name}/mean`]: 1 - mean(distances),
		[`${name}/q10`]: quantile(0.1),
		[`${name}/q50`]: quantile(0.5),
		[`${name}/q90`]: quantile(0.9),
	};
}

/** Sequences spread over the validation text, until they hold `atMost` real tokens; at least one. */
async function validationSequences(run: FinishedRun, atMost: number): Promise<Sequence[]> {
	const { model, training } = run.config;
	const { context } = model;
	const dataset = await run.dataset();
	const batches = dataset.evaluationBatches("validation", Math.ceil(atMost / (training.batch * context)));
	const sequences: Sequence[] = [];
	let total = 0;
	for (const { tokens, weights } of batches)
		for (let row = 0; row < tokens.length / (context + 1) && total < atMost; row++) {
			const counts = weights
				? weights.slice(row * context, (row + 1) * context)
				: new Float32Array(context).fill(1);
			const real = counts.map((w) => (w > 0 ? 1 : 0));
			total += real.reduce((a, b) => a + b, 0);
			sequences.push({
				tokens: tokens.slice(row * (context + 1), (row + 1) * (context + 1)),
				weights: counts,
				real,
			});
		}
	return sequences;
}

async function readAll(tensors: Record<string, Tensor>): Promise<Record<string, TypedArray>> {
	const values: Record<string, TypedArray> = {};
	for (const [name, tensor] of Object.entries(tensors)) {
		values[name] = await tensor.read();
		tensor.dispose();
	}
	return values;
}

/**
 * The parameters of a model: their names, shapes and order.
 *
 * A model's parameters are one flat record. The same names are keys of metrics and tensors of a checkpoint:
 *
 *     tok_emb.weight                [vocabulary, width]
 *     pos_emb.weight                [context, width]             positions learned
 *     blocks.<i>.ln1.weight|bias    [width]                      normalisation of attention, unless placement none
 *     blocks.<i>.attn.q.weight|bias [width, width], [width]      also o; k and v: [keyValueHeads · width / heads, width]
 *     blocks.<i>.attn.q_norm|k_norm.weight|bias   [width / heads]   normalisation of queries and keys
 *     blocks.<i>.attn.alpha|beta|gamma [heads]                   what mixes the values of a head: αI + βA − γC
 *     blocks.<i>.attn.branch, ff.branch [1]                      factor on the sublayer, if trained
 *     blocks.<i>.ln2.weight|bias    [width]                      normalisation of the feed-forward network
 *     blocks.<i>.ff.w1.weight|bias  [feedForward, width]         swiglu: also w3
 *     blocks.<i>.ff.w2.weight|bias  [width, feedForward]
 *     ln_f.weight|bias              [width]                      final normalisation
 *     head.weight|bias              [vocabulary, width]          no weight when tied
 *
 * Linear weights are [out, in] and y = x Wᵀ + b.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import type { DType, Engine, Spec, Tensor, TypedArray } from "../engine/types.ts";
import type { ModelConfig, Residual } from "./config.ts";

export type Parameters = Record<string, JaxArray>;

/** Values by name, row-major, in the engine's memory: with the shapes and types of `specs`, in their order. */
export const tensorsOf = (
	engine: Engine,
	specs: Readonly<Record<string, Spec>>,
	values: Readonly<Record<string, TypedArray | readonly number[]>>,
): Record<string, Tensor> =>
	Object.fromEntries(
		Object.entries(specs).map(([name, { shape, dtype }]) => [
			name,
			engine.tensor(values[name]!, shape, dtype),
		]),
	);

/** The parameters of a model, in their order. */
export function parameterSpecs(config: ModelConfig, dtype: DType = "float32"): Record<string, Spec> {
	const { width, feedForward, vocabulary } = config;
	const keyWidth = (width / config.heads) * config.keyValueHeads;
	const specs: Record<string, Spec> = {};
	const add = (name: string, ...shape: number[]) => {
		specs[name] = { shape, dtype };
	};
	const linear = (name: string, out: number, into: number, bias = config.biases) => {
		add(`${name}.weight`, out, into);
		if (bias) add(`${name}.bias`, out);
	};
	const norm = (name: string, size = width) => {
		add(`${name}.weight`, size);
		if (config.norm === "layer" && config.biases) add(`${name}.bias`, size);
	};

	add("tok_emb.weight", vocabulary, width);
	if (config.positions === "learned") add("pos_emb.weight", config.context, width);
	for (let i = 0; i < config.layers; i++) {
		const block = `blocks.${i}`;
		const normalised = normalises(config, i);
		if (normalised) norm(`${block}.ln1`);
		linear(`${block}.attn.q`, width, width);
		linear(`${block}.attn.k`, keyWidth, width);
		if (config.valueMaps === "linear") {
			linear(`${block}.attn.v`, keyWidth, width);
			linear(`${block}.attn.o`, width, width);
		}
		if (config.queryKeyNorm)
			for (const part of ["q_norm", "k_norm"]) norm(`${block}.attn.${part}`, width / config.heads);
		for (const gain of Object.keys(mixingGains(config))) add(`${block}.attn.${gain}`, config.heads);
		if (config.residual.attention.trained) add(`${block}.attn.branch`, 1);
		if (normalised && !config.parallel) norm(`${block}.ln2`);
		linear(`${block}.ff.w1`, feedForward, width);
		linear(`${block}.ff.w2`, width, feedForward);
		if (config.activation === "swiglu") linear(`${block}.ff.w3`, feedForward, width);
		if (config.residual.feedForward.trained) add(`${block}.ff.branch`, 1);
	}
	if (config.finalNorm) norm("ln_f");
	if (!config.tiedHead) add("head.weight", vocabulary, width);
	if (config.headBias) add("head.bias", vocabulary);
	return specs;
}

/** Whether a block, counted from 0, normalises. */
export const normalises = ({ placement, normBlocks }: ModelConfig, block: number): boolean =>
	placement !== "none" && (normBlocks === "all" || block === 0);

/** The weights of the stream and of the sublayer of this name, `blocks.0.attn` or `blocks.0.ff`, in their sum. */
export const residualOf = ({ residual }: ModelConfig, name: string): Residual =>
	name.endsWith(".attn") ? residual.attention : residual.feedForward;

/** The trained factors of a head's mixing, and the values they begin with. */
export function mixingGains({ mixing }: ModelConfig): Readonly<Record<string, number>> {
	if (mixing.name === "value-skip-init") return { alpha: 1, beta: 0 };
	return mixing.name === "shaped" ? { alpha: 1, beta: 1, gamma: 1 } : {};
}

/** Embedding tables: one row a token or position. */
export const isEmbedding = (name: string): boolean => name === "tok_emb.weight" || name === "pos_emb.weight";

/** Weights of linear maps, [out, in]. */
export const isLinearWeight = (name: string, { shape }: Spec): boolean =>
	shape.length === 2 && !isEmbedding(name);

/** Parameters of the encoder, the paper's scope: blocks and final normalisation, no embeddings and no classifier. */
export const isEncoder = (name: string): boolean => name.startsWith("blocks.") || name.startsWith("ln_f.");

/** The block that a parameter belongs to, counted from 0, or undefined. */
export function blockOf(name: string): number | undefined {
	const match = /^blocks\.(\d+)\./.exec(name);
	return match ? Number(match[1]) : undefined;
}

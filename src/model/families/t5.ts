/**
 * T5 (Raffel et al. 2020), version 1.0 and 1.1: encoder and decoder, x + f(RMSNorm(x)), no biases, scores that are not
 * scaled, and positions as a number that each head adds to its scores by distance.
 *
 * The table of that number is in the first block and serves all; attention of the decoder to the encoder has none.
 * Both stacks read the table `shared`. The head is not computed: no state depends on it.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { z } from "zod";
import { embed } from "../functional.ts";
import { attend, maskOf, scoresOf, splitHeads } from "./attend.ts";
import type { Family, FamilyParameter, Inputs, Stack } from "./family.ts";
import {
	type ActivationName,
	activate,
	activation,
	architectures,
	layerCount,
	only,
	rate,
	size,
	small,
	wrong,
} from "./options.ts";
import { constant, normal, ParameterList } from "./parameter-list.ts";
import type { Pass } from "./pass.ts";
import { bucketBias } from "./relative.ts";

const plain = activation.options;
const gated = plain.map((name) => `gated-${name}` as const);

/** `gated-gelu` is the tanh form, whatever its name says. */
const activationOf = (name: (typeof plain | typeof gated)[number]): ActivationName =>
	name === "gated-gelu" ? "gelu_new" : activation.parse(name.replace(/^gated-/, ""));

const config = z
	.object({
		vocab_size: size,
		d_model: size,
		d_kv: size.default(64),
		d_ff: size,
		num_layers: layerCount,
		num_decoder_layers: layerCount.nullish(),
		num_heads: size,
		relative_attention_num_buckets: z.int().min(4).default(32),
		relative_attention_max_distance: size.default(128),
		feed_forward_proj: z.enum([...plain, ...gated]).default("relu"),
		dense_act_fn: activation.nullish(),
		layer_norm_epsilon: small.default(1e-6),
		dropout_rate: rate.default(0.1),
		initializer_factor: small.default(1),
		is_decoder: only(false),
		pad_token_id: z.int().nullish(),
		architectures,
	})
	.check((payload) => {
		const { feed_forward_proj: name, relative_attention_num_buckets: buckets, ...c } = payload.value;
		const own = activationOf(name);
		if (c.dense_act_fn && c.dense_act_fn !== own)
			wrong(payload, "dense_act_fn", `${own}, that of \`feed_forward_proj\` (${name})`);
		if (c.relative_attention_max_distance <= buckets / 2)
			wrong(
				payload,
				"relative_attention_max_distance",
				`above half of \`relative_attention_num_buckets\` (${buckets})`,
			);
	})
	.transform((c) => ({
		vocabulary: c.vocab_size,
		positions: undefined,
		dropout: c.dropout_rate,
		padToken: c.pad_token_id ?? undefined,
		width: c.d_model,
		heads: c.num_heads,
		headSize: c.d_kv,
		feedForward: c.d_ff,
		layers: {
			encoder: c.num_layers,
			// Some are saved as an encoder alone.
			decoder: c.architectures?.includes("T5EncoderModel") ? 0 : (c.num_decoder_layers ?? c.num_layers),
		},
		buckets: c.relative_attention_num_buckets,
		maxDistance: c.relative_attention_max_distance,
		activation: activationOf(c.feed_forward_proj),
		gated: c.feed_forward_proj.startsWith("gated-"),
		epsilon: c.layer_norm_epsilon,
		factor: c.initializer_factor,
	}));

type T5Config = z.output<typeof config>;
type Side = Stack["name"];

const sides: readonly Side[] = ["encoder", "decoder"];

const relativeTable = (side: Side) => `${side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`;

/** Deviations as T5PreTrainedModel._init_weights (Mesh TensorFlow's): 1/√(inputs), queries as if scaled by 1/√(d_kv). */
function parameters(c: T5Config): Record<string, FamilyParameter> {
	const list = new ParameterList(c.factor);
	const inner = c.heads * c.headSize;
	const linear = (name: string, into: number, out: number, inputs = into) =>
		list.linear(name, into, out, { bias: false, deviation: c.factor / Math.sqrt(inputs) });
	const norm = (name: string) => {
		list.all[`${name}.weight`] = { shape: [c.width], initial: constant(c.factor) };
	};
	const attention = (name: string) => {
		linear(`${name}.q`, c.width, inner, c.width * c.headSize);
		linear(`${name}.k`, c.width, inner);
		linear(`${name}.v`, c.width, inner);
		linear(`${name}.o`, inner, c.width);
	};
	list.table("shared", c.vocabulary, c.width);
	for (const side of sides) {
		for (let i = 0; i < c.layers[side]; i++) {
			const layer = `${side}.block.${i}.layer`;
			norm(`${layer}.0.layer_norm`);
			attention(`${layer}.0.SelfAttention`);
			if (i === 0) {
				const shape = [c.buckets, c.heads];
				list.all[relativeTable(side)] = { shape, initial: normal(c.factor / Math.sqrt(c.width)) };
			}
			if (side === "decoder") {
				norm(`${layer}.1.layer_norm`);
				attention(`${layer}.1.EncDecAttention`);
			}
			const last = feedForwardOf(side, i);
			norm(`${last}.layer_norm`);
			for (const name of c.gated ? ["wi_0", "wi_1"] : ["wi"])
				linear(`${last}.DenseReluDense.${name}`, c.width, c.feedForward);
			linear(`${last}.DenseReluDense.wo`, c.feedForward, c.width);
		}
		if (c.layers[side]) norm(`${side}.final_layer_norm`);
	}
	return list.all;
}

/** The last sublayer of a block: a decoder has the attention to the encoder before it. */
const feedForwardOf = (side: Side, i: number) => `${side}.block.${i}.layer.${side === "decoder" ? 2 : 1}`;

export const t5: Family<T5Config> = {
	name: "T5",
	modelTypes: ["t5"],
	config,
	parameters,
	naming: () => ({
		prefix: "transformer.",
		copies: {
			"encoder.embed_tokens.weight": "shared.weight",
			"decoder.embed_tokens.weight": "shared.weight",
		},
		unused: [
			[/\.EncDecAttention\.relative_attention_bias\./, "attention to the encoder has no positions"],
			[/^(lm_head|classification_head|classifier|qa_outputs)\./, "a head that is not used"],
		],
	}),
	stacks: (c) =>
		sides
			.filter((side) => c.layers[side])
			.map((name) => ({
				name,
				layers: c.layers[name],
				heads: c.heads,
				width: c.width,
				causal: name === "decoder",
				finalNorm: true,
				placement: "pre",
			})),
	forward(c, pass, inputs) {
		const encoded = column(pass, c, inputs, "encoder");
		if (c.layers.decoder) column(pass, c, inputs, "decoder", encoded);
	},
};

/** One stack on the tokens; the decoder attends to what the encoder made of them, [B, T, W]. */
function column(pass: Pass, c: T5Config, inputs: Inputs, side: Side, encoded?: JaxArray): JaxArray {
	const time = inputs.tokens.shape[1]!;
	const mask = maskOf(inputs, side === "decoder");
	const padding = maskOf(inputs, false);
	const { buckets, maxDistance } = c;
	const bias = bucketBias(pass.param(relativeTable(side)), time, {
		buckets,
		maxDistance,
		bidirectional: side === "encoder",
	});
	const drop = (place: string, x: JaxArray) => pass.drop(place, c.dropout, x);
	const heads = (name: string, x: JaxArray) => splitHeads(pass.linear(name, x), c.heads);
	/** x after the sublayer of this name: x + f(RMSNorm(x)). */
	const after = (name: string, x: JaxArray, f: (normed: JaxArray) => JaxArray) =>
		pass.add(x, drop(name, f(pass.rmsNorm(`${name}.layer_norm`, x.ref, c.epsilon))));

	const embedded = embed(pass.param("shared.weight"), inputs.tokens.ref);
	let x = pass.show(`${side}.embeddings`, drop(`${side}.embeddings`, embedded));
	for (let i = 0; i < c.layers[side]; i++) {
		const layer = `${side}.block.${i}.layer`;
		x = after(`${layer}.0`, x, (normed) => {
			const own = `${layer}.0.SelfAttention`;
			const scores = scoresOf(heads(`${own}.q`, normed.ref), heads(`${own}.k`, normed.ref), 1);
			const options = { name: `${side}.attention.${i}`, rate: c.dropout };
			const attended = attend(pass, scores.add(bias.ref), mask.ref, heads(`${own}.v`, normed), options);
			return pass.linear(`${own}.o`, attended);
		});
		if (encoded)
			x = after(`${layer}.1`, x, (normed) => {
				const cross = `${layer}.1.EncDecAttention`;
				const scores = scoresOf(heads(`${cross}.q`, normed), heads(`${cross}.k`, encoded.ref), 1);
				const options = { name: `${side}.cross_attention.${i}`, rate: c.dropout };
				const attended = attend(pass, scores, padding.ref, heads(`${cross}.v`, encoded.ref), options);
				return pass.linear(`${cross}.o`, attended);
			});
		x = after(feedForwardOf(side, i), x, (normed) => {
			const dense = `${feedForwardOf(side, i)}.DenseReluDense`;
			const into = (name: string, from: JaxArray) => pass.linear(`${dense}.${name}`, from);
			const hidden = c.gated
				? activate(c.activation, into("wi_0", normed.ref)).mul(into("wi_1", normed))
				: activate(c.activation, into("wi", normed));
			return into("wo", drop(dense, hidden));
		});
		x = pass.show(`${side}.block.${i}`, x);
	}
	const state = drop(`${side}.final_norm`, pass.rmsNorm(`${side}.final_layer_norm`, x, c.epsilon));
	return pass.show(`${side}.final_norm`, state);
}

/**
 * The decoder that Llama and OLMo 2 share: rotary positions, grouped heads, gated feed-forward, RMS normalisation.
 *
 *     Llama     x + f(RMS(x))                   OLMo 2    x + RMS(f(x)), and RMS over queries and over keys
 *
 * f is attention, and then W₂(act(W₁x) · W₃x). A RMS follows the last block.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { z } from "zod";
import { embed } from "../functional.ts";
import { rotate } from "../positions.ts";
import { attend, maskOf, scoresOf, splitHeads } from "./attend.ts";
import { type Family, type FamilyConfig, type FamilyParameter, loneStack } from "./family.ts";
import {
	type ActivationName,
	activate,
	activation,
	architectures,
	dividedBy,
	type Head,
	headOf,
	layerCount,
	padToken,
	rate,
	rotaryKeys,
	rotaryOf,
	size,
	small,
	wrong,
} from "./options.ts";
import { ParameterList } from "./parameter-list.ts";

export interface LlamaConfig extends FamilyConfig {
	readonly width: number;
	readonly layers: number;
	readonly heads: number;
	readonly keyValueHeads: number;
	/** Dimensions a head. */
	readonly headSize: number;
	readonly feedForward: number;
	readonly activation: ActivationName;
	readonly epsilon: number;
	readonly ropeBase: number;
	readonly biases: { readonly attention: boolean; readonly feedForward: boolean };
	/** Standard deviation of initial weights. */
	readonly deviation: number;
	readonly head: Head;
}

interface Variant {
	readonly name: string;
	readonly modelTypes: readonly string[];
	/** `res-post` also normalises all queries of a position, before they are split into heads, and all keys. */
	readonly placement: "pre" | "res-post";
	/** What each block's two normalisations are called, of attention and of the feed-forward network. */
	readonly norms: readonly [attention: string, feedForward: string];
	/** Of the normalisations, where `config.json` does not say. */
	readonly epsilon: number;
}

const configOf = ({ epsilon }: Variant): z.ZodType<LlamaConfig> =>
	z
		.object({
			vocab_size: size,
			hidden_size: size,
			intermediate_size: size,
			num_hidden_layers: layerCount,
			num_attention_heads: size,
			num_key_value_heads: size.nullish(),
			head_dim: size.nullish(),
			max_position_embeddings: size.nullish(),
			hidden_act: activation.default("silu"),
			rms_norm_eps: small.default(epsilon),
			attention_bias: z.boolean().default(false),
			mlp_bias: z.boolean().default(false),
			attention_dropout: rate.default(0),
			initializer_range: small.default(0.02),
			tie_word_embeddings: z.boolean().default(false),
			pad_token_id: padToken,
			architectures,
			...rotaryKeys,
		})
		.check((payload) => {
			const { num_attention_heads: heads, num_key_value_heads: shared, ...c } = payload.value;
			if (shared && heads % shared !== 0)
				wrong(payload, "num_attention_heads", `a multiple of \`num_key_value_heads\` (${shared})`);
			if (!c.head_dim) dividedBy("hidden_size", "num_attention_heads")(payload);
			if ((c.head_dim ?? c.hidden_size / heads) % 2 !== 0)
				wrong(payload, "head_dim", "even, for rotary positions");
			if (rotaryOf(c, 1).share !== 1) wrong(payload, "partial_rotary_factor", "1");
		})
		.transform((c) => ({
			vocabulary: c.vocab_size,
			positions: c.max_position_embeddings ?? undefined,
			dropout: c.attention_dropout,
			padToken: c.pad_token_id,
			width: c.hidden_size,
			layers: c.num_hidden_layers,
			heads: c.num_attention_heads,
			keyValueHeads: c.num_key_value_heads ?? c.num_attention_heads,
			headSize: c.head_dim ?? c.hidden_size / c.num_attention_heads,
			feedForward: c.intermediate_size,
			activation: c.hidden_act,
			epsilon: c.rms_norm_eps,
			ropeBase: rotaryOf(c, 1).base,
			biases: { attention: c.attention_bias, feedForward: c.mlp_bias },
			deviation: c.initializer_range,
			head: headOf(c.architectures, c.tie_word_embeddings),
		}));

function parametersOf(c: LlamaConfig, { placement, norms }: Variant): Record<string, FamilyParameter> {
	const list = new ParameterList(c.deviation);
	const norm = (name: string, width: number) => list.norm(name, width, { bias: false });
	const queries = c.heads * c.headSize;
	const keys = c.keyValueHeads * c.headSize;
	list.table("embed_tokens", c.vocabulary, c.width, c.padToken);
	for (let i = 0; i < c.layers; i++) {
		const [attention, mlp] = [`layers.${i}.self_attn`, `layers.${i}.mlp`];
		list.linear(`${attention}.q_proj`, c.width, queries, { bias: c.biases.attention });
		list.linear(`${attention}.k_proj`, c.width, keys, { bias: c.biases.attention });
		list.linear(`${attention}.v_proj`, c.width, keys, { bias: c.biases.attention });
		list.linear(`${attention}.o_proj`, queries, c.width, { bias: c.biases.attention });
		if (placement === "res-post") {
			norm(`${attention}.q_norm`, queries);
			norm(`${attention}.k_norm`, keys);
		}
		list.linear(`${mlp}.gate_proj`, c.width, c.feedForward, { bias: c.biases.feedForward });
		list.linear(`${mlp}.up_proj`, c.width, c.feedForward, { bias: c.biases.feedForward });
		list.linear(`${mlp}.down_proj`, c.feedForward, c.width, { bias: c.biases.feedForward });
		for (const name of norms) norm(`layers.${i}.${name}`, c.width);
	}
	norm("norm", c.width);
	if (c.head === "own") list.table("lm_head", c.vocabulary, c.width);
	return list.all;
}

/** A family with this decoder. */
export const llamaFamily = (variant: Variant): Family<LlamaConfig> => ({
	name: variant.name,
	modelTypes: variant.modelTypes,
	config: configOf(variant),
	parameters: (c) => parametersOf(c, variant),
	naming: (c) => ({
		prefix: "model.",
		copies: c.head === "tied" ? { "lm_head.weight": "embed_tokens.weight" } : undefined,
		unused: [
			[/rotary_emb\.(inv_freq|cos_cached|sin_cached)$/, "rotary frequencies, not a parameter"],
			[/^(lm_head|score|classifier|qa_outputs)\./, "a head that is not used"],
		],
	}),
	stacks: (c) => loneStack(c, { causal: true, finalNorm: true, placement: variant.placement }),
	forward(c, pass, inputs) {
		const norm = (name: string, x: JaxArray) => pass.rmsNorm(name, x, c.epsilon);
		const normsFirst = variant.placement === "pre";
		const mask = maskOf(inputs, true);

		const attention = (i: number, x: JaxArray) => {
			const name = `layers.${i}.self_attn`;
			const turned = (part: "q" | "k", heads: number) => {
				const y = pass.linear(`${name}.${part}_proj`, x.ref);
				const normed = normsFirst ? y : norm(`${name}.${part}_norm`, y);
				return rotate(splitHeads(normed, heads), "half", c.ropeBase);
			};
			const q = turned("q", c.heads);
			const k = turned("k", c.keyValueHeads);
			const v = splitHeads(pass.linear(`${name}.v_proj`, x), c.keyValueHeads);
			const heads = attend(pass, scoresOf(q, k, 1 / Math.sqrt(c.headSize)), mask.ref, v, {
				name: `encoder.attention.${i}`,
				rate: c.dropout,
			});
			return pass.linear(`${name}.o_proj`, heads);
		};
		const feedForward = (i: number, x: JaxArray) => {
			const name = `layers.${i}.mlp`;
			const gate = activate(c.activation, pass.linear(`${name}.gate_proj`, x.ref));
			return pass.linear(`${name}.down_proj`, gate.mul(pass.linear(`${name}.up_proj`, x)));
		};

		const embedded = embed(pass.param("embed_tokens.weight"), inputs.tokens.ref);
		let x = pass.show("encoder.embeddings", embedded);
		for (let i = 0; i < c.layers; i++) {
			for (const [k, sublayer] of [attention, feedForward].entries()) {
				const name = `layers.${i}.${variant.norms[k]}`;
				const y = normsFirst ? sublayer(i, norm(name, x.ref)) : norm(name, sublayer(i, x.ref));
				x = pass.add(x, y);
			}
			pass.show(`encoder.block.${i}`, x);
		}
		const state = pass.show("encoder.final_norm", norm("norm", x));
		pass.logits(c.head, { tied: "embed_tokens.weight", own: "lm_head.weight" }, state);
	},
});

/**
 * GPT-NeoX (Black et al. 2022), the code of Pythia: attention and feed-forward read the same stream side by side,
 * x + f(LN(x)) + g(LN'(x)), and rotary positions turn a part of each head.
 *
 * Queries, keys and values of a head lie together in one weight: [H, (q, k, v), D] by rows.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { z } from "zod";
import { embed } from "../functional.ts";
import { rotate } from "../positions.ts";
import { attend, maskOf, scoresOf } from "./attend.ts";
import { type Family, type FamilyParameter, loneStack } from "./family.ts";
import {
	activate,
	activation,
	architectures,
	dividedBy,
	headOf,
	layerCount,
	padToken,
	type RotaryKeys,
	rate,
	rotaryKeys,
	rotaryOf,
	size,
	small,
	wrong,
} from "./options.ts";
import { ParameterList } from "./parameter-list.ts";

/** Share of a head's dimensions that is turned, where no key says. */
const defaultShare = 0.25;

/** Dimensions of a head that rotary positions turn. */
const turnedOf = (c: RotaryKeys & { hidden_size: number; num_attention_heads: number }): number =>
	Math.trunc((c.hidden_size / c.num_attention_heads) * rotaryOf(c, defaultShare).share);

const config = z
	.object({
		vocab_size: size,
		hidden_size: size,
		intermediate_size: size,
		num_hidden_layers: layerCount,
		num_attention_heads: size,
		max_position_embeddings: size.nullish(),
		hidden_act: activation.default("gelu"),
		layer_norm_eps: small.default(1e-5),
		use_parallel_residual: z.boolean().default(true),
		attention_bias: z.boolean().default(true),
		attention_dropout: rate.default(0),
		hidden_dropout: rate.default(0),
		initializer_range: small.default(0.02),
		tie_word_embeddings: z.boolean().default(false),
		pad_token_id: padToken,
		architectures,
		...rotaryKeys,
	})
	.check(dividedBy("hidden_size", "num_attention_heads"), (payload) => {
		if (turnedOf(payload.value) % 2 !== 0)
			wrong(payload, "rotary_pct", "such that an even number of a head's dimensions is turned");
	})
	.transform((c) => {
		return {
			vocabulary: c.vocab_size,
			positions: c.max_position_embeddings ?? undefined,
			dropout: Math.max(c.attention_dropout, c.hidden_dropout),
			padToken: c.pad_token_id,
			width: c.hidden_size,
			layers: c.num_hidden_layers,
			heads: c.num_attention_heads,
			feedForward: c.intermediate_size,
			activation: c.hidden_act,
			epsilon: c.layer_norm_eps,
			parallel: c.use_parallel_residual,
			attentionBias: c.attention_bias,
			ropeBase: rotaryOf(c, defaultShare).base,
			/** Dimensions of a head that are turned, from the first. */
			turned: turnedOf(c),
			rates: { attention: c.attention_dropout, hidden: c.hidden_dropout },
			deviation: c.initializer_range,
			head: headOf(c.architectures, c.tie_word_embeddings),
		};
	});

type NeoxConfig = z.output<typeof config>;

function parameters(c: NeoxConfig): Record<string, FamilyParameter> {
	const list = new ParameterList(c.deviation);
	list.table("embed_in", c.vocabulary, c.width);
	for (let i = 0; i < c.layers; i++) {
		const [layer, bias] = [`layers.${i}`, c.attentionBias];
		list.norm(`${layer}.input_layernorm`, c.width);
		list.norm(`${layer}.post_attention_layernorm`, c.width);
		list.linear(`${layer}.attention.query_key_value`, c.width, 3 * c.width, { bias });
		list.linear(`${layer}.attention.dense`, c.width, c.width, { bias });
		list.linear(`${layer}.mlp.dense_h_to_4h`, c.width, c.feedForward);
		list.linear(`${layer}.mlp.dense_4h_to_h`, c.feedForward, c.width);
	}
	list.norm("final_layer_norm", c.width);
	if (c.head === "own") list.table("embed_out", c.vocabulary, c.width);
	return list.all;
}

/** q, k and v, each [B, H, T, D], of [B, T, H · 3 · D]. */
function splitQueryKeyValue(x: JaxArray, heads: number): [JaxArray, JaxArray, JaxArray] {
	const [batch, time, width] = x.shape as [number, number, number];
	const apart = np.transpose(x.reshape([batch, time, heads, width / heads]), [0, 2, 1, 3]); // [B, H, T, 3·D]
	return np.split(apart, 3, -1) as [JaxArray, JaxArray, JaxArray];
}

/** Rotary positions on the first `turned` dimensions of x [B, H, T, D]; the rest stays. */
function rotatePart(x: JaxArray, turned: number, base: number): JaxArray {
	const size = x.shape[3]!;
	if (turned === 0) return x;
	if (turned === size) return rotate(x, "half", base);
	const [first, rest] = np.split(x, [turned], -1) as [JaxArray, JaxArray];
	return np.concatenate([rotate(first, "half", base), rest], -1);
}

export const gptNeox: Family<NeoxConfig> = {
	name: "GPT-NeoX",
	modelTypes: ["gpt_neox"],
	config,
	parameters,
	naming: (c) => ({
		prefix: "gpt_neox.",
		copies: c.head === "tied" ? { "embed_out.weight": "embed_in.weight" } : undefined,
		unused: [
			[/\.attention\.(bias|masked_bias)$/, "a mask, not a parameter"],
			[/rotary_emb\.(inv_freq|cos_cached|sin_cached)$/, "rotary frequencies, not a parameter"],
			[/^(embed_out|score|classifier|qa_outputs)\./, "a head that is not used"],
		],
	}),
	stacks: (c) => loneStack(c, { causal: true, finalNorm: true, placement: "pre" }),
	forward(c, pass, inputs) {
		const norm = (name: string, x: JaxArray) => pass.layerNorm(name, x, c.epsilon);
		const hidden = (place: string, x: JaxArray) => pass.drop(place, c.rates.hidden, x);
		const mask = maskOf(inputs, true);

		const attention = (i: number, x: JaxArray) => {
			const name = `layers.${i}.attention`;
			const [q, k, v] = splitQueryKeyValue(pass.linear(`${name}.query_key_value`, x), c.heads);
			const [queries, keys] = [q, k].map((part) => rotatePart(part, c.turned, c.ropeBase));
			const scores = scoresOf(queries!, keys!, 1 / Math.sqrt(c.width / c.heads));
			const heads = attend(pass, scores, mask.ref, v, {
				name: `encoder.attention.${i}`,
				rate: c.rates.attention,
			});
			return hidden(name, pass.linear(`${name}.dense`, heads));
		};
		const feedForward = (i: number, x: JaxArray) => {
			const name = `layers.${i}.mlp`;
			const inner = activate(c.activation, pass.linear(`${name}.dense_h_to_4h`, x));
			return hidden(name, pass.linear(`${name}.dense_4h_to_h`, inner));
		};

		const embedded = embed(pass.param("embed_in.weight"), inputs.tokens.ref);
		let x = pass.show("encoder.embeddings", hidden("embeddings", embedded));
		for (let i = 0; i < c.layers; i++) {
			const attended = attention(i, norm(`layers.${i}.input_layernorm`, x.ref));
			const second = `layers.${i}.post_attention_layernorm`;
			if (c.parallel) x = pass.add(x.ref, attended, feedForward(i, norm(second, x)));
			else {
				x = pass.add(x, attended);
				x = pass.add(x.ref, feedForward(i, norm(second, x)));
			}
			pass.show(`encoder.block.${i}`, x);
		}
		const state = pass.show("encoder.final_norm", norm("final_layer_norm", x));
		pass.logits(c.head, { tied: "embed_in.weight", own: "embed_out.weight" }, state);
	},
};

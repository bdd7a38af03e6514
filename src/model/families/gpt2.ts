/**
 * GPT-2 (Radford et al. 2019): learned positions, x + f(LN(x)), a final LN, the head tied to the token table.
 *
 * Weights of linear maps are [in, out], y = x W + b, the other way round than elsewhere.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { z } from "zod";
import { embed } from "../functional.ts";
import { attend, maskOf, scoresOf, splitHeads } from "./attend.ts";
import { type Family, type FamilyParameter, loneStack } from "./family.ts";
import {
	activate,
	activation,
	architectures,
	dividedBy,
	headOf,
	layerCount,
	only,
	padToken,
	rate,
	size,
	small,
	wrong,
} from "./options.ts";
import { ParameterList } from "./parameter-list.ts";

const config = z
	.object({
		vocab_size: size,
		n_positions: size.nullish(),
		n_ctx: size.nullish(),
		n_embd: size,
		n_layer: layerCount,
		n_head: size,
		n_inner: size.nullish(),
		activation_function: activation.default("gelu_new"),
		layer_norm_epsilon: small.default(1e-5),
		embd_pdrop: rate.default(0.1),
		attn_pdrop: rate.default(0.1),
		resid_pdrop: rate.default(0.1),
		initializer_range: small.default(0.02),
		scale_attn_weights: z.boolean().default(true),
		scale_attn_by_inverse_layer_idx: z.boolean().default(false),
		tie_word_embeddings: z.boolean().default(true),
		add_cross_attention: only(false),
		pad_token_id: padToken,
		architectures,
	})
	.check(dividedBy("n_embd", "n_head"))
	.check((payload) => {
		if (!(payload.value.n_positions ?? payload.value.n_ctx)) wrong(payload, "n_positions", "given");
	})
	.transform((c) => ({
		vocabulary: c.vocab_size,
		positions: c.n_positions ?? c.n_ctx ?? 0,
		dropout: Math.max(c.embd_pdrop, c.attn_pdrop, c.resid_pdrop),
		padToken: c.pad_token_id,
		width: c.n_embd,
		layers: c.n_layer,
		heads: c.n_head,
		feedForward: c.n_inner ?? 4 * c.n_embd,
		activation: c.activation_function,
		epsilon: c.layer_norm_epsilon,
		rates: { embeddings: c.embd_pdrop, attention: c.attn_pdrop, sublayer: c.resid_pdrop },
		deviation: c.initializer_range,
		scaled: c.scale_attn_weights,
		scaledByLayer: c.scale_attn_by_inverse_layer_idx,
		head: headOf(c.architectures, c.tie_word_embeddings),
	}));

type Gpt2Config = z.output<typeof config>;

function parameters(c: Gpt2Config): Record<string, FamilyParameter> {
	const list = new ParameterList(c.deviation);
	const transposed = { transposed: true };
	// What writes to the stream begins smaller by √(2 · layers), as the paper's §2.3 asks.
	const writing = { transposed: true, deviation: c.deviation / Math.sqrt(2 * c.layers) };
	list.table("wte", c.vocabulary, c.width);
	list.table("wpe", c.positions, c.width);
	for (let i = 0; i < c.layers; i++) {
		list.norm(`h.${i}.ln_1`, c.width);
		list.linear(`h.${i}.attn.c_attn`, c.width, 3 * c.width, transposed);
		list.linear(`h.${i}.attn.c_proj`, c.width, c.width, writing);
		list.norm(`h.${i}.ln_2`, c.width);
		list.linear(`h.${i}.mlp.c_fc`, c.width, c.feedForward, transposed);
		list.linear(`h.${i}.mlp.c_proj`, c.feedForward, c.width, writing);
	}
	list.norm("ln_f", c.width);
	if (c.head === "own") list.table("lm_head", c.vocabulary, c.width);
	return list.all;
}

export const gpt2: Family<Gpt2Config> = {
	name: "GPT-2",
	modelTypes: ["gpt2"],
	config,
	parameters,
	naming: (c) => ({
		prefix: "transformer.",
		copies: c.head === "tied" ? { "lm_head.weight": "wte.weight" } : undefined,
		unused: [
			[/\.attn\.(bias|masked_bias)$/, "a mask, not a parameter"],
			[/^(lm_head|multiple_choice_head|score|classifier|qa_outputs)\./, "a head that is not used"],
		],
	}),
	stacks: (c) => loneStack(c, { causal: true, finalNorm: true, placement: "pre" }),
	forward(c, pass, inputs) {
		const map = (name: string, x: JaxArray) =>
			np.matmul(x, pass.param(`${name}.weight`)).add(pass.param(`${name}.bias`)); // [in, out]
		const mask = maskOf(inputs, true);
		const time = inputs.tokens.shape[1]!;

		const embedded = embed(pass.param("wte.weight"), inputs.tokens.ref).add(
			pass.param("wpe.weight").slice([0, time]),
		);
		let x = pass.show("encoder.embeddings", pass.drop("embeddings", c.rates.embeddings, embedded));
		for (let i = 0; i < c.layers; i++) {
			const qkv = map(`h.${i}.attn.c_attn`, pass.layerNorm(`h.${i}.ln_1`, x.ref, c.epsilon));
			const [q, k, v] = np.split(qkv, 3, -1).map((part) => splitHeads(part, c.heads));
			const scale = (c.scaled ? 1 / Math.sqrt(c.width / c.heads) : 1) / (c.scaledByLayer ? i + 1 : 1);
			const attended = attend(pass, scoresOf(q!, k!, scale), mask.ref, v!, {
				name: `encoder.attention.${i}`,
				rate: c.rates.attention,
			});
			const attention = map(`h.${i}.attn.c_proj`, attended);
			x = pass.add(x, pass.drop(`h.${i}.attn`, c.rates.sublayer, attention));
			const hidden = map(`h.${i}.mlp.c_fc`, pass.layerNorm(`h.${i}.ln_2`, x.ref, c.epsilon));
			const fed = map(`h.${i}.mlp.c_proj`, activate(c.activation, hidden));
			x = pass.show(`encoder.block.${i}`, pass.add(x, pass.drop(`h.${i}.mlp`, c.rates.sublayer, fed)));
		}
		const state = pass.show("encoder.final_norm", pass.layerNorm("ln_f", x, c.epsilon));
		pass.logits(c.head, { tied: "wte.weight", own: "lm_head.weight" }, state);
	},
};

/**
 * XLNet (Yang et al. 2019) as an encoder that sees all tokens: LN(x + f(x)), and attention that adds to the product of
 * query and key one of the query and their distance, as Transformer-XL has it (Dai et al. 2019).
 *
 * Each product has a bias of its own added to the query. Queries of masked positions, segments and memory are not
 * given here, so `mask_emb`, `seg_embed` and `r_s_bias` have no use.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { z } from "zod";
import { embed, linear } from "../functional.ts";
import { attend, maskOf, scoresOf, splitHeads } from "./attend.ts";
import { type Family, type FamilyParameter, loneStack } from "./family.ts";
import { activate, activation, dividedBy, layerCount, only, rate, size, small, wrong } from "./options.ts";
import { normal, ParameterList } from "./parameter-list.ts";

import { byKey, sinusoidsByDistance } from "./relative.ts";

const config = z
	.object({
		vocab_size: size,
		d_model: size.multipleOf(2),
		n_layer: layerCount,
		n_head: size,
		d_head: size.nullish(),
		d_inner: size,
		ff_activation: activation.default("gelu"),
		attn_type: only("bi"),
		bi_data: only(false),
		clamp_len: z.int().max(0).nullish(),
		layer_norm_eps: small.default(1e-12),
		dropout: rate.default(0.1),
		initializer_range: small.default(0.02),
		pad_token_id: z.int().nullish(),
	})
	.check(dividedBy("d_model", "n_head"), (payload) => {
		const { d_model, n_head, d_head } = payload.value;
		if (d_head && d_head * n_head !== d_model)
			wrong(payload, "d_head", `\`d_model\` (${d_model}) / \`n_head\` (${n_head})`);
	})
	.transform((c) => ({
		vocabulary: c.vocab_size,
		positions: undefined,
		dropout: c.dropout,
		padToken: c.pad_token_id ?? undefined,
		width: c.d_model,
		layers: c.n_layer,
		heads: c.n_head,
		feedForward: c.d_inner,
		activation: c.ff_activation,
		epsilon: c.layer_norm_eps,
		deviation: c.initializer_range,
	}));

type XlnetConfig = z.output<typeof config>;

/** As XLNetPreTrainedModel._init_weights: one deviation for all, the biases of queries too. */
function parameters(c: XlnetConfig): Record<string, FamilyParameter> {
	const list = new ParameterList(c.deviation);
	const size = c.width / c.heads;
	const drawn = (name: string, shape: readonly number[]) => {
		list.all[name] = { shape, initial: normal(c.deviation) };
	};
	list.table("word_embedding", c.vocabulary, c.width);
	for (let i = 0; i < c.layers; i++) {
		const [attention, ff] = [`layer.${i}.rel_attn`, `layer.${i}.ff`];
		for (const name of ["q", "k", "v", "o", "r"]) drawn(`${attention}.${name}`, [c.width, c.heads, size]);
		for (const name of ["r_w_bias", "r_r_bias"]) drawn(`${attention}.${name}`, [c.heads, size]);
		list.norm(`${attention}.layer_norm`, c.width);
		list.linear(`${ff}.layer_1`, c.width, c.feedForward);
		list.linear(`${ff}.layer_2`, c.feedForward, c.width);
		list.norm(`${ff}.layer_norm`, c.width);
	}
	return list.all;
}

export const xlnet: Family<XlnetConfig> = {
	name: "XLNet",
	modelTypes: ["xlnet"],
	config,
	parameters,
	naming: () => ({
		prefix: "transformer.",
		unused: [
			[/\.rel_attn\.(r_s_bias|seg_embed)$/, "for segments, which are not given"],
			[/^mask_emb$/, "for masked positions, of which there are none"],
			[
				/^(lm_loss|sequence_summary|logits_proj|classifier|qa_outputs|start_logits|end_logits|answer_class)\./,
				"a head that is not used",
			],
		],
	}),
	stacks: (c) => loneStack(c, { causal: false, finalNorm: false, placement: "post" }),
	forward(c, pass, inputs) {
		const drop = (place: string, x: JaxArray) => pass.drop(place, c.dropout, x);
		const [batch, time] = inputs.tokens.shape as [number, number];
		const size = c.width / c.heads;
		const mask = maskOf(inputs, false);

		const table = pass.param("word_embedding.weight");
		const sinusoids = sinusoidsByDistance(time, c.width, table); // [2T, W]
		// Each sequence has its own where dropout is on.
		const distances = drop("distances", np.broadcastTo(sinusoids, [batch, 2 * time, c.width]));
		const embedded = embed(table, inputs.tokens.ref);
		let x = pass.show("encoder.embeddings", drop("embeddings", embedded));
		for (let i = 0; i < c.layers; i++) {
			const attention = `layer.${i}.rel_attn`;
			/** [W, H, D] as a matrix [W, H·D]. */
			const matrix = (name: string) => pass.param(`${attention}.${name}`).reshape([c.width, c.width]);
			/** [B, T, W] times it, by heads. */
			const heads = (name: string, from: JaxArray) =>
				splitHeads(linear(from, matrix(name).transpose(), undefined), c.heads);
			const bias = (name: string) => pass.param(`${attention}.${name}`).reshape([1, c.heads, 1, size]);

			const q = heads("q", x.ref); // [B, H, T, D]
			const byDistance = heads("r", distances.ref); // [B, H, 2T, D]
			const content = scoresOf(q.ref.add(bias("r_w_bias")), heads("k", x.ref), 1);
			const position = byKey(scoresOf(q.add(bias("r_r_bias")), byDistance, 1));
			const scores = content.add(position).mul(1 / Math.sqrt(size));
			const shown = { name: `encoder.attention.${i}`, rate: c.dropout };
			const attended = attend(pass, scores, mask.ref, heads("v", x.ref), shown);
			const attentive = drop(attention, linear(attended, matrix("o"), undefined));
			x = pass.layerNorm(`${attention}.layer_norm`, pass.add(x, attentive), c.epsilon);

			const ff = `layer.${i}.ff`;
			const hidden = activate(c.activation, pass.linear(`${ff}.layer_1`, x.ref));
			const fed = pass.linear(`${ff}.layer_2`, drop(`${ff}.layer_1`, hidden));
			x = pass.layerNorm(`${ff}.layer_norm`, pass.add(x, drop(`${ff}.layer_2`, fed)), c.epsilon);
			x = pass.show(`encoder.block.${i}`, x);
		}
	},
};

/**
 * The encoder that BERT and RoBERTa share: learned positions and segments, LN after every sum, no mask but for padding.
 *
 *     x = LN(tokens + positions + segment 0);   x = LN(x + attention(x));   x = LN(x + W GELU(W x))
 *
 * RoBERTa's first position is not row 0 of its table but the one after the padding token's.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { z } from "zod";
import { embed } from "../functional.ts";
import { attend, maskOf, scoresOf, splitHeads } from "./attend.ts";
import { type Family, type FamilyConfig, type FamilyParameter, loneStack } from "./family.ts";
import {
	type ActivationName,
	activate,
	activation,
	dividedBy,
	layerCount,
	only,
	rate,
	size,
	small,
	wrong,
} from "./options.ts";
import { ParameterList } from "./parameter-list.ts";

export interface BertConfig extends FamilyConfig {
	readonly positions: number;
	/** The row of the position table that the first token takes. */
	readonly firstPosition: number;
	readonly width: number;
	readonly layers: number;
	readonly heads: number;
	readonly feedForward: number;
	readonly segments: number;
	readonly activation: ActivationName;
	readonly epsilon: number;
	readonly rates: { readonly hidden: number; readonly attention: number };
	/** Standard deviation of initial weights. */
	readonly deviation: number;
}

interface Variant {
	readonly name: string;
	readonly modelTypes: readonly string[];
	readonly prefix: string;
	readonly padToken: number;
	/** From the padding token. */
	readonly firstPosition: (padToken: number) => number;
	/** Whether the padding token's row of the position table begins as zero. */
	readonly padsPositions: boolean;
}

const configOf = ({ padToken, firstPosition }: Variant): z.ZodType<BertConfig> =>
	z
		.object({
			vocab_size: size,
			hidden_size: size,
			num_hidden_layers: layerCount,
			num_attention_heads: size,
			intermediate_size: size,
			max_position_embeddings: size,
			type_vocab_size: size.default(2),
			hidden_act: activation.default("gelu"),
			layer_norm_eps: small.default(1e-12),
			hidden_dropout_prob: rate.default(0.1),
			attention_probs_dropout_prob: rate.default(0.1),
			initializer_range: small.default(0.02),
			pad_token_id: z.int().min(0).nullish(),
			position_embedding_type: only("absolute"),
			is_decoder: only(false),
			add_cross_attention: only(false),
		})
		.check(dividedBy("hidden_size", "num_attention_heads"), (payload) => {
			const first = firstPosition(payload.value.pad_token_id ?? padToken);
			if (payload.value.max_position_embeddings <= first)
				wrong(payload, "max_position_embeddings", `greater than ${first}, the row of the first position`);
		})
		.transform((c) => {
			const first = firstPosition(c.pad_token_id ?? padToken);
			return {
				vocabulary: c.vocab_size,
				positions: c.max_position_embeddings - first,
				firstPosition: first,
				dropout: Math.max(c.hidden_dropout_prob, c.attention_probs_dropout_prob),
				padToken: c.pad_token_id ?? padToken,
				width: c.hidden_size,
				layers: c.num_hidden_layers,
				heads: c.num_attention_heads,
				feedForward: c.intermediate_size,
				segments: c.type_vocab_size,
				activation: c.hidden_act,
				epsilon: c.layer_norm_eps,
				rates: { hidden: c.hidden_dropout_prob, attention: c.attention_probs_dropout_prob },
				deviation: c.initializer_range,
			};
		});

function parametersOf(c: BertConfig, { padsPositions }: Variant): Record<string, FamilyParameter> {
	const list = new ParameterList(c.deviation);
	const positions = c.firstPosition + c.positions;
	list.table("embeddings.word_embeddings", c.vocabulary, c.width, c.padToken);
	list.table("embeddings.position_embeddings", positions, c.width, padsPositions ? c.padToken : undefined);
	list.table("embeddings.token_type_embeddings", c.segments, c.width);
	list.norm("embeddings.LayerNorm", c.width);
	for (let i = 0; i < c.layers; i++) {
		const layer = `encoder.layer.${i}`;
		for (const part of ["self.query", "self.key", "self.value", "output.dense"])
			list.linear(`${layer}.attention.${part}`, c.width, c.width);
		list.norm(`${layer}.attention.output.LayerNorm`, c.width);
		list.linear(`${layer}.intermediate.dense`, c.width, c.feedForward);
		list.linear(`${layer}.output.dense`, c.feedForward, c.width);
		list.norm(`${layer}.output.LayerNorm`, c.width);
	}
	return list.all;
}

/** A family with this encoder. */
export const bertFamily = (variant: Variant): Family<BertConfig> => ({
	name: variant.name,
	modelTypes: variant.modelTypes,
	config: configOf(variant),
	parameters: (c) => parametersOf(c, variant),
	naming: () => ({
		prefix: variant.prefix,
		renamed: [
			[/LayerNorm\.gamma$/, "LayerNorm.weight"],
			[/LayerNorm\.beta$/, "LayerNorm.bias"],
		],
		unused: [
			[/^embeddings\.(position_ids|token_type_ids)$/, "a list of positions, not a parameter"],
			[/^(pooler|cls|lm_head|classifier|qa_outputs)\./, "a head that is not used"],
		],
	}),
	stacks: (c) => loneStack(c, { causal: false, finalNorm: false, placement: "post" }),
	forward(c, pass, inputs) {
		const hidden = (place: string, x: JaxArray) => pass.drop(place, c.rates.hidden, x);
		const rows = (name: string, from: number, to: number) =>
			pass.param(`embeddings.${name}.weight`).slice([from, to]);
		const mask = maskOf(inputs, false);
		const time = inputs.tokens.shape[1]!;

		const embedded = embed(pass.param("embeddings.word_embeddings.weight"), inputs.tokens.ref)
			.add(rows("position_embeddings", c.firstPosition, c.firstPosition + time))
			.add(rows("token_type_embeddings", 0, 1));
		const normed = pass.layerNorm("embeddings.LayerNorm", embedded, c.epsilon);
		let x = pass.show("encoder.embeddings", hidden("embeddings", normed));
		for (let i = 0; i < c.layers; i++) {
			const layer = `encoder.layer.${i}`;
			const [q, k, v] = ["query", "key", "value"].map((part) =>
				splitHeads(pass.linear(`${layer}.attention.self.${part}`, x.ref), c.heads),
			);
			const scores = scoresOf(q!, k!, 1 / Math.sqrt(c.width / c.heads));
			const heads = attend(pass, scores, mask.ref, v!, {
				name: `encoder.attention.${i}`,
				rate: c.rates.attention,
			});
			const attended = hidden(`${layer}.attention`, pass.linear(`${layer}.attention.output.dense`, heads));
			x = pass.layerNorm(`${layer}.attention.output.LayerNorm`, pass.add(x, attended), c.epsilon);
			const inner = activate(c.activation, pass.linear(`${layer}.intermediate.dense`, x.ref));
			const fed = hidden(`${layer}.output`, pass.linear(`${layer}.output.dense`, inner));
			x = pass.layerNorm(`${layer}.output.LayerNorm`, pass.add(x, fed), c.epsilon);
			pass.show(`encoder.block.${i}`, x);
		}
	},
});

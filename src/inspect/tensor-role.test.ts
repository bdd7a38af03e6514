import { expect, test } from "vitest";
import { type Identified, roleOf, rolesOf } from "./tensor-role.ts";

/** In short: `encoder 3 attention linear`. */
const words = (known: Identified): string =>
	"ignored" in known
		? `ignored: ${known.ignored}`
		: [
				known.role.stack,
				known.role.layer,
				known.role.module,
				known.role.isLinear && "linear",
				known.role.inFirst && "in first",
			]
				.filter((word) => word !== undefined && word !== false)
				.join(" ");

test.each([
	// ours
	["tok_emb.weight", [100, 32], "embedding"],
	["blocks.3.attn.q.weight", [32, 32], "encoder 3 attention linear"],
	["blocks.3.attn.q_norm.weight", [8], "encoder 3 norm"],
	["blocks.10.ff.w1.weight", [64, 32], "encoder 10 feed-forward linear"],
	["blocks.0.ln1.weight", [32], "encoder 0 norm"],
	["blocks.99999999999999999999.ff.w1.weight", [64, 32], "other linear"],
	["ln_f.bias", [32], "encoder norm"],
	["head.weight", [100, 32], "head linear"],
	// BERT and RoBERTa: a normalisation of embeddings is no final one
	["bert.embeddings.LayerNorm.weight", [32], "embedding"],
	["bert.encoder.layer.2.attention.output.LayerNorm.gamma", [32], "encoder 2 norm"],
	["bert.encoder.layer.2.attention.output.dense.weight", [32, 32], "encoder 2 attention linear"],
	["bert.encoder.layer.2.output.dense.weight", [32, 64], "encoder 2 feed-forward linear"],
	["bert.pooler.dense.weight", [32, 32], "other linear"],
	["cls.predictions.transform.LayerNorm.weight", [32], "head"],
	["lm_head.layer_norm.weight", [32], "head"],
	// T5: the block is the first number; the table of relative positions counts, and is no linear map
	["encoder.block.1.layer.0.SelfAttention.q.weight", [32, 32], "encoder 1 attention linear"],
	["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", [8, 4], "encoder 0 attention"],
	["decoder.block.1.layer.1.EncDecAttention.k.weight", [32, 32], "decoder 1 cross-attention linear"],
	["decoder.block.1.layer.2.DenseReluDense.wi_0.weight", [64, 32], "decoder 1 feed-forward linear"],
	["decoder.final_layer_norm.weight", [32], "decoder norm"],
	["shared.weight", [101, 32], "embedding"],
	// XLNet
	["transformer.layer.0.rel_attn.q", [32, 4, 8], "encoder 0 attention"],
	["transformer.layer.0.ff.layer_1.weight", [64, 32], "encoder 0 feed-forward linear"],
	["transformer.mask_emb", [1, 1, 32], "embedding"],
	["lm_loss.bias", [101], "head"],
	// GPT-NeoX, Llama, OLMo old and new, Mixtral, BART
	["gpt_neox.layers.0.attention.query_key_value.weight", [96, 32], "encoder 0 attention linear"],
	["gpt_neox.final_layer_norm.weight", [32], "encoder norm"],
	["embed_out.weight", [101, 32], "head linear"],
	["model.layers.79.mlp.down_proj.weight", [32, 64], "encoder 79 feed-forward linear"],
	["model.layers.0.post_attention_layernorm.weight", [32], "encoder 0 norm"],
	["model.norm.weight", [32], "encoder norm"],
	["lm_head.weight", [101, 32], "head linear"],
	["model.transformer.blocks.0.att_proj.weight", [96, 32], "encoder 0 attention linear"],
	["model.transformer.blocks.0.ff_out.weight", [32, 64], "encoder 0 feed-forward linear"],
	["model.transformer.ff_out.weight", [101, 32], "head linear"],
	["model.layers.1.block_sparse_moe.experts.7.w1.weight", [64, 32], "encoder 1 feed-forward linear"],
	["model.decoder.layers.0.encoder_attn.k_proj.weight", [32, 32], "decoder 0 cross-attention linear"],
	["model.decoder.layers.0.fc1.weight", [64, 32], "decoder 0 feed-forward linear"],
	["logit_scale", [], "other"],
])("%s is %s: %s", (name, shape, expected) => {
	expect(words(roleOf(name, shape, "F32"))).toBe(expected);
});

test.each([
	["transformer.h.0.attn.bias", [1, 1, 24, 24], "F32", /causal mask/],
	["gpt_neox.layers.0.attention.bias", [1, 1, 24, 24], "BOOL", /causal mask/],
	["gpt_neox.layers.0.attention.masked_bias", [], "F16", /masked scores/],
	["model.layers.0.self_attn.rotary_emb.inv_freq", [4], "F32", /rotary/],
	["bert.embeddings.position_ids", [1, 24], "I64", /fixed indices/],
	["bn.num_batches_tracked", [], "I64", /running statistics/],
	["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight", [8, 4], "F32", /not use/],
	["model.layers.0.mlp.up_proj.weight_scale_inv", [2, 2], "F32", /quantised/],
	["model.layers.0.mlp.up_proj.qweight", [4, 64], "I32", /whole numbers \(I32\)/],
] as const)("%s is no parameter", (name, shape, dtype, reason) => {
	const known = roleOf(name, shape, dtype);
	expect("ignored" in known ? known.ignored : known).toMatch(reason);
});

test("a bias of attention that is one is a parameter: only masks have four dimensions", () => {
	expect(words(roleOf("blocks.0.attn.bias", [96], "F32"))).toBe("encoder 0 attention");
});

const described = (shapes: Readonly<Record<string, readonly number[]>>) =>
	Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: "F32" as const }));

test("GPT-2 stores weights [in, out] and nanoGPT, with the same names, [out, in]: attn.c_attn tells", () => {
	const shapes = { c_attn: [32, 96], c_proj: [32, 32] };
	const gpt2 = rolesOf(
		described({ "h.0.attn.c_attn.weight": shapes.c_attn, "h.0.attn.c_proj.weight": shapes.c_proj }),
	);
	const nano = rolesOf(
		described({ "h.0.attn.c_attn.weight": shapes.c_attn.toReversed(), "h.0.attn.c_proj.weight": [32, 32] }),
	);
	expect(words(gpt2.get("h.0.attn.c_proj.weight")!)).toBe("encoder 0 attention linear in first");
	expect(words(nano.get("h.0.attn.c_proj.weight")!)).toBe("encoder 0 attention linear");
});

test("a decoder without an encoder is the only stack, and counts as the encoder", () => {
	const opt = {
		"model.decoder.layers.0.fc1.weight": [64, 32],
		"model.decoder.final_layer_norm.weight": [32],
	};
	expect([...rolesOf(described(opt)).values()].map(words)).toEqual([
		"encoder 0 feed-forward linear",
		"encoder norm",
	]);
	const bart = { ...opt, "model.encoder.layers.0.fc1.weight": [64, 32] };
	expect([...rolesOf(described(bart)).values()].map(words)).toEqual([
		"decoder 0 feed-forward linear",
		"decoder norm",
		"encoder 0 feed-forward linear",
	]);
});

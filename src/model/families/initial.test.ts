/** Models that were not trained begin as Hugging Face's `_init_weights` leaves them: the baseline of saturation. */
import { expect, test } from "vitest";
import { readFamilyOracle } from "../../../test/support/family-fixture.ts";
import { parseWith } from "../../explain.ts";
import { familyOf } from "./families.ts";
import { openPretrained } from "./pretrained.ts";

/** Deviations of parameters drawn from a normal distribution, by name, for configurations as published. */
const published: readonly (readonly [string, Record<string, unknown>, Record<string, number>])[] = [
	[
		"t5-base: 1/√(inputs), queries 1/√(inputs·d_kv), embeddings 1",
		{ model_type: "t5", vocab_size: 32128, d_model: 768, d_ff: 3072, num_layers: 12, num_heads: 12 },
		{
			"shared.weight": 1,
			"encoder.block.0.layer.0.SelfAttention.q.weight": 1 / Math.sqrt(768 * 64),
			"encoder.block.0.layer.0.SelfAttention.k.weight": 1 / Math.sqrt(768),
			"encoder.block.0.layer.0.SelfAttention.v.weight": 1 / Math.sqrt(768),
			"encoder.block.0.layer.0.SelfAttention.o.weight": 1 / Math.sqrt(768),
			"encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight": 1 / Math.sqrt(768),
			"encoder.block.11.layer.1.DenseReluDense.wi.weight": 1 / Math.sqrt(768),
			"encoder.block.11.layer.1.DenseReluDense.wo.weight": 1 / Math.sqrt(3072),
			"decoder.block.3.layer.1.EncDecAttention.q.weight": 1 / Math.sqrt(768 * 64),
			"decoder.block.3.layer.1.EncDecAttention.o.weight": 1 / Math.sqrt(768),
		},
	],
	[
		"gpt2: 0.02, but what writes to the stream 0.02/√(2·layers)",
		{ model_type: "gpt2", vocab_size: 50257, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 },
		{
			"wte.weight": 0.02,
			"wpe.weight": 0.02,
			"h.0.attn.c_attn.weight": 0.02,
			"h.0.attn.c_proj.weight": 0.02 / Math.sqrt(24),
			"h.11.mlp.c_fc.weight": 0.02,
			"h.11.mlp.c_proj.weight": 0.02 / Math.sqrt(24),
		},
	],
	[
		"xlnet-base-cased: 0.02, the biases of queries too",
		{ model_type: "xlnet", vocab_size: 32000, d_model: 768, d_inner: 3072, n_layer: 12, n_head: 12 },
		{
			"word_embedding.weight": 0.02,
			"layer.0.rel_attn.q": 0.02,
			"layer.0.rel_attn.r": 0.02,
			"layer.0.rel_attn.r_w_bias": 0.02,
			"layer.0.rel_attn.r_r_bias": 0.02,
			"layer.11.ff.layer_2.weight": 0.02,
		},
	],
];

test.each(published)("%s", (_, json, deviations) => {
	const family = familyOf(json, "config.json");
	const parameters = family.parameters(parseWith(family.config, json, "config.json"));
	for (const [name, deviation] of Object.entries(deviations)) {
		const initial = parameters[name]?.initial;
		expect(initial?.name, name).toBe("normal");
		expect(initial?.name === "normal" && initial.deviation, name).toBeCloseTo(deviation, 12);
	}
});

const folders = ["bert", "roberta", "t5", "t5-gated", "xlnet", "gpt2", "gpt-neox", "llama", "olmo2"];

test.each(folders)(
	"%s: norms begin as 1, biases of maps and norms as 0, tables with padding have a row of zeros",
	async (name) => {
		const { folder } = await readFamilyOracle(`hf/${name}`);
		const model = await openPretrained(folder);
		const parameters = model.family.parameters(model.config);
		const padded = Object.keys(parameters).filter((key) => parameters[key]?.zeroRow !== undefined);
		for (const [key, { shape, initial }] of Object.entries(parameters)) {
			const isNorm = /(norm|ln_\d|ln_f|LayerNorm)\.weight$/i.test(key);
			const isBias = /\.bias$/.test(key);
			if (isNorm) expect(initial, key).toEqual({ name: "constant", value: 1 });
			else if (isBias) expect(initial, key).toEqual({ name: "constant", value: 0 });
			else expect(initial.name, key).toBe("normal");
			expect(shape.length === 1, key).toBe(isNorm || isBias);
		}
		// Where the library gives the table a padding index: BERT's and Llama's token tables, RoBERTa's positions too.
		const tables: Record<string, string[]> = {
			bert: ["embeddings.word_embeddings.weight"],
			roberta: ["embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"],
			llama: model.config.padToken === undefined ? [] : ["embed_tokens.weight"],
			olmo2: model.config.padToken === undefined ? [] : ["embed_tokens.weight"],
		};
		expect(padded).toEqual(tables[name] ?? []);
		await model.close();
	},
);

test("drawn values have the deviation that was asked for (3 %), depend on the seed, and are the same for the same", async () => {
	const { folder } = await readFamilyOracle("hf/t5");
	const model = await openPretrained(folder);
	const [first, again, other] = [model.initial(1), model.initial(1), model.initial(2)];
	const shared = first["shared.weight"]!.values; // 101 × 32
	const deviation = Math.sqrt(shared.reduce((sum, v) => sum + v * v, 0) / shared.length);
	expect(Math.abs(deviation - 1)).toBeLessThan(0.03);
	expect(again["shared.weight"]!.values).toEqual(shared);
	expect(other["shared.weight"]!.values).not.toEqual(shared);
	await model.close();
});

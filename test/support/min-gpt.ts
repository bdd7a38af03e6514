/** The minGPT model and activations in test/fixtures/gpt-nano-sort, under this project's names. */
import type { ModelConfig } from "../../src/model/config.ts";
import { modelConfig } from "../../src/model/config.ts";
import { readJson } from "./fixtures.ts";

interface Encoded {
	shape: number[];
	data: string;
}

const decode = ({ data }: Encoded): Float32Array =>
	new Float32Array(Uint8Array.from(Buffer.from(data, "base64")).buffer);

export async function readMinGpt(): Promise<{ config: ModelConfig; params: Record<string, Float32Array> }> {
	const file: Record<string, Encoded> = await readJson("gpt-nano-sort/gpt-nano-sort-model.json");
	const c = (file as unknown as { config: Record<string, number> }).config;
	const config = modelConfig.parse({
		vocabulary: c["vocab_size"],
		context: c["block_size"],
		layers: c["n_layer"],
		heads: c["n_head"],
		width: c["n_embd"],
		activation: "gelu-tanh",
		headBias: false,
	});
	const tensor = (name: string) => decode(file[name]!);
	const params: Record<string, Float32Array> = {
		"tok_emb.weight": tensor("transformer.wte.weight"),
		"pos_emb.weight": tensor("transformer.wpe.weight"),
		"ln_f.weight": tensor("transformer.ln_f.weight"),
		"ln_f.bias": tensor("transformer.ln_f.bias"),
		"head.weight": tensor("lm_head.weight"),
	};
	const theirs = {
		ln1: "ln_1",
		"attn.o": "attn.c_proj",
		ln2: "ln_2",
		"ff.w1": "mlp.c_fc",
		"ff.w2": "mlp.c_proj",
	};
	for (let i = 0; i < config.layers; i++)
		for (const part of ["weight", "bias"]) {
			for (const [name, other] of Object.entries(theirs))
				params[`blocks.${i}.${name}.${part}`] = tensor(`transformer.h.${i}.${other}.${part}`);
			const combined = tensor(`transformer.h.${i}.attn.c_attn.${part}`);
			const third = combined.length / 3;
			for (const [k, name] of ["q", "k", "v"].entries())
				params[`blocks.${i}.attn.${name}.${part}`] = combined.slice(k * third, (k + 1) * third);
		}
	return { config, params };
}

/** Every stored activation of one forward pass, and `idx`, the tokens. */
export async function readMinGptActivations(): Promise<Record<string, Float32Array>> {
	const { config: _, ...arrays } = await readJson("gpt-nano-sort/gpt-nano-sort-t0-partials.json");
	return Object.fromEntries(Object.entries(arrays).map(([name, x]) => [name, decode(x as Encoded)]));
}

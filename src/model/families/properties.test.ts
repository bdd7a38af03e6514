/** What holds of every family's forward pass whatever its parameters, and of options that no fixture has. */
import type { Array as JaxArray } from "@jax-js/jax";
import { numpy as np } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	type Change,
	changedModel,
	type FamilyRun,
	readFamilyOracle,
	runFamily,
	sequencesOf,
} from "../../../test/support/family-fixture.ts";
import { readTensors } from "../../../test/support/fixtures.ts";
import { relativeError } from "../../../test/support/model.ts";
import { hostTensor } from "../../checkpoint/safetensors.ts";
import { openEngine } from "../../engine/engine.ts";
import type { Engine } from "../../engine/types.ts";
import { families } from "./families.ts";
import { openPretrained } from "./pretrained.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ device: "cpu", threads: 1 });
});
afterAll(() => engine.dispose());

/** What a fixture's model, changed, shows on its first sequence or on others. */
async function run(name: string, change: Change, options: Partial<FamilyRun> = {}) {
	const tokens = [sequencesOf(await readFamilyOracle(name))[0]!];
	const model = await openPretrained(await changedModel(name, change));
	const seen = await runFamily(engine, model, { tokens, dtype: "float64", ...options });
	await model.close();
	return { seen, model };
}

const oracles = ["bert", "roberta", "gpt2", "gpt-neox", "llama", "olmo2", "t5", "t5-gated", "xlnet"];

test("every family has a fixture", async () => {
	const types = await Promise.all(
		oracles.map(async (name) => (await readFamilyOracle(`hf/${name}`)).model_type),
	);
	for (const family of families)
		expect(
			family.modelTypes.some((type) => types.includes(type)),
			family.name,
		).toBe(true);
});

describe.each(oracles)("%s", (name) => {
	test("a token changes nothing before it in a causal stack, and something in any other", async () => {
		const { seen, model } = await run(`hf/${name}`, {}, { tokens: [[5, 6, 7, 8, 9, 10]] });
		const { seen: other } = await run(`hf/${name}`, {}, { tokens: [[5, 6, 7, 8, 9, 11]] });
		// A decoder beside an encoder sees all tokens through it.
		const causal = model.stacks.length === 1 && model.stacks[0]!.causal;
		const last = model.stacks[0]!.layers - 1;
		const [a, b] = [seen, other].map((x) => x[`encoder.block.${last}`]!.values.slice(0, 5 * 32));
		if (causal) expect(a).toEqual(b);
		else expect(relativeError(a!, b!)).toBeGreaterThan(1e-3);
	});

	test("dropout is asked for at places of their own, after embeddings, on weights and on each sublayer", async () => {
		const places: [string, number][] = [];
		const dropout = (place: string, shape: readonly number[], rate: number): JaxArray => {
			places.push([place, rate]);
			return np.ones([...shape], { dtype: np.float64 });
		};
		const { seen: plain, model } = await run(`hf/${name}`, {});
		const { seen } = await run(`hf/${name}`, {}, { dropout });
		// The engine may trace a function more than once: then every place comes up as often.
		const counts = new Map<string, number>();
		for (const [place] of places) counts.set(place, (counts.get(place) ?? 0) + 1);
		expect(new Set(counts.values()).size).toBeLessThanOrEqual(1);
		const layers = model.stacks.reduce((sum, stack) => sum + stack.layers, 0);
		if (model.config.dropout === 0) expect(places).toEqual([]);
		else expect(counts.size).toBeGreaterThanOrEqual(3 * layers + 1);
		expect(places.every(([, rate]) => rate > 0 && rate <= model.config.dropout)).toBe(true);
		for (const [key, { values }] of Object.entries(plain))
			expect(relativeError(seen[key]!.values, values), key).toBeLessThan(1e-12);
	});

	test("without skips the stack loses x, which post-norm has lost in the limit anyway (specification §2.5)", async () => {
		const { seen: kept, model } = await run(`hf/${name}`, {}, { factor: 1e4 });
		const { seen } = await run(`hf/${name}`, {}, { factor: 1e4, skips: false });
		const state = `encoder.block.${model.stacks[0]!.layers - 1}`;
		const error = relativeError(seen[state]!.values, kept[state]!.values);
		if (model.stacks[0]!.placement === "post") expect(error).toBeLessThan(1e-6);
		else expect(error).toBeGreaterThan(1e-2);
	});
});

describe("options that no fixture has", () => {
	/** Tensors of a fixture by name, changed in place. */
	const changed = async (name: string, change: (key: string, values: Float32Array) => void) => {
		const tensors = await readTensors(`${name}/model.safetensors`);
		for (const [key, values] of Object.entries(tensors)) change(key, values);
		return tensors;
	};
	const sources = (tensors: Record<string, Float32Array>, shapeOf: (key: string, n: number) => number[]) =>
		Object.fromEntries(
			Object.entries(tensors).map(([key, x]) => [key, hostTensor(x, shapeOf(key, x.length))]),
		);
	const last = (x: Awaited<ReturnType<typeof run>>) => x.seen["encoder.block.2"]!.values;

	test("GPT-2's scores divided by the layer's number are those of smaller queries", async () => {
		const scaled = await run("hf/gpt2", { config: { scale_attn_by_inverse_layer_idx: true } });
		const tensors = await changed("hf/gpt2", (key, x) => {
			const layer = /h\.(\d)\.attn\.c_attn/.exec(key)?.[1];
			// [in, out] and [out]: the first 32 of 96 columns are queries
			if (layer) for (let i = 0; i < x.length; i++) if (i % 96 < 32) x[i]! /= Number(layer) + 1;
		});
		const attention = Object.fromEntries(Object.entries(tensors).filter(([key]) => key.includes("c_attn")));
		const smaller = await run("hf/gpt2", {
			tensors: sources(attention, (_, n) => (n === 96 ? [96] : [32, 96])),
		});
		expect(relativeError(last(scaled), last(smaller))).toBeLessThan(1e-7);
		expect(relativeError(last(scaled), last(await run("hf/gpt2", {})))).toBeGreaterThan(1e-2);
	});

	test("GPT-NeoX's sublayers one after the other are those side by side if the second gives 0, and only then", async () => {
		const serial = { use_parallel_residual: false };
		const none: Record<string, ReturnType<typeof hostTensor>> = {};
		for (let i = 0; i < 3; i++) {
			const name = `gpt_neox.layers.${i}.mlp.dense_4h_to_h`;
			none[`${name}.weight`] = hostTensor(new Float32Array(32 * 64), [32, 64]);
			none[`${name}.bias`] = hostTensor(new Float32Array(32), [32]);
		}
		const name = "hf/gpt-neox";
		const apart = await run(name, { config: serial, tensors: none });
		expect(last(apart)).toEqual(last(await run(name, { tensors: none })));
		const full = await run(name, { config: serial });
		expect(relativeError(last(full), last(await run(name, {})))).toBeGreaterThan(1e-2);
	});

	test("biases of Llama are added: zeros change nothing, others do", async () => {
		const config = { attention_bias: true, mlp_bias: true };
		const biases = (value: number) => {
			const tensors: Record<string, ReturnType<typeof hostTensor>> = {};
			for (let i = 0; i < 3; i++)
				for (const [part, n] of [
					["self_attn.q_proj", 32],
					["self_attn.k_proj", 16],
					["self_attn.v_proj", 16],
					["self_attn.o_proj", 32],
					["mlp.gate_proj", 64],
					["mlp.up_proj", 64],
					["mlp.down_proj", 32],
				] as const)
					tensors[`model.layers.${i}.${part}.bias`] = hostTensor(new Float32Array(n).fill(value), [n]);
			return tensors;
		};
		const plain = last(await run("hf/llama", {}));
		expect(last(await run("hf/llama", { config, tensors: biases(0) }))).toEqual(plain);
		const biased = last(await run("hf/llama", { config, tensors: biases(0.1) }));
		expect(relativeError(biased, plain)).toBeGreaterThan(1e-2);
	});

	test.each([
		["hf/llama", "model.embed_tokens.weight", "lm_head.weight", true],
		["hf/gpt-neox", "gpt_neox.embed_in.weight", "embed_out.weight", true],
		["hf/gpt2", "transformer.wte.weight", "lm_head.weight", false],
	])("%s: a head that is tied, and one of its own", async (name, table, head, tie) => {
		const values = (await readTensors(`${name}/model.safetensors`))[table]!;
		const config = { tie_word_embeddings: tie };
		const source = hostTensor(values, [101, 32]);
		const tied = await run(name, { config, tensors: { [head]: tie ? undefined : source } });
		const own = await run(name, { config: { tie_word_embeddings: false }, tensors: { [head]: source } });
		expect(tied.seen["logits"]!.values).toEqual(own.seen["logits"]!.values);
	});

	test("a model that was saved without its head has no logits", async () => {
		const config = { architectures: ["LlamaModel"] };
		const { seen, model } = await run("hf/llama", { config, tensors: { "lm_head.weight": undefined } });
		expect(Object.keys(seen)).not.toContain("logits");
		expect(Object.keys(model.specs("float32"))).not.toContain("lm_head.weight");
	});
});

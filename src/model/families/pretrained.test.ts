/** A folder is opened as what it says it is, or refused with the file and the key or tensor named. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Change, changedModel, runFamily } from "../../../test/support/family-fixture.ts";
import { fixture, readTensors } from "../../../test/support/fixtures.ts";
import { temporaryFolder } from "../../../test/support/tiny-run.ts";
import { hostTensor } from "../../checkpoint/safetensors.ts";
import { openEngine } from "../../engine/engine.ts";
import { openPretrained } from "./pretrained.ts";

const folderOf = (name: string) => fileURLToPath(fixture(name));

/** The message of the refusal. */
async function refusal(name: string, change: Change): Promise<string> {
	const folder = await changedModel(name, change);
	const opened = await openPretrained(folder).catch((error: Error) => error);
	if (!(opened instanceof Error)) {
		await opened.close();
		return "opened";
	}
	expect(opened.name).toBe("UserError");
	return opened.message.replaceAll(folder, "FOLDER");
}

describe("what a configuration asks for and is not computed is refused at its key", () => {
	test.each([
		["hf/llama", { model_type: "lama" }, 'got "lama". Did you mean `llama`?'],
		["hf/llama", { model_type: "mamba" }, "`model_type` to be one of bert, "],
		["hf/llama", { model_type: undefined }, "got nothing"],
		[
			"hf/llama",
			{ rope_parameters: { rope_type: "llama3", rope_theta: 1e4 } },
			"`rope_parameters.rope_type`",
		],
		["hf/llama", { rope_scaling: { type: "linear", factor: 2 } }, "`rope_scaling.type`"],
		["hf/llama", { hidden_act: "quick_gelu" }, "`hidden_act` to be one of gelu, "],
		[
			"hf/llama",
			{ num_key_value_heads: 3 },
			"`num_attention_heads` to be a multiple of `num_key_value_heads` (3)",
		],
		["hf/llama", { head_dim: 7 }, "`head_dim` to be even"],
		["hf/llama", { quantization_config: { bits: 4 } }, "`quantization_config`"],
		["hf/llama", { hidden_size: "32" }, '`hidden_size` to be a number, got "32"'],
		["hf/bert", { position_embedding_type: "relative_key" }, "`position_embedding_type`"],
		["hf/bert", { is_decoder: true }, "`is_decoder`"],
		["hf/gpt2", { add_cross_attention: true }, "`add_cross_attention`"],
		["hf/gpt2", { n_positions: undefined }, "`n_positions` to be given"],
		["hf/gpt2", { n_layer: 1e9 }, "`n_layer` to be at most 10000, got 1000000000"],
		["hf/gpt2", { n_head: 5 }, "`n_embd` to be a multiple of `n_head` (5), got 32"],
		["hf/gpt-neox", { rope_parameters: null, rotary_pct: 0.4 }, "`rotary_pct`"],
		["hf/roberta", { max_position_embeddings: 2 }, "`max_position_embeddings`"],
	])("%s with %j", async (name, config, message) => {
		const text = await refusal(name, { config });
		expect(text).toContain(message);
		expect(text).toContain("(FOLDER/config.json)");
	});
});

describe("weights that do not fit the configuration are refused by file and tensor", () => {
	const tensor = "transformer.h.1.attn.c_proj.weight";
	test("a missing one", async () => {
		expect(await refusal("hf/gpt2", { tensors: { [tensor]: undefined } })).toContain(
			"Expected `FOLDER` to hold the tensor `h.1.attn.c_proj.weight`, got",
		);
	});
	test("one of another shape", async () => {
		const source = hostTensor(new Float32Array(32 * 31), [32, 31]);
		expect(await refusal("hf/gpt2", { tensors: { [tensor]: source } })).toContain(
			`tensor \`${tensor}\` of \`FOLDER/model.safetensors\` to have the shape [32, 32] that \`config.json\` gives it, got [32, 31]`,
		);
	});
	test("a vocabulary of another size", async () => {
		expect(await refusal("hf/bert", { config: { vocab_size: 100 } })).toContain(
			"`bert.embeddings.word_embeddings.weight` of `FOLDER/model.safetensors` to have the shape [100, 32]",
		);
	});
	test("one of integers", async () => {
		const source = hostTensor(new Int32Array(32 * 32), [32, 32]);
		expect(await refusal("hf/gpt2", { tensors: { [tensor]: source } })).toContain("got I32");
	});
	test.each([
		["hf/llama", "model.layers.0.self_attn.q_proj.bias", "part of `layers.0.self_attn.q_proj`"],
		["hf/gpt2", "h.0.attn.c_attn.lora_A.weight", "part of `h.0.attn.c_attn`"],
	])("one that would change what %s computes: %s", async (name, extra, message) => {
		const source = hostTensor(new Float32Array(32), [32]);
		expect(await refusal(name, { tensors: { [extra]: source } })).toContain(message);
	});
	test("a block beyond those of the configuration", async () => {
		const text = await refusal("hf/gpt2", { config: { n_layer: 1 } });
		expect(text).toContain("got `transformer.h.1.");
		expect(text).toContain("of a block beyond those that it describes");
	});
	test("two names of one parameter", async () => {
		const source = hostTensor(new Float32Array(32 * 32), [32, 32]);
		expect(await refusal("hf/gpt2", { tensors: { "h.1.attn.c_proj.weight": source } })).toContain(
			"got `transformer.h.1.attn.c_proj.weight` and `h.1.attn.c_proj.weight`",
		);
	});
});

test("a folder without a configuration, and one whose configuration is broken, are refused", async () => {
	const folder = temporaryFolder();
	await expect(openPretrained(folder)).rejects.toThrow(/config\.json` to exist/);
	await writeFile(join(folder, "config.json"), "{");
	await expect(openPretrained(folder)).rejects.toThrow(/config\.json` to be JSON/);
});

describe("a further copy of a shared table", () => {
	const name = "transformer.wte.weight";
	const table = async () => (await readTensors("hf/gpt2/model.safetensors"))[name]!;
	const reasonOf = async (values: Float32Array, shape = [101, 32]) => {
		const model = await openPretrained(
			await changedModel("hf/gpt2", { tensors: { "lm_head.weight": hostTensor(values, shape) } }),
		);
		await model.close();
		return model.unused.find((x) => x.name === "lm_head.weight")?.reason;
	};
	test("is compared with it", async () => {
		expect(await reasonOf(await table())).toContain("equal to it");
	});
	test("that differs in one number is reported", async () => {
		const values = await table();
		values[3231]! += 1e-6;
		expect(await reasonOf(values)).toContain("differs from `transformer.wte.weight`");
	});
	test("stands in where the table itself is not stored", async () => {
		const values = await table();
		const folder = await changedModel("hf/gpt2", {
			tensors: { [name]: undefined, "lm_head.weight": hostTensor(values, [101, 32]) },
		});
		const model = await openPretrained(folder);
		expect(await model.values("wte.weight", "float32")).toEqual(values);
		await model.close();
	});
});

test.each([
	["hf/bert", "cls.predictions.bias", /head/],
	["hf-layouts/bert-gamma-beta", "bert.embeddings.position_ids", /not a parameter/],
	["hf-layouts/gpt2-bare", "h.0.attn.bias", /mask/],
	["hf-layouts/gpt-neox-f16", "gpt_neox.layers.0.attention.masked_bias", /mask/],
	["hf-layouts/llama-legacy-config", "model.layers.0.self_attn.rotary_emb.inv_freq", /rotary/],
])("%s: %s is listed as unused", async (name, tensor, reason) => {
	const model = await openPretrained(folderOf(name));
	expect(model.unused.find((x) => x.name === tensor)?.reason).toMatch(reason);
	await model.close();
});

test("float64 values are the stored ones, widened", async () => {
	const model = await openPretrained(folderOf("hf/bert"));
	const [narrow, wide] = await Promise.all(
		(["float32", "float64"] as const).map((dtype) => model.values("embeddings.LayerNorm.weight", dtype)),
	);
	expect(wide).toBeInstanceOf(Float64Array);
	expect(Float32Array.from(wide!)).toEqual(narrow);
	await model.close();
});

test("untrained values are a function of the seed, drawn as the family draws them", async () => {
	const model = await openPretrained(folderOf("hf/gpt2"));
	const values = model.initial(7);
	expect(Object.keys(values)).toEqual(Object.keys(model.specs("float32")));
	expect(model.initial(7)["wte.weight"]!.values).toEqual(values["wte.weight"]!.values);
	expect(model.initial(8)["wte.weight"]!.values).not.toEqual(values["wte.weight"]!.values);
	const deviation = (name: string) => {
		const x = values[name]!.values;
		return Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
	};
	// 3,232 and 4,096 numbers: the standard error of a deviation is 1.2 % and 1.1 %.
	expect(deviation("wte.weight") / 0.2).toBeCloseTo(1, 1);
	expect((deviation("h.0.mlp.c_proj.weight") / 0.2) * Math.sqrt(6)).toBeCloseTo(1, 1);
	expect(values["ln_f.weight"]!.values.every((v) => v === 1)).toBe(true);
	expect(() => model.initial(-1)["wte.weight"]!.values).toThrow(/seed/);
	await model.close();
});

test("the padding token's row begins as zero", async () => {
	const model = await openPretrained(folderOf("hf/roberta"));
	for (const table of ["word_embeddings", "position_embeddings"]) {
		const { values } = model.initial(1)[`embeddings.${table}.weight`]!;
		expect(values.slice(32, 64).every((v) => v === 0)).toBe(true);
		expect(values.slice(0, 32).some((v) => v === 0)).toBe(false);
	}
	await model.close();
});

test("more positions than the model has are refused", async () => {
	const engine = await openEngine({ threads: 1 });
	const model = await openPretrained(folderOf("hf/roberta"));
	const tokens = [Array.from({ length: 25 }, (_, i) => i)];
	await expect(runFamily(engine, model, { tokens })).rejects.toThrow(/at most 24 positions, got 25/);
	await model.close();
	await engine.dispose();
});

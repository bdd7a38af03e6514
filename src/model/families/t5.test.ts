import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFamilyOracle, runFamily, sequencesOf } from "../../../test/support/family-fixture.ts";
import { relativeError } from "../../../test/support/model.ts";
import { temporaryFolder } from "../../../test/support/tiny-run.ts";
import { openEngine } from "../../engine/engine.ts";
import type { Engine } from "../../engine/types.ts";
import { parseWith } from "../../explain.ts";
import { openPretrained, type Pretrained } from "./pretrained.ts";
import { t5 } from "./t5.ts";

let engine: Engine;
let folder: string;
let model: Pretrained;
let tokens: number[][];
beforeAll(async () => {
	engine = await openEngine({ device: "cpu", threads: 1 });
	const oracle = await readFamilyOracle("hf/t5");
	folder = oracle.folder;
	tokens = sequencesOf(oracle);
	model = await openPretrained(folder);
});
afterAll(async () => {
	await model.close();
	await engine.dispose();
});

/** The model with parameters whose names fit multiplied by a factor. */
const scaled = (pattern: RegExp, factor: number): Pretrained => ({
	...model,
	values: async (name, dtype) => {
		const values = await model.values(name, dtype);
		return pattern.test(name) ? values.map((v) => v * factor) : values;
	},
});

const float64 = { dtype: "float64" } as const;

describe("without skips", () => {
	// The RMS of embeddings that are 10 times as large differs by its epsilon, 1e-6 of about 0.3.
	test("blocks do not see how large the embeddings are (1e-5), with skips they do", async () => {
		for (const [skips, check] of [
			[false, (error: number) => expect(error).toBeLessThan(1e-5)],
			[true, (error: number) => expect(error).toBeGreaterThan(0.1)],
		] as const) {
			const run = { tokens, skips, ...float64 };
			const before = await runFamily(engine, model, run);
			const after = await runFamily(engine, scaled(/^shared\./, 10), run);
			for (const name of ["encoder.block.0", "encoder.block.1", "decoder.block.0", "decoder.block.1"])
				check(relativeError(after[name]!.values, before[name]!.values));
		}
	});

	test.each(["encoder", "decoder"])(
		"a block of the %s whose last matrix is zero gives zero",
		async (side) => {
			const zeroed = scaled(new RegExp(`^${side}\\.block\\.1\\..*\\.wo\\.weight$`), 0);
			const seen = await runFamily(engine, zeroed, { tokens, skips: false, ...float64 });
			expect(seen[`${side}.block.0`]!.values.some((v) => v !== 0)).toBe(true);
			expect(seen[`${side}.block.1`]!.values.every((v) => v === 0)).toBe(true);
		},
	);
});

describe("dropout", () => {
	test("stands where Hugging Face has it: once after each embedding, sublayer, final norm, in each attention and feed-forward", async () => {
		const places = new Map<string, readonly number[]>();
		const dropout = (place: string, shape: readonly number[], rate: number): JaxArray => {
			expect(places.has(place), place).toBe(false);
			expect(rate).toBe(0.1);
			places.set(place, shape);
			return np.ones([...shape], { dtype: np.float32 });
		};
		const plain = await runFamily(engine, model, { tokens });
		const seen = await runFamily(engine, model, { tokens, dropout });
		for (const name of Object.keys(plain)) expect(seen[name]!.values).toEqual(plain[name]!.values);
		// Two blocks each: of an encoder 4 (weights, sublayer, hidden, sublayer), of a decoder 6.
		expect(places.size).toBe(2 + 2 * 4 + 2 * 6 + 2);
		expect(places.get("encoder.attention.0")).toEqual([3, 4, 9, 9]);
		expect(places.get("decoder.block.1.layer.2.DenseReluDense")).toEqual([3, 9, 64]);
	});

	test("of a whole sublayer leaves the stream as it was", async () => {
		const dropout = (place: string, shape: readonly number[]): JaxArray =>
			np.full([...shape], place.startsWith("encoder.block.1.") ? 0 : 1, { dtype: np.float64 });
		const seen = await runFamily(engine, model, { tokens, dropout, ...float64 });
		expect(seen["encoder.block.1"]!.values).toEqual(seen["encoder.block.0"]!.values);
	});
});

test("an encoder saved alone has one stack, with the same states", async () => {
	const alone = temporaryFolder();
	const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
	await writeFile(
		join(alone, "config.json"),
		JSON.stringify({ ...config, architectures: ["T5EncoderModel"] }),
	);
	await copyFile(join(folder, "model.safetensors"), join(alone, "model.safetensors"));
	const encoder = await openPretrained(alone);
	expect(encoder.stacks.map(({ name }) => name)).toEqual(["encoder"]);
	expect(encoder.unused.every(({ name }) => name.startsWith("decoder."))).toBe(true);
	const [both, one] = [
		await runFamily(engine, model, { tokens }),
		await runFamily(engine, encoder, { tokens }),
	];
	expect(Object.keys(one)).toEqual(Object.keys(both).filter((name) => name.startsWith("encoder.")));
	for (const name of Object.keys(one)) expect(one[name]!.values).toEqual(both[name]!.values);
	await encoder.close();
});

describe("config.json", () => {
	const config = { vocab_size: 101, d_model: 32, d_ff: 64, num_layers: 2, num_heads: 4 };
	const read = (keys: object) => parseWith(t5.config, { ...config, ...keys }, "config.json");

	test("of T5 1.1 has a gate by GELU in its tanh form", () => {
		expect(read({ feed_forward_proj: "gated-gelu", dense_act_fn: "gelu_new" })).toMatchObject({
			gated: true,
			activation: "gelu_new",
		});
	});

	test.each([
		[{ feed_forward_proj: "gated-mish" }, /feed_forward_proj/],
		[{ feed_forward_proj: "gated-gelu", dense_act_fn: "gelu" }, /`dense_act_fn` to be gelu_new/],
		[{ relative_attention_max_distance: 16 }, /`relative_attention_max_distance` to be above half/],
		[{ is_decoder: true }, /is_decoder/],
	])("%o is refused at its key", (keys, message) => {
		expect(() => read(keys)).toThrow(message);
	});
});

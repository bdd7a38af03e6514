import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFamilyOracle, runFamily, sequencesOf } from "../../../test/support/family-fixture.ts";
import { relativeError } from "../../../test/support/model.ts";
import { openEngine } from "../../engine/engine.ts";
import type { Engine } from "../../engine/types.ts";
import { parseWith } from "../../explain.ts";
import { openPretrained, type Pretrained } from "./pretrained.ts";
import { xlnet } from "./xlnet.ts";

let engine: Engine;
let model: Pretrained;
let tokens: number[][];
beforeAll(async () => {
	engine = await openEngine({ device: "cpu", threads: 1 });
	const oracle = await readFamilyOracle("hf/xlnet");
	tokens = sequencesOf(oracle);
	model = await openPretrained(oracle.folder);
});
afterAll(async () => {
	await model.close();
	await engine.dispose();
});

const float64 = { dtype: "float64" } as const;

test("without skips a block does not see how large its last map is (1e-9), with skips it does", async () => {
	const larger: Pretrained = {
		...model,
		values: async (name, dtype) => {
			const values = await model.values(name, dtype);
			return name.includes(".ff.layer_2.") ? values.map((v) => v * 10) : values;
		},
	};
	for (const [skips, check] of [
		[false, (error: number) => expect(error).toBeLessThan(1e-9)],
		[true, (error: number) => expect(error).toBeGreaterThan(0.1)],
	] as const) {
		const run = { tokens, skips, ...float64 };
		const [before, after] = [await runFamily(engine, model, run), await runFamily(engine, larger, run)];
		for (const i of [0, 1, 2]) {
			const name = `encoder.block.${i}`;
			check(relativeError(after[name]!.values, before[name]!.values));
		}
	}
});

test("dropout stands where Hugging Face has it: tokens, distances, and in each block four times", async () => {
	const places = new Map<string, readonly number[]>();
	const dropout = (place: string, shape: readonly number[], rate: number): JaxArray => {
		expect(places.has(place), place).toBe(false);
		expect(rate).toBe(0.1);
		places.set(place, shape);
		return np.ones([...shape], { dtype: np.float32 });
	};
	const plain = await runFamily(engine, model, { tokens });
	const seen = await runFamily(engine, model, { tokens, dropout });
	for (const name of Object.keys(plain))
		expect(relativeError(seen[name]!.values, plain[name]!.values), name).toBeLessThan(1e-6);
	expect(places.size).toBe(2 + 3 * 4);
	expect(places.get("distances")).toEqual([3, 18, 32]);
	expect(places.get("encoder.attention.2")).toEqual([3, 4, 9, 9]);
});

describe("config.json", () => {
	const config = { vocab_size: 101, d_model: 32, d_inner: 64, n_layer: 2, n_head: 4 };

	test.each([
		[{ attn_type: "uni" }, /`attn_type` to be one of bi, got "uni"/],
		[{ bi_data: true }, /bi_data/],
		[{ clamp_len: 100 }, /clamp_len/],
		[{ d_head: 16 }, /`d_head` to be `d_model` \(32\) \/ `n_head` \(4\), got 16/],
		[{ n_head: 5 }, /d_model/],
	])("%o is refused at its key", (keys, message) => {
		expect(() => parseWith(xlnet.config, { ...config, ...keys }, "config.json")).toThrow(message);
	});
});

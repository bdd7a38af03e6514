import { beforeAll, expect, test } from "vitest";
import { initialValues, measured, smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import { modelConfig } from "../model/config.ts";
import { isEmbedding, isEncoder, isLinearWeight, parameterSpecs } from "../model/parameters.ts";
import { normMetrics } from "./norm.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

/** The small language model of Merrill et al., with their vocabulary sizes (norm-growth.md §4.1). */
const paper = (vocabulary: number) =>
	modelConfig.parse({
		vocabulary,
		context: 83,
		layers: 12,
		heads: 12,
		width: 768,
		feedForward: 512,
		placement: "res-post",
	});

/** Norms expected of PyTorch's default initial values: variance 1/(3·fan_in) for linear maps, 1 for embeddings. */
function expectedAtInit(vocabulary: number): Record<string, number> {
	const config = paper(vocabulary);
	const specs = parameterSpecs(config);
	const entries = Object.entries(specs);
	const squared = entries.map(([name, { shape }]) => {
		if (isEmbedding(name)) return sizeOf(shape);
		const weight = specs[name.replace(/bias$/, "weight")]!;
		if (weight.shape.length === 1) return name.endsWith("weight") ? sizeOf(shape) : 0;
		return sizeOf(shape) / (3 * weight.shape[1]!);
	});
	const columns = entries
		.filter(([name, spec]) => isLinearWeight(name, spec))
		.map(([name, { shape }]) => {
			const [out, into] = shape as [number, number];
			const heads = /attn\.[qkv]\./.test(name) ? 12 : 1;
			return heads * into * Math.sqrt(out / heads / (3 * into));
		});
	return normMetrics(config, squared, columns);
}

test("the paper's model has 37 837 824 encoder parameters", () => {
	const sizes = Object.entries(parameterSpecs(paper(10000))).map(([name, { shape }]) =>
		isEncoder(name) ? sizeOf(shape) : 0,
	);
	expect(sizes.reduce((a, b) => a + b)).toBe(37_837_824);
});

test("at initialisation the paper's encoder norm is 189.38 and its full norm 2789.8 with 10 000 types", () => {
	const metrics = expectedAtInit(10000);
	expect(metrics["dyn/norm.encoder"]).toBeCloseTo(189.38, 2);
	expect(Math.abs(metrics["dyn/norm.all"]! / 2789.8 - 1)).toBeLessThan(1e-3);
});

test("at initialisation the mean column norm is what the paper's logs show: .198 on PTB, .202 on WikiText-2", () => {
	expect(expectedAtInit(10000)["dyn/norm.linear_columns"]).toBeCloseTo(0.1985, 3);
	expect(expectedAtInit(33278)["dyn/norm.linear_columns"]).toBeCloseTo(0.202, 3);
});

test("norms are those of the values, block by block, and every scope adds up", async () => {
	const config = smallModel();
	const values = initialValues(config);
	const row = await measured(engine, config, values, { dtype: "float64" });
	const square = (wanted: (name: string) => boolean) =>
		Object.entries(values)
			.filter(([name]) => wanted(name))
			.reduce((sum, [, x]) => sum + Array.from(x).reduce((s, v) => s + v * v, 0), 0);
	expect(row["dyn/norm.all"]! ** 2).toBeCloseTo(
		square(() => true),
		10,
	);
	expect(row["dyn/norm.layer.1"]! ** 2).toBeCloseTo(
		square((name) => name.startsWith("blocks.1.")),
		10,
	);
	expect(row["dyn/norm.encoder"]! ** 2).toBeCloseTo(
		square((name) => /^(blocks\.|ln_f)/.test(name)),
		10,
	);
});

test("the mean column norm counts the matrices of each head: all ones give √(rows of a head)", async () => {
	const config = smallModel({ width: 8, feedForward: 12, layers: 1, biases: false });
	const values = initialValues(config);
	for (const x of Object.values(values)) x.fill(1);
	const row = await measured(engine, config, values, { dtype: "float64" });
	// q, k, v: 2 heads × 8 columns of 4 ones each; o 8 × 8; w1 8 columns of 12; w2 12 of 8; head 8 of 11.
	const columns =
		3 * 16 * Math.sqrt(4) + 8 * Math.sqrt(8) + 8 * Math.sqrt(12) + 12 * Math.sqrt(8) + 8 * Math.sqrt(11);
	expect(row["dyn/norm.linear_columns"]).toBeCloseTo(columns / (48 + 8 + 8 + 12 + 8), 12);
});

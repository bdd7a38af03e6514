import { expect, test } from "vitest";
import { type ModelOptions, modelConfig } from "./config.ts";
import { initialise } from "./initialise.ts";

const model = (options: Partial<ModelOptions>) =>
	modelConfig.parse({
		vocabulary: 50,
		context: 8,
		layers: 2,
		heads: 2,
		width: 32,
		feedForward: 48,
		...options,
	});

const deviation = (values: Float64Array) =>
	Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

test("PyTorch's defaults: linear maps uniform within 1/√fan_in, embeddings of variance 1, gains 1, shifts 0", () => {
	const values = initialise(model({}), 1);
	const bounds = { "blocks.0.attn.q": 32, "blocks.0.ff.w1": 32, "blocks.1.ff.w2": 48, head: 32 };
	for (const [name, into] of Object.entries(bounds))
		for (const part of ["weight", "bias"]) {
			const largest = Math.max(...values[`${name}.${part}`]!.values.map(Math.abs));
			expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(into));
			expect(largest).toBeGreaterThan(0.8 / Math.sqrt(into));
		}
	// 1600 numbers: the deviation of their deviation is 1/√3200 < 0.018.
	expect(Math.abs(deviation(values["tok_emb.weight"]!.values) - 1)).toBeLessThan(0.07);
	expect(new Set(values["blocks.0.ln1.weight"]!.values)).toEqual(new Set([1]));
	expect(new Set(values["ln_f.bias"]!.values)).toEqual(new Set([0]));
});

test("normal initialisation has deviation 0.02 times the scale, and biases 0", () => {
	const values = initialise(model({ init: "normal", initScale: 3 }), 1);
	expect(Math.abs(deviation(values["head.weight"]!.values) / 0.06 - 1)).toBeLessThan(0.07);
	expect(new Set(values["head.bias"]!.values)).toEqual(new Set([0]));
});

test("orthogonal initialisation has orthonormal rows of wide and orthonormal columns of tall weights", () => {
	const values = initialise(model({ init: "orthogonal" }), 1);
	for (const name of ["blocks.0.attn.q.weight", "blocks.0.ff.w1.weight", "blocks.0.ff.w2.weight"]) {
		const { shape, values: w } = values[name]!;
		const [rows, columns] = shape as [number, number];
		const n = Math.min(rows, columns);
		for (let i = 0; i < n; i++)
			for (let j = 0; j <= i; j++) {
				let sum = 0;
				for (let k = 0; k < Math.max(rows, columns); k++)
					sum +=
						rows <= columns
							? w[i * columns + k]! * w[j * columns + k]!
							: w[k * columns + i]! * w[k * columns + j]!;
				expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-14);
			}
	}
});

test("a parameter's initial values depend on the seed and its name, not on what else the model has", () => {
	const a = initialise(model({}), 7);
	const b = initialise(model({ positions: "rope", biases: false, layers: 3 }), 7);
	expect(b["head.weight"]!.values).toEqual(a["head.weight"]!.values);
	expect(b["blocks.1.ff.w1.weight"]!.values).toEqual(a["blocks.1.ff.w1.weight"]!.values);
	expect(initialise(model({}), 8)["head.weight"]!.values).not.toEqual(a["head.weight"]!.values);
	expect(a["blocks.1.ff.w1.weight"]!.values).not.toEqual(a["blocks.0.ff.w1.weight"]!.values);
});

test("a tied head keeps a bias of its own, uniform within 1/√width", () => {
	const { values, shape } = initialise(model({ tiedHead: true }), 1)["head.bias"]!;
	expect(shape).toEqual([50]);
	expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(32));
});

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

test("signal: W_Q is 0, square weights keep every length, tall ones and wide ones the mean square; biases are 0", () => {
	const values = initialise(model({ init: "signal", width: 32, feedForward: 96 }), 1);
	expect(new Set(values["blocks.0.attn.q.weight"]!.values)).toEqual(new Set([0]));
	expect(new Set(values["blocks.0.ff.w1.bias"]!.values)).toEqual(new Set([0]));
	// 1024 normal numbers of deviation 1/√32, and 1600 of the head's: to 7 %.
	for (const name of ["blocks.0.attn.k.weight", "head.weight"])
		expect(Math.abs(deviation(values[name]!.values) * Math.sqrt(32) - 1)).toBeLessThan(0.07);
	// ‖W‖² / out is the mean square of Wx for x of mean square 1, each direction alike.
	for (const [name, out] of [
		["blocks.0.attn.v", 32],
		["blocks.1.attn.o", 32],
		["blocks.0.ff.w1", 96],
	] as const) {
		const square = values[`${name}.weight`]!.values.reduce((sum, x) => sum + x * x, 0);
		expect(Math.abs(square / out - 1)).toBeLessThan(1e-13);
	}
	const narrow = values["blocks.0.ff.w2.weight"]!.values.reduce((sum, x) => sum + x * x, 0);
	expect(Math.abs(narrow / 32 - 1)).toBeLessThan(1e-13);
});

test("signal: embeddings and what positions add to them have mean square 1 together, within 7 %", () => {
	for (const [positions, added] of [
		["none", 0],
		["rope", 0],
		["sinusoidal", 1 / 2],
		["learned", undefined],
	] as const) {
		const values = initialise(model({ init: "signal", positions, vocabulary: 200, context: 200 }), 1);
		const square = (name: string) => deviation(values[name]!.values) ** 2;
		expect(Math.abs(square("tok_emb.weight") + (added ?? square("pos_emb.weight")) - 1)).toBeLessThan(0.07);
	}
});

test("factors begin where their options say, whatever the scale of random values", () => {
	const begin = (options: Partial<ModelOptions>, name: string) =>
		Array.from(initialise(model({ initScale: 3, ...options }), 1)[`blocks.1.${name}`]!.values);
	expect(begin({ mixing: { name: "value-skip-init" } }, "attn.alpha")).toEqual([1, 1]);
	expect(begin({ mixing: { name: "value-skip-init" } }, "attn.beta")).toEqual([0, 0]);
	for (const part of ["alpha", "beta", "gamma"])
		expect(begin({ mixing: { name: "shaped" } }, `attn.${part}`)).toEqual([1, 1]);
	expect(begin({ residual: "skip-init" }, "ff.branch")).toEqual([0]);
	expect(begin({ residual: { skip: 1, branch: 0.1, trained: true } }, "attn.branch")).toEqual([0.1]);
	expect(begin({ queryKeyNorm: true }, "attn.q_norm.weight")).toEqual(new Array(16).fill(1));
	expect(begin({ queryKeyNorm: true }, "attn.k_norm.bias")).toEqual(new Array(16).fill(0));
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

import { grad, type Array as JaxArray, numpy as np, tree } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { readJson, readModel, readTensors } from "../../test/support/fixtures.ts";
import { initialValues, parameterTensors, smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import { stream } from "../engine/random.ts";
import type { Engine, Spec } from "../engine/types.ts";
import type { ModelOptions } from "../model/config.ts";
import { crossEntropy, linear, relu, standardise } from "../model/functional.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { encode, forward } from "../model/transformer.ts";
import { compileComponent, components } from "./components.ts";
import { compileScaling, degreeOf, eulerSums, homogeneityError, normOf, scaledBy } from "./homogeneity.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});

const random = (purpose: string, n: number) => stream(3, purpose).normal(n);
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

for (const component of components) {
	const { name, degree, inputs, parameters, shape } = component;
	const has = degree(inputs[0]!) !== undefined;
	test(`${name}: ${has ? "the stated degree to 1e-12, to the last bit for powers of two" : "no degree"}`, async () => {
		const program = await compileComponent(engine, component);
		for (const degrees of inputs) {
			const params = Object.entries(parameters).map(([key, s]) => [key, random(key, sizeOf(s))] as const);
			const values = degrees.map((_, i) => random(`input ${i}`, sizeOf(shape)));
			const at = (c: number) =>
				program.run({
					params: Object.fromEntries(params.map(([key, v]) => [key, v.map((x) => c * x)])),
					inputs: values.map((v, i) => v.map((x) => c ** degrees[i]! * x)),
				});
			const value = await at(1);
			const k = degree(degrees);
			if (k === undefined) {
				const measured = await Promise.all(
					[2, 7.7, 1000].map(async (c) => degreeOf(normOf(value), normOf(await at(c)), c)),
				);
				expect(Math.max(...measured) - Math.min(...measured)).toBeGreaterThan(0.05);
				continue;
			}
			for (const c of [2, 3, 7.7, 1000]) {
				const scaled = await at(c);
				expect(homogeneityError(value, scaled, c, k)).toBeLessThan(1e-12);
				expect(Math.abs(degreeOf(normOf(value), normOf(scaled), c) - k)).toBeLessThan(1e-12);
			}
			for (const c of [0.25, 2, 64]) expect(await at(c)).toEqual(value.map((x) => c ** k * x));
		}
		program.dispose();
	});
}

/** W_L relu(... relu(W_1 x)). */
const network = (params: Parameters, x: JaxArray): JaxArray =>
	Object.values(params).reduce((h, w, i) => linear(i ? relu(h) : h, w.ref, undefined), x);

const layers = (depth: number): Record<string, Spec> =>
	Object.fromEntries(
		Array.from({ length: depth }, (_, i) => [`w${i}`, { shape: [6, 6], dtype: "float64" } as const]),
	);
const weightsOf = (specs: Record<string, Spec>) =>
	Object.fromEntries(Object.keys(specs).map((key) => [key, random(key, 36)]));
const inputSpec: Spec = { shape: [4, 6], dtype: "float64" };

for (const depth of [1, 2, 4])
	test(`Euler: a ReLU network of depth ${depth} has ⟨W, ∂f/∂W⟩ = f in each layer and ∇f of degree ${depth - 1}, to 1e-10`, async () => {
		const specs = layers(depth);
		const program = await engine.compile(
			(params: Parameters, x: JaxArray, r: JaxArray, c: JaxArray) => {
				const f = (p: Parameters) => np.sum(network(p, x.ref).mul(r.ref));
				return {
					sums: eulerSums(f, tree.ref(params)),
					gradient: np.stack(Object.values(grad(f)(tree.ref(params)))),
					scaled: np.stack(Object.values(grad(f)(scaledBy(params, c)))),
				};
			},
			[specs, inputSpec, inputSpec, { shape: [], dtype: "float64" }],
		);
		const out = await program(weightsOf(specs), random("x", 24), random("r", 24), 7.7);
		const value = (await out.sums.value.read())[0]!;
		const radial = Array.from(await out.sums.radial.read());
		expect(radial).toHaveLength(depth);
		for (const part of radial) expect(Math.abs(part / value - 1)).toBeLessThan(1e-10);
		expect(Math.abs(radial.reduce((a, b) => a + b) / value / depth - 1)).toBeLessThan(1e-10);
		const error = homogeneityError(await out.gradient.read(), await out.scaled.read(), 7.7, depth - 1);
		expect(error).toBeLessThan(1e-10);
	});

test("the gradient of a scale-invariant loss is at right angles to each normalised matrix, to 1e-12", async () => {
	const specs = layers(3);
	const program = await engine.compile(
		(params: Parameters, x: JaxArray, classes: JaxArray) =>
			eulerSums((p) => crossEntropy(standardise(network(p, x.ref), 0), classes.ref), params),
		[specs, inputSpec, { shape: [4], dtype: "int32" }],
	);
	const out = await program(weightsOf(specs), random("x", 24), Int32Array.of(0, 3, 5, 1));
	const [squared, gradient] = await out.squares.read();
	expect(gradient).toBeGreaterThan(1e-4);
	for (const part of await out.radial.read())
		expect(Math.abs(part)).toBeLessThan(1e-12 * Math.sqrt(squared! * gradient!));
});

test("Euler: res-post encoder and classifier without biases have degree 2 with saturated attention, to 1e-10", async () => {
	for (const [attention, low, high] of [
		["hard", 0, 1e-10],
		// Softmax is not homogeneous: the identity is missed by far at the initialisation.
		["softmax", 1e-3, Number.POSITIVE_INFINITY],
	] as const) {
		const config = smallModel({ placement: "res-post", biases: false, normEpsilon: 0, attention });
		const r: Spec = { shape: [2, 6, config.vocabulary], dtype: "float64" };
		const program = await engine.compile(
			(params: Parameters, tokens: JaxArray, projection: JaxArray) =>
				eulerSums((p) => np.sum(forward(config, p, tokens.ref).mul(projection.ref)), params),
			[parameterSpecs(config, "float64"), { shape: [2, 6], dtype: "int32" }, r],
		);
		const params = parameterTensors(engine, config, initialValues(config), "float64");
		const out = await program(params, Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3), random("r", 132));
		const value = (await out.value.read())[0]!;
		const radial = Array.from(await out.radial.read()).reduce((a, b) => a + b, 0);
		const error = Math.abs(radial / value / 2 - 1);
		expect(error).toBeGreaterThanOrEqual(low);
		expect(error).toBeLessThan(high);
	}
});

/** f(x; cθ) of a small encoder and two sequences of six tokens, float64. */
async function scalingOf(options: Partial<ModelOptions>) {
	const config = smallModel({ normEpsilon: 0, ...options });
	const specs = parameterSpecs(config, "float64");
	const program = await compileScaling(engine, (p, x) => encode(config, p, x), specs, [2, 6], [2, 6, 16]);
	const params = parameterTensors(engine, config, initialValues(config), "float64");
	const tokens = Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3);
	return {
		at: (c: number) => program.at(params, tokens, c),
		distances: (factors: number[], reference: number) =>
			program.distances(params, tokens, factors, reference),
	};
}

test("a res-post encoder without biases is 1-homogeneous with saturated attention, to 1e-14, for c > 0", async () => {
	const { at } = await scalingOf({ placement: "res-post", biases: false, attention: "hard" });
	const value = await at(1);
	for (const c of [0.3, 2, 3, 7.7, 1000])
		expect(homogeneityError(value, await at(c), c, 1)).toBeLessThan(1e-14);
	expect(await at(2)).toEqual(value.map((x) => 2 * x));
});

test("an epsilon of 1e-5 breaks homogeneity: by little where states are large, and less as c grows", async () => {
	const { at } = await scalingOf({
		placement: "res-post",
		biases: false,
		attention: "hard",
		normEpsilon: 1e-5,
	});
	const error = async (c: number) => homogeneityError(await at(c), await at(2 * c), 2, 1);
	const [small, large] = [await error(1), await error(10)];
	expect(small).toBeGreaterThan(1e-9);
	expect(small).toBeLessThan(1e-2);
	// Against a variance of degree 6 (attention's output has degree 3), epsilon fades as c^−6.
	expect(large).toBeLessThan(1e-5 * small);
});

test("the distance of an encoding to itself is 0 and falls with c, exponentially where there are no biases", async () => {
	const factors = [1, 4, 16, 64, 1e6];
	const free = await (await scalingOf({ placement: "res-post", biases: false })).distances(factors, 1e6);
	const biased = await (await scalingOf({ placement: "res-post" })).distances(factors, 1e6);
	for (const distances of [free, biased]) {
		expect(distances[4]).toBe(0);
		expect(distances[0]).toBeGreaterThan(1e-3);
	}
	expect(free[3]).toBeLessThan(1e-25);
	expect(biased[3]).toBeGreaterThan(1e-8);
});

for (const placement of ["pre", "post", "res-post"])
	test(`distances of the ${placement} fixture's first row are those of its second implementation to 1e-5`, async () => {
		const folder = `homogeneity/${placement}`;
		const config = await readModel(`${folder}/config.json`);
		const { input_ids, c, reference_c, extended_precision } = await readJson(`${folder}/expected.json`);
		const values = await readTensors(`${folder}/model.safetensors`);
		const specs = parameterSpecs(config, "float64");
		const program = await compileScaling(engine, (p, x) => encode(config, p, x), specs, [1, 16], [1, 16, 32]);
		const params = parameterTensors(engine, config, values, "float64");
		const distances = await program.distances(params, Int32Array.from(input_ids[0]), c, reference_c);
		const last = extended_precision[placement === "pre" ? "final_norm" : "block.1"] as number[][];
		for (const [i, [want]] of last.entries())
			if (want! > 1e-20) expect(Math.abs(distances[i]! / want! - 1)).toBeLessThan(1e-5);
			else expect(distances[i]).toBeLessThan(1e-20);
	});

test("degrees of exact powers are exact, and norms do not overflow where squares do", () => {
	expect(normOf([3e200, 4e200]) / 5e200).toBeCloseTo(1, 14);
	expect(normOf([0, 0])).toBe(0);
	expect(degreeOf(2, 16, 2)).toBe(3);
	expect(homogeneityError([1, -2], [8, -16], 2, 3)).toBe(0);
	expect(homogeneityError([1, -2], [8, -15], 2, 3)).toBe(1 / 16);
});

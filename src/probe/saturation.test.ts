import type { Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { readJson, readModel, readTensors } from "../../test/support/fixtures.ts";
import { initialValues, measured, parameterTensors, smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { forward, hiddenStates } from "../model/transformer.ts";
import { cosineDistance, saturationSums } from "./saturation.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 }); // Models this small gain nothing from more.
});

test("saturation with c = 1 is exactly 1, in every layer, and direction to itself is exactly 1", async () => {
	for (const dtype of ["float32", "float64"] as const) {
		const config = smallModel();
		const row = await measured(engine, config, initialValues(config), { factor: 1, dtype });
		for (const [key, value] of Object.entries(row))
			if (/saturation|direction/.test(key)) expect(value).toBe(1);
	}
});

test("measuring at 1000·θ leaves the parameters as they were, bit for bit", async () => {
	const config = smallModel();
	const values = initialValues(config);
	const params = parameterTensors(engine, config, values, "float32");
	const program = await engine.compile(
		(theta: Parameters, tokens: JaxArray, c: JaxArray) => saturationSums(config, theta, tokens, c),
		[parameterSpecs(config), { shape: [1, 6], dtype: "int32" }, { shape: [], dtype: "float32" }],
		{ name: "saturation" },
	);
	const [first, second] = [
		await (await program(params, Int32Array.of(1, 2, 3, 4, 5, 6), 1000)).read(),
		await (await program(params, Int32Array.of(1, 2, 3, 4, 5, 6), 1000)).read(),
	];
	expect(second).toEqual(first);
	for (const [name, tensor] of Object.entries(params))
		expect(await tensor.read(), name).toEqual(Float32Array.from(values[name]!));
});

test("embeddings are homogeneous: their saturation is 1 for any c", async () => {
	const config = smallModel();
	const row = await measured(engine, config, initialValues(config));
	expect(Math.abs(row["dyn/saturation.0"]! - 1)).toBeLessThan(1e-12);
	expect(row["dyn/saturation"]).toBeLessThan(1);
});

test("float32 holds c = 1000 in every placement of normalisation: saturation is float64's to 1e-3", async () => {
	for (const placement of ["pre", "post", "res-post"] as const) {
		const config = smallModel({ placement });
		const values = initialValues(config);
		const single = await measured(engine, config, values);
		const double = await measured(engine, config, values, { dtype: "float64" });
		for (const key of Object.keys(double).filter((k) => k.startsWith("dyn/saturation")))
			expect(Math.abs(single[key]! - double[key]!), `${placement} ${key}`).toBeLessThan(1e-3);
	}
});

test("token similarity is 1 where all tokens have one state and the mean cosine where they do not", async () => {
	const config = smallModel({ width: 8, positions: "none" });
	const same = await measured(engine, config, initialValues(config), { tokens: [3, 3, 3, 3, 3, 3] });
	for (const layer of ["", ".0", ".1", ".2"]) expect(same[`dyn/similarity${layer}`]).toBeCloseTo(1, 5);
	// Tokens 1 to 6 twice, orthonormal embeddings: of the 12·11 ordered pairs, 12 are of equal tokens.
	const values = initialValues(config);
	values["tok_emb.weight"] = Float64Array.from({ length: 11 * 8 }, (_, i) =>
		Math.floor(i / 8) % 8 === i % 8 ? 1 : 0,
	);
	const row = await measured(engine, config, values, { tokens: [1, 2, 3, 4, 5, 6] });
	expect(row["dyn/similarity.0"]).toBeCloseTo(12 / 132, 6);
});

for (const placement of ["pre", "post", "res-post"])
	test(`the direction of f(x; cθ) settles with c as the ${placement}-norm fixture says`, async () => {
		const folder = `homogeneity/${placement}`;
		const config = await readModel(`${folder}/config.json`);
		const expected = await readJson(`${folder}/expected.json`);
		const values = await readTensors(`${folder}/model.safetensors`);
		const states = (params: Parameters, tokens: JaxArray): JaxArray[] => {
			const all = hiddenStates(config, params, tokens.ref).slice(
				0,
				config.layers + (config.finalNorm ? 2 : 1),
			);
			return [...all, forward(config, params, tokens)].map((x) => x.reshape([2, x.size / 2]));
		};
		const scaled = (params: Parameters, c: JaxArray): Parameters =>
			Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.ref.mul(c.ref)]));
		const program = await engine.compile(
			(params: Parameters, tokens: JaxArray, c: JaxArray, reference: JaxArray) => {
				const at = states(scaled(params, c), tokens.ref);
				const limit = states(scaled(params, reference), tokens);
				return at.map((x, i) => cosineDistance(x, limit[i]!));
			},
			[
				parameterSpecs(config, "float64"),
				{ shape: [2, 16], dtype: "int32" },
				{ shape: [], dtype: "float64" },
				{ shape: [], dtype: "float64" },
			],
			{ name: "homogeneity" },
		);
		const params = parameterTensors(engine, config, values, "float64");
		const tokens = Int32Array.from(expected.input_ids.flat());
		for (const c of expected.c) {
			const rows = await program(params, tokens, c, expected.reference_c);
			for (const [i, byFactor] of Object.values<Record<string, number[]>>(
				expected.one_minus_cosine,
			).entries()) {
				const measured = await rows[i]!.read();
				const want = Object.values(byFactor)[expected.c.indexOf(c)]!;
				for (const [row, value] of want.entries())
					if (value > 1e-20) expect(Math.abs(measured[row]! / value - 1)).toBeLessThan(1e-5);
					else expect(measured[row]).toBeLessThan(1e-20);
			}
		}
	});

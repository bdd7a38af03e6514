import type { Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { readJson, readModel, readTensors } from "../../test/support/fixtures.ts";
import {
	genericValues,
	parameterTensors,
	readAll,
	relativeError,
	run,
	smallModel,
	type Values,
} from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { cosineDistance } from "../probe/saturation.ts";
import type { ModelConfig, ModelOptions } from "./config.ts";
import { degrees } from "./derivation.ts";
import { type Parameters, parameterSpecs } from "./parameters.ts";
import { saturated } from "./saturated.ts";
import { forward } from "./transformer.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 }); // Models this small gain nothing from more.
});

const tokens = [
	[1, 2, 3, 4, 5, 6, 7],
	[8, 3, 9, 10, 0, 2, 1],
];

/** Every observed place, and the logits. */
function places(config: ModelConfig, params: Parameters, ids: JaxArray): Record<string, JaxArray> {
	const seen: Record<string, JaxArray> = {};
	const logits = forward(config, params, ids, (name, value) => {
		seen[name] = value.ref;
	});
	return { ...seen, logits };
}

/** Every place at cθ in float64, compiled once for all c. */
async function openPlaces(config: ModelConfig, values: Values) {
	const specs = parameterSpecs(config, "float64");
	const program = await engine.compile(
		(params: Parameters, ids: JaxArray, c: JaxArray) =>
			places(
				config,
				Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.mul(c.ref)])),
				ids,
			),
		[specs, { shape: [tokens.length, tokens[0]!.length], dtype: "int32" }, { shape: [], dtype: "float64" }],
		{ name: "places" },
	);
	const params = parameterTensors(engine, config, values, "float64");
	return async (c: number): Promise<Values> =>
		readAll(await program(params, Int32Array.from(tokens.flat()), c));
}

const largest = (x: ArrayLike<number>) => Array.from(x).reduce((top, v) => Math.max(top, Math.abs(v)), 0);

const variants: Partial<ModelOptions>[] = [
	{ placement: "res-post", biases: false, normEpsilon: 0 },
	{ placement: "res-post" },
	{ placement: "res-post", norm: "rms", biases: false },
	{ placement: "res-post", activation: "gelu-tanh", biases: false },
	{ placement: "res-post", positions: "sinusoidal" },
	{ placement: "res-post", mask: "leaky", finalNorm: true },
	{ placement: "post" },
	{ placement: "post", biases: false, normEpsilon: 0, norm: "rms", activation: "gelu-tanh" },
	{ placement: "pre" },
	{ placement: "pre", norm: "rms", positions: "rope", keyValueHeads: 1, tiedHead: true },
	{ placement: "pre", activation: "swiglu", biases: false, finalNorm: false },
	{ placement: "none", layers: 1 },
	{ placement: "none", layers: 1, residual: "none", mask: "none" },
	{ placement: "none", layers: 1, residual: { normalised: 0.98 }, mixing: { name: "shaped-transformer" } },
	{ placement: "pre", residual: "skip-init", biases: false, normEpsilon: 0 },
	{ placement: "post", residual: { attention: "none", feedForward: { skip: 1, branch: 0 } } },
	{ placement: "res-post", residual: { skip: 0.8, branch: -0.5 }, mixing: { name: "value-skip-init" } },
	{ placement: "pre", parallel: true },
	{ placement: "pre", parallel: true, residual: { skip: 1, branch: 1, trained: true }, biases: false },
	{ placement: "pre", normBlocks: "first", layers: 1, finalNorm: false },
	{ placement: "res-post", normBlocks: "first", residual: "none", finalNorm: true },
	{ placement: "pre", mixing: { name: "u-spa" } },
	{ placement: "res-post", mixing: { name: "e-spa", gamma: 0.2 }, biases: false, keyValueHeads: 1 },
	{ placement: "res-post", mixing: { name: "e-spa", gamma: 0.2 }, mask: "none" },
	{ placement: "pre", mixing: { name: "shaped" }, valueMaps: "identity", norm: "rms" },
	{ placement: "post", mixing: { name: "shaped" }, mask: "none", biases: false },
	{ placement: "res-post", queryKeyNorm: true },
	{ placement: "pre", queryKeyNorm: true, norm: "rms", positions: "rope", biases: false },
	{ placement: "res-post", activation: "leaky-relu", negativeSlope: 0.2 },
	{ placement: "res-post", activation: "leaky-relu", shaping: { name: "tat", eta: 0.1 }, biases: false },
	{ placement: "pre", activation: "tanh", biases: false },
	{ placement: "pre", activation: "tanh", shaping: { name: "tat" } },
	{ placement: "res-post", activation: "softplus", biases: false },
	{ placement: "pre", activation: "softplus", shaping: { name: "tat" }, biases: false },
	{ placement: "pre", activation: "gelu-tanh", shaping: { name: "dks", zeta: 1.2 }, biases: false },
];

for (const options of variants)
	test(`f(x; cθ) / c^k tends to the saturated network as the calculus says, everywhere: ${JSON.stringify(options)}`, async () => {
		const config = smallModel(options);
		const values = genericValues(config, 4);
		const limit = await (await openPlaces(saturated(config), values))(1);
		const at = await openPlaces(config, values);
		const [near, far] = [await at(1e3), await at(1e4)];
		let checked = 0;
		for (const { place, degree, approach } of degrees(config)) {
			if (place.endsWith(".w3")) continue; // Only its product is shown.
			checked++;
			const measured = Math.log10(largest(far[place]!) / largest(near[place]!));
			expect(Math.abs(measured - degree), place).toBeLessThan(approach.kind === "polynomial" ? 0.01 : 1e-12);
			// Positions that have come to share a state tie in the limit; which of them is attended to makes no difference.
			if (/^blocks\.[1-9].*weights$/.test(place)) continue;
			const error = (x: Values, c: number) =>
				relativeError(
					x[place]!.map((v) => v / c ** degree),
					limit[place]!,
				);
			const errors = [error(near, 1e3), error(far, 1e4)] as const;
			if (approach.kind !== "polynomial") expect(errors[0], place).toBeLessThan(1e-12);
			else {
				expect(errors[1], place).toBeLessThan(10 ** (2 - 4 * approach.order) + 1e-12);
				// Where it is above rounding, the error falls by 10^p from c = 1000 to 10,000.
				if (errors[1] > 1e-11)
					expect(Math.log10(errors[0] / errors[1]), place).toBeCloseTo(approach.order, 1);
			}
		}
		expect(checked).toBe(Object.keys(limit).length);
	});

test("with hard attention alone the paper's pre-norm without biases and epsilon is 1-homogeneous: to 1e-14, for c = 2 to the last bit", async () => {
	const config = smallModel({
		placement: "res-post",
		biases: false,
		normEpsilon: 0,
		attention: "hard",
		tieTolerance: 0,
	});
	const at = await openPlaces(config, genericValues(config, 5));
	const once = (await at(1))["state.final"]!;
	for (const c of [2, 3, 7.7, 1000]) {
		const other = (await at(c))["state.final"]!.map((v) => v / c);
		if (c === 2) expect(other).toEqual(once);
		else expect(relativeError(other, once)).toBeLessThan(1e-14);
	}
});

test("every saturated network is homogeneous at every place: to 1e-13, for c = 2 to the last bit", async () => {
	for (const options of [{ placement: "res-post" }, { placement: "post" }, { placement: "pre" }] as const) {
		const config = saturated(smallModel({ ...options, tieTolerance: 0 }));
		const at = await openPlaces(config, genericValues(config, 5));
		const once = await at(1);
		for (const c of [2, 7.7, 1000]) {
			const other = await at(c);
			for (const { place, degree } of degrees(config)) {
				const scaled = other[place]!.map((v) => v / c ** degree);
				if (c === 2) expect(scaled, place).toEqual(once[place]);
				else expect(relativeError(scaled, once[place]!), place).toBeLessThan(1e-13);
			}
		}
	}
});

test("the saturated post-norm network has no skip connections: a token that attends only to the first one takes its state", async () => {
	const config = saturated(smallModel({ placement: "post", layers: 1, heads: 1, positions: "none" }));
	const values = genericValues(config, 7);
	// Queries and keys are the first entry of the embedding, and token 4 has the largest; biases are of lower degree.
	for (const [name, x] of Object.entries(values)) if (/attn\.[qk]\.weight/.test(name)) x.fill(0)[0] = 1;
	const table = values["tok_emb.weight"]!;
	for (let token = 0; token < 11; token++) table[token * 16] = token === 4 ? 2 : 1;
	const seen = await run(engine, config, values, [[4, 1, 2, 3, 5]], (p, ids) => places(config, p, ids));
	const rows = (x: ArrayLike<number>) =>
		Array.from({ length: 5 }, (_, i) => Array.from(x).slice(16 * i, 16 * (i + 1)));
	for (const row of rows(seen["state.1"]!))
		expect(relativeError(row, rows(seen["state.1"]!)[0]!)).toBeLessThan(1e-6);
	expect(relativeError(rows(seen["state.0"]!)[1]!, rows(seen["state.0"]!)[0]!)).toBeGreaterThan(0.1);
});

for (const placement of ["pre", "post", "res-post"])
	test(`the ${placement}-norm fixture's states settle on the saturated network's as they do on f(x; 10⁶θ)`, async () => {
		const folder = `homogeneity/${placement}`;
		const config = await readModel(`${folder}/config.json`);
		const expected = await readJson(`${folder}/expected.json`);
		const names = ["state.0", "state.1", "state.2", ...(config.finalNorm ? ["state.final"] : []), "logits"];
		const seen = await run(
			engine,
			config,
			await readTensors(`${folder}/model.safetensors`),
			expected.input_ids,
			(params, ids) => {
				const limit = places(saturated(config), params, ids.ref);
				return Object.fromEntries(
					[64, 1000].flatMap((c) => {
						const scaled = Object.fromEntries(
							Object.entries(params).map(([name, p]) => [name, p.ref.mul(c)]),
						);
						const soft = places(config, scaled, ids.ref);
						const flat = (x: JaxArray) => x.ref.reshape([2, x.size / 2]);
						return names.map((name) => [
							`${c} ${name}`,
							cosineDistance(flat(soft[name]!), flat(limit[name]!)),
						]);
					}),
				);
			},
			"float64",
		);
		for (const c of [64, 1000])
			for (const [i, byFactor] of Object.values<Record<string, number[]>>(
				expected.one_minus_cosine,
			).entries()) {
				const want = Object.values(byFactor)[expected.c.indexOf(c)]!;
				for (const [row, value] of want.entries()) {
					const measured = seen[`${c} ${names[i]}`]![row]!;
					// f(x; 10⁶θ) is itself 10⁻¹² from the limit, a millionth of f(x; 1000θ)'s 10⁻⁶.
					if (value > 1e-20) expect(Math.abs(measured / value - 1), `${c} ${names[i]}`).toBeLessThan(1e-5);
					else expect(measured).toBeLessThan(1e-20);
				}
			}
	});

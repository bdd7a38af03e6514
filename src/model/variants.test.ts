/** What holds of every option that a network without shortcuts is made of, alone and together. */
import { grad, type Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import {
	genericValues,
	initialValues,
	parameterTensors,
	relativeError,
	run,
	smallModel,
	type Values,
} from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import { stream } from "../engine/random.ts";
import type { Engine } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import { activationOf } from "./activation.ts";
import { leakyShapeOf, shapeOf } from "./activation-shape.ts";
import { type ModelConfig, type ModelOptions, modelConfig } from "./config.ts";
import { type Parameters, parameterSpecs } from "./parameters.ts";
import { shaped } from "./signal/shaped-activation.ts";
import { type SmoothActivation, smoothActivations } from "./signal/smooth-activation.ts";
import { encode, forward, loss } from "./transformer.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});

const noSkip = { skip: 0, branch: 1 } as const;
const gentle = { branch: 0.1, trained: true } as const;
const rms = { placement: "pre", norm: "rms" } as const;

const variants: Readonly<Record<string, Partial<ModelOptions>>> = {
	"no skips": { placement: "none", residual: "none", init: "signal" },
	"normalised skips": { placement: "none", residual: { normalised: 0.98 }, init: "signal" },
	"skip-init": { placement: "post", residual: "skip-init" },
	"attention alone": { residual: { attention: "none", feedForward: { skip: 1, branch: 0 } } },
	"res-post, weighted": { placement: "res-post", residual: { skip: 0.8, branch: -0.5 } },
	"value-skip-init": { mixing: { name: "value-skip-init" }, placement: "none", residual: "none" },
	"u-spa": { mixing: { name: "u-spa", start: 0.1 }, positions: "sinusoidal" },
	"u-spa, aware": { mixing: { name: "u-spa", aware: true, rho: 0.9 }, placement: "none", residual: "none" },
	"e-spa": { mixing: { name: "e-spa", gamma: 0.2 }, keyValueHeads: 1, positions: "rope" },
	"u-spa, no mask": { mixing: { name: "u-spa" }, mask: "none" },
	"e-spa, no mask": { mixing: { name: "e-spa", gamma: 0.2 }, mask: "none" },
	shaped: { mixing: { name: "shaped" } },
	"shaped, no mask": { mixing: { name: "shaped" }, mask: "none" },
	"shaped transformer": { mixing: { name: "shaped-transformer", temperature: 0.5 }, placement: "none" },
	sas: {
		...rms,
		valueMaps: "identity",
		mixing: { name: "shaped" },
		residual: { attention: noSkip, feedForward: { skip: 1, ...gentle } },
	},
	"sas-p, first norms": {
		...rms,
		valueMaps: "identity",
		mixing: { name: "shaped" },
		parallel: true,
		normBlocks: "first",
		residual: { attention: { ...noSkip, trained: true }, feedForward: { skip: 0, ...gentle } },
	},
	parallel: { parallel: true },
	"parallel, no norms": { parallel: true, placement: "none", residual: { skip: 1, branch: 0.5 } },
	"query-key norm": { queryKeyNorm: true, keyValueHeads: 1 },
	"query-key norm, rope, rms": { queryKeyNorm: true, ...rms, positions: "rope", mask: "none" },
	"leaky relu": { activation: "leaky-relu", negativeSlope: 0.2 },
	"leaky relu, tat": { activation: "leaky-relu", shaping: { name: "tat", eta: 0.1 } },
	tanh: { activation: "tanh" },
	"tanh, tat": { activation: "tanh", shaping: { name: "tat" } },
	softplus: { activation: "softplus" },
	"softplus, dks": { activation: "softplus", shaping: { name: "dks", zeta: 1.2 } },
	"gelu-tanh, dks": { activation: "gelu-tanh", shaping: { name: "dks", zeta: 1.2 } },
};

const tokens = [
	[1, 2, 3, 4, 5, 6, 7],
	[8, 3, 9, 10, 0, 2, 1],
];

const lossOf = (config: ModelConfig) => (params: Parameters, ids: JaxArray) =>
	loss(config, params, { tokens: ids });

for (const [name, options] of Object.entries(variants))
	test(`the gradient of each parameter is that of finite differences, to 1e-5 in float64: ${name}`, async () => {
		const config = smallModel(options);
		const values = genericValues(config, 4);
		const specs = parameterSpecs(config, "float64");
		const ids = Int32Array.from(tokens.flat());
		const idSpec = { shape: [2, 7], dtype: "int32" } as const;
		const program = await engine.compile(lossOf(config), [specs, idSpec], { name: "loss" });
		const lossAt = async (changed: Values) =>
			(await (await program(parameterTensors(engine, config, changed, "float64"), ids)).read())[0]!;
		const gradients = await run(
			engine,
			config,
			values,
			tokens,
			(params, t) => ({ ...grad((p: Parameters) => lossOf(config)(p, t.ref))(params) }),
			"float64",
		);
		for (const [key, gradient] of Object.entries(gradients)) {
			const direction = stream(1, key).normal(sizeOf(specs[key]!.shape));
			const moved = (by: number): Values => ({
				...values,
				[key]: Float64Array.from(values[key]!, (x, i) => x + by * direction[i]!),
			});
			const h = 1e-7;
			const measured = ((await lossAt(moved(h))) - (await lossAt(moved(-h)))) / (2 * h);
			const expected = direction.reduce((sum, u, i) => sum + u * gradient[i]!, 0);
			// The loss is rounded to 4e-16, its differences to 1e-8: a much smaller gradient is not resolved.
			expect(Math.abs(measured - expected), key).toBeLessThan(1e-5 * Math.abs(expected) + 5e-8);
		}
		program.dispose();
	});

test("natively and on WebAssembly every variant has the same finite gradients, to 2e-4 of their size", async () => {
	const wasm = await openEngine({ device: "wasm" });
	for (const [name, options] of Object.entries(variants)) {
		const config = smallModel({ layers: 1, ...options });
		const of = (device: Engine) =>
			run(device, config, genericValues(config, 4), tokens, (params, ids) => ({
				...grad((p: Parameters) => lossOf(config)(p, ids.ref))(params),
			}));
		const [native, reference] = [await of(engine), await of(wasm)];
		const all = (gradients: Values) => Float64Array.from(Object.values(gradients).flatMap((g) => [...g]));
		expect(all(native).every(Number.isFinite), name).toBe(true);
		expect(relativeError(all(native), all(reference)), name).toBeLessThan(2e-4);
	}
});

test("with the strict mask the states of a shorter sequence are the first of a longer one's, to 1e-12, whatever mixes", async () => {
	for (const [name, options] of Object.entries(variants)) {
		if (options.mask === "none") continue;
		const config = smallModel(options);
		const values = genericValues(config, 4);
		const states = (length: number) =>
			run(
				engine,
				config,
				values,
				[tokens[0]!.slice(0, length)],
				(p, t) => ({ x: encode(config, p, t) }),
				"float64",
			);
		const [short, long] = [(await states(4))["x"]!, (await states(7))["x"]!];
		expect(relativeError(short, long.slice(0, short.length)), name).toBeLessThan(1e-12);
	}
});

test("without a mask the first position sees the last, and positions without an encoding are alike", async () => {
	for (const mixing of [{ name: "plain" }, { name: "u-spa" }, { name: "shaped" }] as const) {
		const config = smallModel({ mask: "none", positions: "none", mixing });
		const values = genericValues(config, 4);
		const logits = async (ids: number[]) =>
			(await run(engine, config, values, [ids], (p, t) => ({ y: forward(config, p, t) }), "float64"))["y"]!;
		const row = (x: ArrayLike<number>, t: number) => Array.from(x).slice(11 * t, 11 * (t + 1));
		const y = await logits([1, 2, 3, 4, 5]);
		expect(relativeError(row(await logits([1, 2, 3, 4, 9]), 0), row(y, 0))).toBeGreaterThan(1e-3);
		// A permutation of the tokens permutes the answers.
		const turned = await logits([5, 2, 3, 4, 1]);
		expect(relativeError(row(turned, 4), row(y, 0))).toBeLessThan(1e-12);
		expect(relativeError(row(turned, 1), row(y, 1))).toBeLessThan(1e-12);
	}
});

test("the simplified block has half of attention's parameters, and gains of one number a head", () => {
	const inAttention = (options: Partial<ModelOptions>) =>
		Object.entries(parameterSpecs(smallModel({ biases: false, layers: 1, ...options })))
			.filter(([name]) => name.startsWith("blocks.0.attn."))
			.map(([name, { shape }]) => [name, sizeOf(shape)] as const);
	const total = (options: Partial<ModelOptions>) =>
		inAttention(options).reduce((sum, [name, size]) => sum + (/[qkvo]\.weight$/.test(name) ? size : 0), 0);
	expect(total(variants["sas"]!)).toBe(total({}) / 2);
	expect(inAttention(variants["sas"]!)).toEqual([
		["blocks.0.attn.q.weight", 256],
		["blocks.0.attn.k.weight", 256],
		["blocks.0.attn.alpha", 2],
		["blocks.0.attn.beta", 2],
		["blocks.0.attn.gamma", 2],
	]);
	expect(initialValues(smallModel(variants["sas"]!))["blocks.1.ff.branch"]).toEqual(Float64Array.of(0.1));
});

test("a sublayer whose branch is 0 and not trained changes nothing, and one that is skipped entirely leaves x", async () => {
	const config = smallModel({ residual: { skip: 1, branch: 0 }, finalNorm: false });
	const seen = await run(engine, config, genericValues(config, 4), tokens, (p, t) => {
		const states: Record<string, JaxArray> = {};
		encode(config, p, t, (name, value) => {
			if (name.startsWith("state")) states[name] = value.ref;
		});
		return states;
	});
	expect(seen["state.final"]).toEqual(seen["state.0"]);
});

test("shaped activations are those that the solvers name, to 1e-6", async () => {
	const xs = Float32Array.of(-3, -0.5, 0, 0.7, 2.5);
	for (const activation of ["leaky-relu", "tanh", "softplus", "gelu", "gelu-tanh"] as const)
		for (const shaping of [{ name: "tat", eta: 0.5 }, { name: "dks" }] as const) {
			if (activation === "leaky-relu" && shaping.name === "dks") continue;
			const config = smallModel({ layers: 6, placement: "none", residual: "none", activation, shaping });
			const program = await engine.compile(activationOf(config), [{ shape: [5], dtype: "float32" }]);
			const y = await (await program(xs)).read();
			const { slope, scale } = activation === "leaky-relu" ? leakyShapeOf(config) : { slope: 0, scale: 1 };
			const shape = shapeOf(config);
			const expected = Array.from(xs, (x) =>
				shape
					? shaped(smoothActivations[activation as SmoothActivation], shape)(x)[0]
					: scale * Math.max(x, slope * x),
			);
			expect(relativeError(y, expected), `${activation} ${shaping.name}`).toBeLessThan(1e-6);
		}
});

test("every variant's resolved configuration resolves to itself, and an older one without the new keys has their defaults", () => {
	for (const options of Object.values(variants)) {
		const config = smallModel(options);
		expect(modelConfig.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
	}
	const recent = "residual parallel normBlocks mixing valueMaps queryKeyNorm negativeSlope shaping".split(
		" ",
	);
	const config = smallModel({ placement: "res-post" });
	const older = Object.fromEntries(Object.entries(config).filter(([key]) => !recent.includes(key)));
	expect(modelConfig.parse(older)).toEqual(config);
});

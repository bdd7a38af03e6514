import type { Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { initialValues, parameterTensors, run, smallModel, type Values } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import type { ModelConfig, ModelOptions } from "../model/config.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { hiddenStates, loss } from "../model/transformer.ts";
import { kernelOf } from "../theory/signal/kernel.ts";
import { residualNorm } from "../theory/signal/rank-collapse.ts";
import { blockGradients, compileSignals, type Signals } from "./signal.ts";
import { meanCosines, predictSignals, signalRows } from "./signal-rows.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

const sequences = [
	[1, 2, 3, 4, 5, 6, 7],
	[9, 8, 9, 2, 0, 10, 3],
];
const length = 6;

async function signalsOf(
	config: ModelConfig,
	values: Values = initialValues(config),
	gradients = true,
): Promise<Signals> {
	const program = await compileSignals(engine, config, { sequences: sequences.length, length, gradients });
	const params = parameterTensors(engine, config, values, "float64");
	const signals = await program.measure(params, Int32Array.from(sequences.flat()));
	program.dispose();
	return signals;
}

const attentionAlone: Partial<ModelOptions> = {
	init: "signal",
	placement: "none",
	biases: false,
	positions: "none",
	residual: { attention: "none", feedForward: { skip: 1, branch: 0 } },
};

test("kernels and residuals of every block are those of its states, in float64 to 1e-12", async () => {
	const config = smallModel({ placement: "post", activation: "tanh" });
	const { places } = await signalsOf(config);
	const inputs = sequences.map((tokens) => tokens.slice(0, length));
	const states = await run(
		engine,
		config,
		initialValues(config),
		inputs,
		(params, tokens) =>
			Object.fromEntries(hiddenStates(config, params, tokens).map((x, i) => [String(i), x])),
		"float64",
	);
	for (const depth of [0, 1, 2])
		for (const b of [0, 1]) {
			const place = places.find((place) => place.depth === depth)!;
			const size = length * config.width;
			const x = states[depth]!.subarray(b * size, (b + 1) * size);
			const expected = kernelOf(x, length);
			for (const [at, value] of expected.values.entries())
				expect(Math.abs(place.kernels[b]!.values[at]! - value)).toBeLessThan(1e-12);
			const norm = Math.hypot(...x);
			expect(Math.abs(place.residuals[b]! - residualNorm(x, length) / norm)).toBeLessThan(1e-12);
		}
});

test("places come in the order of the forward pass, one a block where sublayers are parallel", async () => {
	const names = async (options: Partial<ModelOptions>) =>
		(await signalsOf(smallModel({ layers: 1, ...options }), undefined, false)).places.map(({ name }) => name);
	expect(await names({})).toEqual(["state.0", "blocks.0.attn.residual", "blocks.0.ff.residual"]);
	expect(await names({ parallel: true })).toEqual(["state.0", "blocks.0.ff.residual"]);
});

test("the gradient of a block is the change of the loss along it, by central differences to 1e-6", async () => {
	const config = smallModel({ activation: "tanh" });
	const values = initialValues(config);
	const { gradients } = await signalsOf(config, values);
	const parts = blockGradients(gradients!, 1);
	expect(parts.all).toBeCloseTo(
		Math.hypot(
			...Object.entries(gradients!).flatMap(([name, norm]) => (name.startsWith("blocks.1.") ? [norm] : [])),
		),
		14,
	);
	const name = "blocks.1.ff.w2.bias";
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray) => loss(config, params, { tokens }),
		[parameterSpecs(config, "float64"), { shape: [2, length + 1], dtype: "int32" }],
		{ name: "loss" },
	);
	const lossAt = async (k: number, change: number): Promise<number> => {
		const moved = values[name]!.map((value, i) => (i === k ? value + change : value));
		const params = parameterTensors(engine, config, { ...values, [name]: moved }, "float64");
		return (await (await program(params, Int32Array.from(sequences.flat()))).read())[0]!;
	};
	let sum = 0;
	for (let k = 0; k < config.width; k++)
		sum += (((await lossAt(k, 1e-4)) - (await lossAt(k, -1e-4))) / 2e-4) ** 2;
	program.dispose();
	expect(Math.abs(Math.sqrt(sum) / gradients![name]! - 1)).toBeLessThan(1e-6);
});

test("W_K has a gradient of exactly 0 where W_Q = 0, and W_V none where there is no W_V", async () => {
	const vanilla = await signalsOf(smallModel({ init: "signal" }));
	expect(blockGradients(vanilla.gradients!, 0)).toMatchObject({ key: 0 });
	expect(blockGradients(vanilla.gradients!, 0).query).toBeGreaterThan(0);
	const identity = await signalsOf(smallModel({ init: "signal", valueMaps: "identity" }));
	expect(blockGradients(identity.gradients!, 0)).not.toHaveProperty("value");
});

test("a network whose states double is stopped in the block in which their squares pass 1e30, and named", async () => {
	const config = smallModel({
		...attentionAlone,
		layers: 60,
		valueMaps: "identity",
		residual: { attention: "sum", feedForward: { skip: 1, branch: 0 } },
	});
	const values = { ...initialValues(config) };
	values["tok_emb.weight"] = values["tok_emb.weight"]!.map(Math.sign);
	const { breakdown, places } = await signalsOf(config, values);
	// 4^50 = 1.27e30.
	expect(breakdown).toMatchObject({
		kind: "exploding",
		block: 49,
		place: "blocks.49.attn.residual",
		token: 0,
		value: 4 ** 50,
	});
	expect(places.at(-1)!.name).toBe("blocks.49.attn.residual");
});

test("parameters that are no numbers are found in the first block that reads them", async () => {
	const config = smallModel();
	const values = { ...initialValues(config) };
	values["blocks.1.ff.w1.weight"] = values["blocks.1.ff.w1.weight"]!.map(() => Number.NaN);
	const { breakdown, places } = await signalsOf(config, values);
	expect(breakdown).toMatchObject({ block: 1, place: "blocks.1.ff.residual" });
	expect(meanCosines(places.at(-1)!)).toBeUndefined();
});

test("rows hold measured and predicted numbers side by side, equal to 1e-10 for attention alone", async () => {
	const config = smallModel({ ...attentionAlone, layers: 3, mixing: { name: "u-spa" } });
	const signals = await signalsOf(config);
	const rows = signalRows(config, signals, predictSignals(config, signals));
	const whole = rows.filter(({ depth }) => Number.isInteger(depth));
	expect(whole.map(({ depth }) => depth)).toEqual([0, 1, 2, 3]);
	for (const row of whole)
		for (const key of ["cosine", "adjacent", "rank", "q.least", "q", "q.most"])
			expect(Math.abs(row[key]! - row[`predicted/${key}`]!)).toBeLessThan(1e-10);
	expect(rows.filter(({ block }) => block !== undefined)).toHaveLength(3);
});

/**
 * Ten steps of every optimizer and placement against PyTorch (test/fixtures/torch-train, whose README states the
 * tolerances and why biases of keys are compared loosely: their gradient is rounding noise).
 */
import { type Array as JaxArray, tree, valueAndGrad } from "@jax-js/jax";
import { beforeAll, describe, expect, test } from "vitest";
import { readJson, readModel, readTensors } from "../../test/support/fixtures.ts";
import { openEngine } from "../engine/engine.ts";
import type { DType, Engine, Spec, Tensor } from "../engine/types.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { loss } from "../model/transformer.ts";
import { stepMetrics, stepSums } from "../probe/step.ts";
import { optimizerConfig } from "./config.ts";
import { createOptimizer, type Optimizer } from "./optimizer.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 }); // Models this small gain nothing from more.
});

const optimizers = {
	adamw: { name: "adamw" },
	sgd: { name: "sgd" },
	"sgd-momentum": { name: "sgd", momentum: 0.9 },
	"adafactor-transformers": { name: "adafactor" },
	"adafactor-torch": { name: "adafactor", variant: "torch" },
} as const;

type Tensors = Record<string, Tensor>;

interface Row {
	loss: number;
	all: Record<string, number>;
	withoutKeyBiases: Record<string, number>;
}

/** Trains on the fixture's batches: a row for each step, and the norms of the final parameters. */
async function train(placement: string, optimizer: Optimizer, rate: number, dtype: DType) {
	const folder = `torch-train/${placement}`;
	const config = await readModel(`${folder}/config.json`);
	const initial = await readTensors(`${folder}/init.safetensors`);
	const { batches } = await readJson("torch-train/batches.json");
	const specs = parameterSpecs(config, dtype);
	const stateSpecs = optimizer.specs(specs);
	const scalarSpecs = Object.fromEntries(
		Object.keys(optimizer.scalars(0, rate)).map((key): [string, Spec] => [key, { shape: [], dtype }]),
	);
	const program = await engine.compile(
		(params: Parameters, state: Parameters, tokens: JaxArray, scalars: Parameters) => {
			const [value, grads] = valueAndGrad((p: Parameters) => loss(config, p, { tokens: tokens.ref }))(
				tree.ref(params),
			);
			const next = optimizer.update(params, grads, state, scalars);
			return [next.params, next.state, value, stepSums(params, grads, next.params)] as const;
		},
		[specs, stateSpecs, { shape: [4, 17], dtype: "int32" }, scalarSpecs],
		{ name: "train" },
	);
	const zeros = ({ shape }: Spec) =>
		engine.tensor(new Array(shape.reduce((a, b) => a * b, 1)).fill(0), shape, dtype);
	let params: Tensors = Object.fromEntries(
		Object.entries(specs).map(([key, { shape }]) => [
			key,
			engine.tensor(Float64Array.from(initial[key]!), shape, dtype),
		]),
	);
	let state: Tensors = Object.fromEntries(
		Object.entries(stateSpecs).map(([key, spec]) => [key, zeros(spec)]),
	);
	const names = Object.keys(specs);
	const withoutKeyBiases = names.filter((name) => !name.endsWith(".attn.k.bias"));
	const rows: Row[] = [];
	for (let step = 0; step < 10; step++) {
		const tokens = Int32Array.from(batches[step].flat());
		const [p, s, value, sums] = await program(params, state, tokens, optimizer.scalars(step, rate));
		[params, state] = [p, s];
		const values = await sums.read();
		const some = [0, 1, 2, 3, 4].flatMap((i) =>
			withoutKeyBiases.map((name) => values[i * names.length + names.indexOf(name)]!),
		);
		const theta = (all: ArrayLike<number>, n: number) =>
			Math.sqrt(Array.from({ length: n }, (_, i) => all[i]!).reduce((a, b) => a + b));
		rows.push({
			loss: (await value.read())[0]!,
			all: { ...stepMetrics(names, values), theta: theta(values, names.length) },
			withoutKeyBiases: {
				...stepMetrics(withoutKeyBiases, some),
				theta: theta(some, withoutKeyBiases.length),
			},
		});
	}
	const final: Record<string, number> = {};
	for (const name of names) final[name] = Math.hypot(...(await params[name]!.read()));
	program.dispose();
	return { rows, final };
}

/** The largest error of a series: relative, or absolute for cosines. */
function error(ours: number[], expected: number[], relative = true): number {
	return Math.max(
		...ours.map((x, i) => Math.abs(x - expected[i]!) / (relative ? Math.abs(expected[i]!) : 1)),
	);
}

const errors = (rows: Record<string, number>[], want: Record<string, number[]>) => ({
	theta: error(
		rows.map((r) => r["theta"]!),
		want["theta_norm"]!.slice(0, 10),
	),
	gradient: error(
		rows.map((r) => r["grad/norm"]!),
		want["grad_norm"]!,
	),
	cosine: error(
		rows.map((r) => r["dyn/alignment"]!),
		want["cos_theta_grad"]!,
		false,
	),
	delta: error(
		rows.map((r) => r["dyn/step"]!),
		want["delta_norm"]!,
	),
});

for (const dtype of ["float64", "float32"] as const)
	describe(dtype, () => {
		for (const placement of ["pre", "post", "res-post"])
			for (const [key, options] of Object.entries(optimizers))
				test(`ten steps of ${key} on the ${placement}-norm model are PyTorch's`, async () => {
					const expected = (await readJson(`torch-train/${placement}/expected.json`)).runs[key];
					const want = expected[dtype === "float64" ? "f64" : "f32"];
					const optimizer = createOptimizer(optimizerConfig.parse(options));
					const { rows, final } = await train(placement, optimizer, expected.optimizer.lr, dtype);

					const tight = dtype === "float64" ? 1e-9 : 2e-5;
					const adaptive = !key.startsWith("sgd");
					const factored = key.startsWith("adafactor");
					const float64 = factored ? 1e-5 : 1e-9;
					const float32 = factored ? 3e-3 : adaptive ? 1e-3 : 2e-5;
					const loose = dtype === "float64" ? float64 : float32;

					const lossError = error(
						rows.map((r) => r.loss),
						want.loss,
					);
					const without = errors(
						rows.map((r) => r.withoutKeyBiases),
						want.without_key_biases,
					);
					const all = errors(
						rows.map((r) => r.all),
						want,
					);
					const isKeyBias = (name: string) => name.endsWith(".attn.k.bias");
					const finals = (names: string[]) =>
						error(
							names.map((name) => final[name]!),
							names.map((name) => want.param_norm_final[name]),
						);
					const names = Object.keys(final);
					const finalError = finals(names.filter((name) => !isKeyBias(name)));
					expect(lossError).toBeLessThan(tight);
					for (const e of Object.values(without)) expect(e).toBeLessThan(tight);
					expect(all.gradient).toBeLessThan(tight);
					for (const e of [all.theta, all.cosine, all.delta]) expect(e).toBeLessThan(loose);
					expect(finalError).toBeLessThan(tight);
					if (dtype === "float64" || !adaptive)
						expect(finals(names.filter(isKeyBias))).toBeLessThan(factored ? 3e-3 : tight);
				});
	});

/** papers/norm-growth.md §6 G: the identity of the norm's growth along a real training, in float64. */
import { type Array as JaxArray, tree, valueAndGrad } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { initialValues, parameterTensors, smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import { stream } from "../engine/random.ts";
import type { Engine, Spec, Tensor } from "../engine/types.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { loss } from "../model/transformer.ts";
import { optimizerConfig } from "../optimizer/config.ts";
import { createOptimizer } from "../optimizer/optimizer.ts";
import { contributions, stepBetween } from "../theory/series.ts";
import { squaredDistances } from "./direction.ts";
import { metrics } from "./measure.ts";
import { stepMetrics, stepSums } from "./step.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

/** 25 steps of AdamW in float64: the step's metrics, and norms before and after, by scope. */
async function train() {
	const config = smallModel();
	const params = parameterSpecs(config, "float64");
	const optimizer = createOptimizer(optimizerConfig.parse({ name: "adamw", learningRate: 1e-2 }));
	const state = optimizer.specs(params);
	const scalars = Object.keys(optimizer.scalars(0, 0)).map((key): [string, Spec] => [
		key,
		{ shape: [], dtype: "float64" },
	]);
	const step = await engine.compile(
		(theta: Parameters, memory: Parameters, s: Parameters, tokens: JaxArray) => {
			const [, grads] = valueAndGrad((p: Parameters) => loss(config, p, { tokens }))(tree.ref(theta));
			const next = optimizer.update(tree.ref(theta), tree.ref(grads), memory, s);
			const sums = stepSums(tree.ref(theta), grads, tree.ref(next.params));
			const distances = squaredDistances(tree.ref(next.params), theta);
			return [next.params, next.state, sums, distances] as const;
		},
		[params, state, Object.fromEntries(scalars), { shape: [4, 9], dtype: "int32" }],
		{ name: "step" },
	);
	let theta: Record<string, Tensor> = parameterTensors(engine, config, initialValues(config), "float64");
	let memory: Record<string, Tensor> = Object.fromEntries(
		Object.entries(state).map(([key, { shape }]) => [
			key,
			engine.tensor(new Float64Array(shape.reduce((a, b) => a * b, 1)), shape),
		]),
	);
	const names = Object.keys(params);
	const rows: { step: Record<string, number>; after: Record<string, number>; before: number[] }[] = [];
	const read: { sums: ArrayLike<number>; distances: ArrayLike<number> }[] = [];
	for (let t = 0; t < 26; t++) {
		const tokens = stream(t, "tokens").integers(36, 11);
		const [next, state, sums, distances] = await step(theta, memory, optimizer.scalars(t, 1e-2), tokens);
		[theta, memory] = [next, state];
		read.push({ sums: await sums.read(), distances: await distances.read() });
	}
	step.dispose();
	const norms = (sums: ArrayLike<number>) => names.map((_, i) => sums[i]!);
	for (const [t, { sums, distances }] of read.slice(0, -1).entries()) {
		const [before, after] = [norms(sums), norms(read[t + 1]!.sums)];
		const zeros = new Float64Array(100);
		rows.push({
			step: stepMetrics(names, sums),
			before,
			after: metrics(config, {
				norms: after,
				previousNorms: before,
				initialNorms: before,
				columns: zeros,
				previousDistances: distances,
				initialDistances: distances,
				saturation: zeros,
			}),
		});
	}
	return { rows, names };
}

test("along 25 steps of AdamW ρ′² − ρ² = 2θᵀδ + ‖δ‖² to 1e-10 of its terms, for the whole and for each block", async () => {
	const { rows, names } = await train();
	const scopes: [string, (name: string) => boolean][] = [
		["all", () => true],
		["encoder", (name) => /^(blocks|ln_f)\./.test(name)],
		["layer.0", (name) => name.startsWith("blocks.0.")],
		["layer.1", (name) => name.startsWith("blocks.1.")],
	];
	for (const { step, before, after } of rows)
		for (const [scope, wanted] of scopes) {
			const was = names.reduce((sum, name, i) => (wanted(name) ? sum + before[i]! : sum), 0);
			const is = after[`dyn/norm.${scope}`]! ** 2;
			const [radial, squared] = [step[`dyn/radial.${scope}`]!, step[`dyn/squared_step.${scope}`]!];
			expect(Math.abs(is - was - radial - squared)).toBeLessThan(1e-10 * (Math.abs(radial) + squared));

			// The same budget from ρ, ρ′ and their cosine alone: what checkpoints give.
			const direction = { all: "", encoder: "encoder." }[scope] ?? `${scope}.`;
			const cosine = after[`dyn/direction.${direction}previous`]!;
			const parts = contributions(Math.sqrt(was), Math.sqrt(is), cosine);
			expect(Math.abs(parts.squared / squared - 1)).toBeLessThan(1e-9);
			expect(Math.abs(parts.radial - radial)).toBeLessThan(1e-9 * (Math.abs(radial) + squared));
		}
});

test("step size and alignment from norms and cosine are those of the step itself, and the rest is tangential", async () => {
	const { rows } = await train();
	for (const { step, before, after } of rows) {
		const norm = Math.sqrt(before.reduce((a, b) => a + b));
		const { size, alignment } = stepBetween(norm, after["dyn/norm.all"]!, after["dyn/direction.previous"]!);
		expect(Math.abs(size / step["dyn/step"]! - 1)).toBeLessThan(1e-9);
		expect(Math.abs(alignment! - step["dyn/alignment.step"]!)).toBeLessThan(1e-9);
		// ‖δ‖² − (θᵀδ)²/‖θ‖² is what lies at right angles to θ, and turns it.
		const tangential = step["dyn/squared_step.all"]! - (step["dyn/radial.all"]! / 2 / norm) ** 2;
		const sine = Math.sqrt(1 - after["dyn/direction.previous"]! ** 2);
		expect(Math.abs(Math.sqrt(tangential) / (after["dyn/norm.all"]! * sine) - 1)).toBeLessThan(1e-9);
	}
});

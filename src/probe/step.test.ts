import { type Array as JaxArray, tree, valueAndGrad } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { initialValues, parameterTensors, readAll, smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine, TypedArray } from "../engine/types.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { loss } from "../model/transformer.ts";
import { stepMetrics, stepSums } from "./step.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

test("‖θ + δ‖² = ‖θ‖² + 2θᵀδ + ‖δ‖² to 1e-14, and norms and cosines are those of θ, ∇L and δ", async () => {
	const config = smallModel();
	const specs = parameterSpecs(config, "float64");
	const program = await engine.compile(
		(theta: Parameters, tokens: JaxArray) => {
			const [, grads] = valueAndGrad((p: Parameters) => loss(config, p, { tokens: tokens.ref }))(
				tree.ref(theta),
			);
			const next = Object.fromEntries(
				Object.entries(theta).map(([name, p]) => [name, p.ref.sub(grads[name]!.ref.mul(0.5))]),
			);
			return { now: stepSums(theta, grads, next), later: stepSums(next, grads, next) };
		},
		[specs, { shape: [2, 7], dtype: "int32" }],
		{ name: "step" },
	);
	const tokens = Int32Array.from({ length: 14 }, (_, i) => (i * i) % 11);
	const { now, later } = await readAll(
		await program(parameterTensors(engine, config, initialValues(config), "float64"), tokens),
	);
	const n = Object.keys(specs).length;
	const sum = (values: TypedArray, row: number) =>
		Array.from(values.slice(row * n, (row + 1) * n)).reduce((a, b) => a + b);
	const [theta, gradient, alongGradient, delta, alongDelta] = [0, 1, 2, 3, 4].map((row) =>
		sum(now!, row),
	) as [number, number, number, number, number];
	const next = sum(later!, 0);
	expect(Math.abs(next - theta - 2 * alongDelta - delta) / next).toBeLessThan(1e-14);

	const row = stepMetrics(Object.keys(specs), now!);
	expect(row["grad/norm"]).toBeCloseTo(Math.sqrt(gradient), 14);
	// δ = −½∇L.
	expect(row["dyn/step"]! / row["grad/norm"]!).toBeCloseTo(0.5, 14);
	expect(row["dyn/alignment"]).toBeCloseTo(alongGradient / Math.sqrt(theta * gradient), 14);
	expect(row["dyn/alignment.step"]).toBeCloseTo(-row["dyn/alignment"]!, 14);
	// The same from norms before and after alone.
	expect((next - theta - delta) / (2 * Math.sqrt(theta * delta))).toBeCloseTo(row["dyn/alignment.step"]!, 12);
});

test("Euler: a weight whose scale normalisation removes is orthogonal to its gradient; Wq and Wk share theirs", async () => {
	const config = smallModel({ placement: "res-post", biases: false, normEpsilon: 0 });
	const specs = parameterSpecs(config, "float64");
	const program = await engine.compile(
		(theta: Parameters, tokens: JaxArray) => {
			const [, grads] = valueAndGrad((p: Parameters) => loss(config, p, { tokens: tokens.ref }))(
				tree.ref(theta),
			);
			return stepSums(theta, grads, theta);
		},
		[specs, { shape: [2, 7], dtype: "int32" }],
		{ name: "euler" },
	);
	const tokens = Int32Array.from({ length: 14 }, (_, i) => (i * i) % 11);
	const sums = await (
		await program(parameterTensors(engine, config, initialValues(config), "float64"), tokens)
	).read();
	const names = Object.keys(specs);
	const of = (name: string, row: number) => sums[row * names.length + names.indexOf(name)]!;
	for (const name of ["attn.o", "attn.v", "ff.w1", "ff.w2"].map((part) => `blocks.0.${part}.weight`))
		expect(Math.abs(of(name, 2)) / Math.sqrt(of(name, 0) * of(name, 1))).toBeLessThan(1e-14);
	const [q, k] = ["q", "k"].map((part) => of(`blocks.0.attn.${part}.weight`, 2));
	expect(Math.abs(q!)).toBeGreaterThan(1e-6);
	expect(Math.abs(q! / k! - 1)).toBeLessThan(1e-11);
});

import { grad, type Array as JaxArray, nn, numpy as np } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { openEngine } from "../engine/engine.ts";
import type { Engine, Spec, TypedArray } from "../engine/types.ts";
import {
	binaryCrossEntropy,
	crossEntropy,
	gelu,
	geluTanh,
	layerNorm,
	leakyRelu,
	linear,
	relu,
	rmsNorm,
	silu,
	softmax,
	softplus,
	standardise,
	tanh,
} from "./functional.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

const shape = [3, 5];
const spec: Spec = { shape, dtype: "float64" };
/** Values without a pattern, between −2 and 2. */
const wave = (n: number, phase: number) =>
	Float64Array.from({ length: n }, (_, i) => 2 * Math.sin(i * i + phase));

const scale = (x: JaxArray) => np.reciprocal(np.sqrt(x.ref.add(1e-5)));
const mean = (x: JaxArray) => np.sum(x.ref, -1, keepdims).mul(0.2);
const keepdims = { keepdims: true };

/** Each function beside the textbook formula, differentiated through every operation. */
const pairs: Record<string, [ours: (x: JaxArray) => JaxArray, plain: (x: JaxArray) => JaxArray]> = {
	softmax: [softmax, (x) => nn.softmax(x)],
	standardise: [
		(x) => standardise(x, 1e-5),
		(x) => {
			const c = x.ref.sub(mean(x));
			return c.ref.mul(scale(mean(np.square(c))));
		},
	],
	rmsNorm: [
		(x) => rmsNorm(x, np.array([1, 2, 3, 4, 5], { dtype: np.float64 }), 1e-5),
		(x) => x.ref.mul(scale(mean(np.square(x)))).mul(np.array([1, 2, 3, 4, 5], { dtype: np.float64 })),
	],
	relu: [relu, (x) => np.where(x.ref.greater(0), x, 0)],
	geluTanh: [
		geluTanh,
		(x) =>
			x.ref
				.mul(0.5)
				.mul(
					np.tanh(x.ref.add(x.ref.mul(x.ref).mul(x.ref).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1),
				),
	],
	silu: [silu, (x) => x.ref.mul(nn.sigmoid(x))],
	leakyRelu: [(x) => leakyRelu(x, 0.2), (x) => np.where(x.ref.greater(0), x.ref, x.mul(0.2))],
	tanh: [tanh, (x) => np.tanh(x)],
	softplus: [softplus, (x) => np.log(np.exp(x).add(1))],
};

function largestDifference(a: TypedArray, b: TypedArray): number {
	return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i])));
}

for (const [name, [ours, plain]] of Object.entries(pairs))
	test(`${name} has the value and the gradient of its formula to 1e-14 in float64`, async () => {
		const weighted = (f: (x: JaxArray) => JaxArray) => (x: JaxArray, w: JaxArray) => np.sum(f(x).mul(w));
		const program = await engine.compile(
			(x: JaxArray, w: JaxArray) => [
				ours(x.ref),
				plain(x.ref),
				grad(weighted(ours))(x.ref, w.ref),
				grad(weighted(plain))(x, w),
			],
			[spec, spec],
		);
		const out = await program(wave(15, 0.1), wave(15, 0.7));
		const [y, yPlain, g, gPlain] = await Promise.all(out.map((t) => t.read()));
		expect(largestDifference(y, yPlain)).toBeLessThan(1e-14);
		expect(largestDifference(g, gPlain)).toBeLessThan(1e-14);
	});

test("gelu is x·Φ(x) with Φ(x) = ½(1 + erf(x/√2)), value and gradient, to 1e-15", async () => {
	const program = await engine.compile(
		(x: JaxArray) => [gelu(x.ref), grad((y: JaxArray) => np.sum(gelu(y)))(x)],
		[{ shape: [3], dtype: "float64" }],
		{ name: "gelu" },
	);
	const [y, g] = await Promise.all((await program(Float64Array.of(-1, 0, 2))).map((t) => t.read()));
	// Φ(1) = 0.8413447460685429, φ(1) = 0.24197072451914337, Φ(2) = 0.9772498680518208, φ(2) = 0.05399096651318806.
	expect(largestDifference(y, Float64Array.of(-0.1586552539314571, 0, 1.9544997361036416))).toBeLessThan(
		1e-15,
	);
	expect(largestDifference(g, Float64Array.of(-0.0833154705876863, 0.5, 1.0852318010781969))).toBeLessThan(
		1e-15,
	);
});

test("cross-entropy, with and without weights, has the value and gradient of −Σ w log softmax / Σ w", async () => {
	const plain = (logits: JaxArray, targets: JaxArray, w: JaxArray) => {
		const chosen = np.equal(targets.reshape([3, 1]), np.arange(5).reshape([1, 5]));
		const nll = np.where(chosen, nn.logSoftmax(logits), 0).sum(-1).mul(-1);
		return np.sum(nll.mul(w.ref)).div(np.sum(w));
	};
	const program = await engine.compile(
		(x: JaxArray, t: JaxArray, w: JaxArray) => [
			crossEntropy(x.ref, t.ref, w.ref),
			plain(x.ref, t.ref, w.ref),
			crossEntropy(x.ref, t.ref),
			plain(x.ref, t.ref, np.onesLike(w.ref)),
			grad(crossEntropy)(x.ref, t.ref, w.ref),
			grad(plain)(x, t, w),
		],
		[spec, { shape: [3], dtype: "int32" }, { shape: [3], dtype: "float64" }],
	);
	const out = await program(wave(15, 0.3), Int32Array.of(4, 0, 2), Float64Array.of(0.5, 0, 2));
	const values = await Promise.all(out.map((t) => t.read()));
	for (const i of [0, 2, 4]) expect(largestDifference(values[i], values[i + 1])).toBeLessThan(1e-14);
});

test("binary cross-entropy, with and without weights, has the value and gradient of −Σ w (y log σ + (1 − y) log(1 − σ)) / n Σ w", async () => {
	const plain = (z: JaxArray, y: JaxArray, w: JaxArray) => {
		const yes = np.log(nn.sigmoid(z.ref)).mul(y.ref);
		const no = np.log(nn.sigmoid(np.negative(z))).mul(y.mul(-1).add(1));
		return np.sum(yes.add(no).mean(-1).mul(-1).mul(w.ref)).div(np.sum(w));
	};
	const program = await engine.compile(
		(z: JaxArray, y: JaxArray, w: JaxArray) => [
			binaryCrossEntropy(z.ref, y.ref, w.ref),
			plain(z.ref, y.ref, w.ref),
			binaryCrossEntropy(z.ref, y.ref),
			plain(z.ref, y.ref, np.onesLike(w.ref)),
			grad(binaryCrossEntropy)(z.ref, y.ref, w.ref),
			grad(plain)(z, y, w),
		],
		[spec, spec, { shape: [3], dtype: "float64" }],
	);
	const answers = Float64Array.from({ length: 15 }, (_, i) => (i * i) % 2);
	const out = await program(wave(15, 0.3), answers, Float64Array.of(0.5, 0, 2));
	const values = await Promise.all(out.map((t) => t.read()));
	for (const i of [0, 2, 4]) expect(largestDifference(values[i], values[i + 1])).toBeLessThan(1e-14);
});

test("binary cross-entropy of logits of ±1e30 is finite where they are wrong, and 0 where they are right", async () => {
	const program = await engine.compile(
		(z: JaxArray, y: JaxArray) => [binaryCrossEntropy(z.ref, y.ref), grad(binaryCrossEntropy)(z, y)],
		[
			{ shape: [2], dtype: "float32" },
			{ shape: [2], dtype: "float32" },
		],
		{ name: "binaryCrossEntropy" },
	);
	const of = async (...y: number[]) => {
		const out = await program(Float32Array.of(1e30, -1e30), Float32Array.from(y));
		return Promise.all(out.map(async (t) => Array.from(await t.read())));
	};
	expect(await of(1, 0)).toEqual([[0], [0, 0]]);
	expect(await of(0, 1)).toEqual([[Math.fround(1e30)], [0.5, -0.5]]);
});

test("softmax of scores as large as 1e12 and masked entries of -1e37 is finite, with exact zeros", async () => {
	const program = await engine.compile(softmax, [{ shape: [3], dtype: "float32" }], { name: "softmax" });
	const p = await (await program(Float32Array.of(1e12, 0.5e12, -1e37))).read();
	expect(Array.from(p)).toEqual([1, 0, 0]);
});

test("the rectifier's gradient at zero is zero", async () => {
	const program = await engine.compile(
		grad((x: JaxArray) => np.sum(relu(x))),
		[{ shape: [3], dtype: "float32" }],
		{ name: "relu" },
	);
	expect(Array.from(await (await program(Float32Array.of(-1, 0, 1))).read())).toEqual([0, 0, 1]);
});

test("a linear map is x Wᵀ + b and layer normalisation ends with weight and bias", async () => {
	const program = await engine.compile(
		(x: JaxArray, w: JaxArray, b: JaxArray) => [
			linear(x.ref, w.ref, b.ref),
			layerNorm(x.ref, b.ref, b.ref, 0),
			layerNorm(x, b.ref, undefined, 0),
		],
		[
			{ shape: [1, 2], dtype: "float32" },
			{ shape: [2, 2], dtype: "float32" },
			{ shape: [2], dtype: "float32" },
		],
		{ name: "linear" },
	);
	const out = await program(Float32Array.of(1, 3), Float32Array.of(1, 2, 3, 4), Float32Array.of(10, 20));
	const [y, normed, unbiased] = await Promise.all(out.map(async (t) => Array.from(await t.read())));
	expect(y).toEqual([17, 35]);
	expect(normed).toEqual([0, 40]);
	expect(unbiased).toEqual([-10, 20]);
});

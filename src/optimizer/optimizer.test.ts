/** What the PyTorch fixtures (torch-train.test.ts) do not reach: the other options, by facts about single steps. */
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { openEngine } from "../engine/engine.ts";
import type { Engine, Spec } from "../engine/types.ts";
import { optimizerConfig } from "./config.ts";
import { type Arrays, createOptimizer } from "./optimizer.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

const specs = { w: { shape: [2, 3], dtype: "float64" }, b: { shape: [3], dtype: "float64" } } as const;
const parameters = { w: Float64Array.of(1, -2, 3, -4, 5, -6), b: Float64Array.of(0.5, 0, -0.5) };
const gradients = { w: Float64Array.of(0.3, 0.1, -0.2, -7, 0.01, 2), b: Float64Array.of(1e-3, 2, -30) };
const zeros = { w: new Float64Array(6), b: new Float64Array(3) };

/** The parameters after `steps` steps with the same gradients. */
async function after(
	options: z.input<typeof optimizerConfig>,
	grads: Record<string, Float64Array>,
	steps = 1,
): Promise<Record<string, number[]>> {
	const config = optimizerConfig.parse(options);
	const optimizer = createOptimizer(config);
	const state = optimizer.specs(specs);
	const scalars = Object.keys(optimizer.scalars(0, 0)).map((key): [string, Spec] => [
		key,
		{ shape: [], dtype: "float64" },
	]);
	const program = await engine.compile(
		(p: Arrays, g: Arrays, s: Arrays, c: Arrays) => {
			const next = optimizer.update(p, g, s, c);
			return [next.params, next.state] as const;
		},
		[specs, specs, state, Object.fromEntries(scalars)],
		{ name: "update" },
	);
	const tensors = (values: Record<string, Float64Array>, like: Record<string, Spec>) =>
		Object.fromEntries(
			Object.entries(like).map(([key, { shape }]) => [
				key,
				engine.tensor(values[key] ?? new Float64Array(shape.reduce((a, b) => a * b, 1)), shape),
			]),
		);
	let [p, s] = [tensors(parameters, specs), tensors({}, state)];
	for (let step = 0; step < steps; step++)
		[p, s] = await program(p, grads, s, optimizer.scalars(step, config.learningRate));
	const read = async (key: string) => Array.from(await p[key]!.read());
	return { w: await read("w"), b: await read("b") };
}

const changes = (next: Record<string, number[]>, key: "w" | "b") =>
	next[key]!.map((x, i) => x - parameters[key][i]!);

function expectClose(values: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-14): void {
	for (let i = 0; i < expected.length; i++)
		expect(Math.abs(values[i]! - expected[i]!)).toBeLessThanOrEqual(tolerance);
}

test("without a gradient AdamW shrinks every parameter by 1 − ηλ and Adam without decay moves none", async () => {
	const decayed = await after({ name: "adamw", learningRate: 0.1, weightDecay: 0.2 }, zeros);
	expectClose(
		decayed["w"]!,
		parameters.w.map((x) => x * 0.98),
	);
	expect((await after({ name: "adam" }, zeros))["w"]).toEqual(Array.from(parameters.w));
});

test("with decayed matrices AdamW shrinks matrices and leaves vectors, to the last bit", async () => {
	const options = { name: "adamw", learningRate: 0.1, weightDecay: 0.2, decayed: "matrices" } as const;
	const { w, b } = await after(options, zeros);
	expectClose(
		w!,
		parameters.w.map((x) => x * 0.98),
	);
	expect(b).toEqual(Array.from(parameters.b));
	// What the gradient does to a vector is what it does without decay.
	const plain = await after({ name: "adamw", learningRate: 0.1, weightDecay: 0 }, gradients, 3);
	expect((await after(options, gradients, 3))["b"]).toEqual(plain["b"]);
});

test("the first step of Adam with ε = 0 is η against the sign of the gradient, whose decay is part of it", async () => {
	const plain = await after({ name: "adam", learningRate: 0.1, epsilon: 0 }, gradients);
	expectClose(
		changes(plain, "w"),
		gradients.w.map((g) => -0.1 * Math.sign(g)),
	);
	// λθ outweighs every gradient, so steps go against the sign of the parameter.
	const l2 = await after({ name: "adam", learningRate: 0.1, epsilon: 0, weightDecay: 100 }, gradients);
	expectClose(
		changes(l2, "w"),
		parameters.w.map((x) => -0.1 * Math.sign(x)),
	);
});

test("SGD adds λθ to the gradient, and Nesterov's first step is 1 + μ times it", async () => {
	const step = (factor: number) => parameters.w.map((x, i) => -0.1 * factor * (gradients.w[i]! + 0.5 * x));
	const plain = await after({ name: "sgd", learningRate: 0.1, weightDecay: 0.5 }, gradients);
	expectClose(changes(plain, "w"), step(1));
	const options = {
		name: "sgd",
		learningRate: 0.1,
		weightDecay: 0.5,
		momentum: 0.9,
		nesterov: true,
	} as const;
	expectClose(changes(await after(options, gradients), "w"), step(1.9));
});

test("with a constant gradient, momentum μ has moved by η·g·(1 + (1 + μ)) after two steps", async () => {
	const next = await after({ name: "sgd", learningRate: 0.1, momentum: 0.5 }, gradients, 2);
	expectClose(
		changes(next, "b"),
		gradients.b.map((g) => -0.1 * g * 2.5),
	);
});

test("Adafactor's step has the size η·RMS(θ)·√n, by construction (its first on a vector: RMS(U) = 1)", async () => {
	const next = await after({ name: "adafactor", learningRate: 0.1 }, gradients);
	const size = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
	expect(Math.abs(size(changes(next, "b")) / (0.1 * size(parameters.b)) - 1)).toBeLessThan(1e-12);
	expect(size(changes(next, "w"))).toBeLessThanOrEqual(0.1 * size(parameters.w) * (1 + 1e-12));
});

test("Adafactor without scaling steps by η, relative steps by at most 1/√t, and clips the update", async () => {
	const rate = async (options: object, steps: number) => {
		const base = { name: "adafactor", scaleParameter: false, learningRate: 3 } as const;
		return Math.abs(changes(await after({ ...base, ...options }, gradients, steps), "b")[0]!);
	};
	expect(await rate({}, 1)).toBeCloseTo(3, 12);
	expect(await rate({ relativeStep: true }, 2)).toBeCloseTo(1 + Math.SQRT1_2, 12);
	expect(await rate({ clip: 0.5 }, 1)).toBeCloseTo(1.5, 12);
});

test("Adafactor decays by η·λ as in PyTorch or by η·RMS(θ)·λ as in transformers", async () => {
	const decayed = async (variant: "torch" | "transformers") =>
		(await after({ name: "adafactor", variant, learningRate: 0.1, weightDecay: 0.2 }, zeros))["b"]![0]! / 0.5;
	const rms = Math.sqrt(0.5 / 3);
	expect(await decayed("torch")).toBeCloseTo(1 - 0.02, 12);
	expect(await decayed("transformers")).toBeCloseTo(1 - 0.02 * rms, 12);
});

test("memory: two of the parameters' size for Adam, one for momentum, none for SGD, rows and columns for Adafactor", () => {
	const sizes = (options: z.input<typeof optimizerConfig>) => {
		const state = createOptimizer(optimizerConfig.parse(options)).specs(specs);
		return Object.values(state).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
	};
	expect(sizes({ name: "adamw" })).toBe(18);
	expect(sizes({ name: "sgd", momentum: 0.9 })).toBe(9);
	expect(sizes({ name: "sgd" })).toBe(0);
	expect(sizes({ name: "adafactor" })).toBe(2 + 3 + 3);
});

test("Nesterov without momentum is refused", () => {
	const { error } = optimizerConfig.safeParse({ name: "sgd", nesterov: true });
	expect(error!.issues[0]!.message).toContain("Set `momentum` above 0");
	expect(z.toJSONSchema(optimizerConfig, { io: "input" }).oneOf).toHaveLength(4);
});

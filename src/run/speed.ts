/** How fast a device is: one matrix product, and one training step of a small model. */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { openEngine } from "../engine/engine.ts";
import type { Engine, EngineOptions, Spec } from "../engine/types.ts";
import { modelConfig } from "../model/config.ts";
import { initialise } from "../model/initialise.ts";
import { optimizerConfig } from "../optimizer/config.ts";
import { createOptimizer } from "../optimizer/optimizer.ts";
import { compilePrograms, type Tensors } from "./programs.ts";

export interface Speed {
	/** The device in words. */
	readonly description: string;
	readonly threads: number;
	/** 10⁹ operations a second in a product of two 512 × 512 matrices, float32. */
	readonly gigaflops: number;
	/** Milliseconds of a training step: 2 layers, width 64, 8 sequences of 64 tokens, vocabulary 256, AdamW. */
	readonly stepMilliseconds: number;
}

/** Measures for about a second. Throws a `UserError` that says what to install if the device is not here. */
export async function measureSpeed(options: EngineOptions): Promise<Speed> {
	const engine = await openEngine(options);
	try {
		return {
			description: engine.description,
			threads: engine.threads,
			gigaflops: (2 * matrixSize ** 3) / (await matrixSeconds(engine)) / 1e9,
			stepMilliseconds: (await stepSeconds(engine)) * 1000,
		};
	} finally {
		await engine.dispose();
	}
}

const matrixSize = 512;

async function matrixSeconds(engine: Engine): Promise<number> {
	const spec: Spec = { shape: [matrixSize, matrixSize], dtype: "float32" };
	const product = await engine.compile((a: JaxArray, b: JaxArray) => np.matmul(a, b), [spec, spec]);
	const ones = engine.tensor(new Float32Array(matrixSize ** 2).fill(1), spec.shape);
	const seconds = await medianSeconds(async () => {
		const result = await product(ones, ones);
		await result.read();
		result.dispose();
	});
	product.dispose();
	return seconds;
}

async function stepSeconds(engine: Engine): Promise<number> {
	const model = modelConfig.parse({ vocabulary: 256, context: 64, layers: 2, heads: 4, width: 64 });
	const optimizer = createOptimizer(optimizerConfig.parse({ name: "adamw" }));
	const batch = 8;
	const programs = await compilePrograms(engine, {
		model,
		optimizer,
		batch,
		weighted: false,
		probeSequences: 1,
	});
	let [params, state]: [Tensors, Tensors] = [{}, {}];
	for (const [name, { shape, values }] of Object.entries(initialise(model, 0)))
		params[name] = engine.tensor(values, shape, "float32");
	for (const [name, { shape }] of Object.entries(optimizer.specs(params)))
		state[name] = engine.tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
	const tokens = Int32Array.from({ length: batch * (model.context + 1) }, (_, i) => i % model.vocabulary);
	const seconds = await medianSeconds(async (i) => {
		const [nextParams, nextState, loss] = await programs.step(params, state, optimizer.scalars(i, 1e-3), {
			tokens,
		});
		[params, state] = [nextParams, nextState];
		await loss.read();
		loss.dispose();
	});
	programs.dispose();
	return seconds;
}

/** Median time of a call over half a second of calls, at least three; the first warms up and does not count. */
async function medianSeconds(call: (i: number) => Promise<void>): Promise<number> {
	await call(0);
	const times: number[] = [];
	for (let total = 0; total < 0.5 || times.length < 3; ) {
		const start = performance.now();
		await call(times.length + 1);
		const seconds = (performance.now() - start) / 1000;
		times.push(seconds);
		total += seconds;
	}
	return times.sort((a, b) => a - b)[times.length >> 1]!;
}

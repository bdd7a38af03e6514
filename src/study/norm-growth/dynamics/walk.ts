/**
 * Walks of a scale-invariant block under one of the program's own optimizers: its norm and the angle of each step.
 *
 * The loss does not change when the block is multiplied by a number, so its gradient is at right angles to it and
 * G/r long. Two such blocks:
 *
 *     noise   a vector whose gradients are random directions, projected to right angles, of length exactly G/r
 *     layer   a linear map before a normalisation, in a small classifier on random inputs, with labels half of which
 *             are random: gradients by automatic differentiation, partly signal, partly noise
 *
 * Several walks, one a start, go side by side in one program; each has its own random numbers. Everything is float64.
 */
import { grad, type Array as JaxArray, nn, numpy as np } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Engine, Spec, Tensor, TypedArray } from "../../../engine/types.ts";
import type { OptimizerConfig } from "../../../optimizer/config.ts";
import { type Arrays, createOptimizer } from "../../../optimizer/optimizer.ts";

/** A scale-invariant block. */
export interface Block {
	readonly shape: readonly number[];
	/** What its gradient takes at each step. */
	readonly inputs: Readonly<Record<string, Spec>>;
	/** The inputs of a step: a pure function of step and purpose. */
	draw(step: number, purpose: string): Record<string, TypedArray>;
	/** Traced: the gradient at `w`, which is consumed as the inputs are. */
	gradient(w: JaxArray, inputs: Arrays): JaxArray;
}

const scalar = (shape: readonly number[]): Spec => ({ shape, dtype: "float64" });
const dot = (a: JaxArray, b: JaxArray) => np.sum(np.ravel(a.mul(b)));

/** Random gradients of length G/r on a vector of n parameters. */
export function noiseBlock(n: number, G: number): Block {
	return {
		shape: [n],
		inputs: { noise: scalar([n]) },
		draw: (step, purpose) => ({ noise: stream(0, `${purpose}/noise`).normal(n, step * n) }),
		gradient(w, { noise }) {
			const square = dot(w.ref, w.ref);
			const along = dot(w.ref, noise!.ref).mul(np.reciprocal(square.ref));
			const across = noise!.sub(w.mul(along));
			const length = np.sqrt(dot(across.ref, across.ref).mul(square));
			return across.mul(np.reciprocal(length).mul(G));
		},
	};
}

const [inputWidth, width, classes, batch] = [32, 64, 10, 8];

/** The layer W [64, 32] in softmax(R · LN(W x)), with a fixed R [10, 64]; labels of another such W, or random. */
export function layerBlock(): Block {
	const readout = stream(0, "layer/readout").normal(classes * width);
	const teacher = stream(0, "layer/teacher").normal(width * inputWidth);
	const normalise = (h: JaxArray) => {
		const centred = h.ref.sub(np.mean(h, -1, { keepdims: true }));
		const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
		return centred.mul(np.reciprocal(np.sqrt(variance)));
	};
	const logits = (w: JaxArray, x: JaxArray, r: JaxArray) =>
		np.matmul(normalise(np.matmul(x, np.transpose(w))), np.transpose(r)).mul(1 / Math.sqrt(width));
	return {
		shape: [width, inputWidth],
		inputs: {
			x: scalar([batch, inputWidth]),
			random: scalar([batch, classes]),
			keep: scalar([batch, 1]),
			readout: scalar([classes, width]),
			teacher: scalar([width, inputWidth]),
		},
		draw(step, purpose) {
			const random = new Float64Array(batch * classes);
			const labels = stream(0, `${purpose}/labels`).integers(batch, classes, step * batch);
			for (const [i, label] of labels.entries()) random[i * classes + label] = 1;
			return {
				x: stream(0, `${purpose}/x`).normal(batch * inputWidth, step * batch * inputWidth),
				random,
				keep: stream(0, `${purpose}/keep`)
					.uniform(batch, step * batch)
					.map((u) => Number(u < 0.5)),
				readout,
				teacher,
			};
		},
		gradient(w, { x, random, keep, readout, teacher }) {
			const taught = logits(teacher!, x!.ref, readout!.ref);
			const best = np.max(taught.ref, -1, { keepdims: true });
			const labels = np.where(np.greaterEqual(taught, best), 1, 0).astype(np.float64);
			const targets = random!.ref.add(keep!.mul(labels.sub(random!)));
			const loss = (weights: JaxArray) =>
				np.sum(np.ravel(nn.logSoftmax(logits(weights, x!, readout!), -1).mul(targets))).mul(-1 / batch);
			return grad(loss)(w);
		},
	};
}

export interface WalkOptions {
	readonly optimizer: OptimizerConfig;
	readonly block: Block;
	/** The walks by name: the norm that each begins with. */
	readonly starts: Readonly<Record<string, number>>;
	readonly steps: number;
	/** Names the random numbers. */
	readonly purpose: string;
	readonly signal: AbortSignal;
}

/** One walk, by step: `norms[t]` before step t (one more than steps), the angle of step t, and G = r‖g‖ at it. */
export interface Walk {
	readonly norms: Float64Array;
	readonly angles: Float64Array;
	readonly gradients: Float64Array;
}

/** Walks all starts. Throws the signal's reason when it is aborted. */
export async function walk(
	engine: Engine,
	{ optimizer: config, block, starts, steps, purpose, signal }: WalkOptions,
): Promise<Record<string, Walk>> {
	const optimizer = createOptimizer(config);
	const names = Object.keys(starts);
	const each = <T>(value: (name: string) => T) =>
		Object.fromEntries(names.map((name) => [name, value(name)]));
	const params = each(() => scalar(block.shape));
	const state = optimizer.specs(params);
	const scalars = Object.fromEntries(Object.keys(optimizer.scalars(0, 0)).map((key) => [key, scalar([])]));
	const program = await engine.compile(
		(theta: Arrays, memory: Arrays, s: Arrays, inputs: Record<string, Arrays>) => {
			const grads = each((name) => block.gradient(theta[name]!.ref, inputs[name]!));
			const next = optimizer.update(theta, grads, memory, s);
			const sums = names.map((name) => {
				const [before, after] = [theta[name]!, next.params[name]!];
				const g = grads[name]!;
				return np.stack([
					dot(before.ref, before.ref),
					dot(after.ref, after.ref),
					dot(before, after.ref),
					dot(g.ref, g),
				]);
			});
			return [next.params, next.state, np.stack(sums)] as const;
		},
		[params, state, scalars, each(() => block.inputs)],
		{ name: "walk", donate: [0, 1] },
	);
	const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
	let theta: Record<string, Tensor> = each((name) => {
		const direction = stream(0, `${purpose}/${name}/start`).normal(size(block.shape));
		const length = Math.hypot(...direction);
		return engine.tensor(
			direction.map((x) => (x * starts[name]!) / length),
			block.shape,
			"float64",
		);
	});
	let memory: Record<string, Tensor> = Object.fromEntries(
		Object.entries(state).map(([key, { shape }]) => [
			key,
			engine.tensor(new Float64Array(size(shape)), shape, "float64"),
		]),
	);
	const walks = each(() => ({
		norms: new Float64Array(steps + 1),
		angles: new Float64Array(steps),
		gradients: new Float64Array(steps),
	}));
	for (let t = 0; t < steps; t++) {
		signal.throwIfAborted();
		const inputs = each((name) => block.draw(t, `${purpose}/${name}`));
		const [next, kept, sums] = await program(
			theta,
			memory,
			optimizer.scalars(t, config.learningRate),
			inputs,
		);
		[theta, memory] = [next, kept];
		const values = await sums.read();
		sums.dispose();
		for (const [i, name] of names.entries()) {
			const [before, after, between, gradient] = values.subarray(4 * i, 4 * i + 4) as Float64Array;
			const walk = walks[name]!;
			walk.norms[t] = Math.sqrt(before!);
			walk.norms[t + 1] = Math.sqrt(after!);
			walk.angles[t] = Math.acos(Math.min(1, between! / Math.sqrt(before! * after!)));
			walk.gradients[t] = Math.sqrt(gradient! * before!);
		}
	}
	program.dispose();
	for (const tensor of [...Object.values(theta), ...Object.values(memory)]) tensor.dispose();
	return walks;
}

/**
 * The programs of a run: the training step, and those that only look.
 *
 * Only `step` changes anything, and it is the same program whether or not a step is measured; what is measured
 * therefore cannot change what is trained. `gradient` computes the update that `step` is about to make, keeps the
 * sums that its probes need and throws the update away.
 */
import { type Array as JaxArray, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import type { Batch as HostBatch } from "../data/batches.ts";
import type { Engine, Spec, Tensor, TypedArray } from "../engine/types.ts";
import type { ModelConfig } from "../model/config.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { type Batch, loss } from "../model/transformer.ts";
import type { Optimizer } from "../optimizer/optimizer.ts";
import { measure } from "../probe/measure.ts";
import { wrongAnswers } from "../probe/recognition.ts";
import { stepSums } from "../probe/step.ts";

export type Tensors = Record<string, Tensor>;

/** A batch as the programs take it. */
export const batchLeaves = ({ tokens, weights, targets }: HostBatch): Record<string, TypedArray> => ({
	tokens,
	...(weights ? { weights } : {}),
	...(targets ? { targets } : {}),
});

export interface ProgramShapes {
	readonly model: ModelConfig;
	readonly optimizer: Optimizer;
	/** The largest norm of the gradient that the optimizer sees. Default: any. */
	readonly clip?: number | undefined;
	/** Sequences a batch, and whether batches come with weights. */
	readonly batch: number;
	readonly weighted: boolean;
	/** Positions of a training sequence; all other sequences have the context. Default: the context too. */
	readonly trainLength?: number | undefined;
	/** Whether batches come with sets of tokens to predict. Default: no. */
	readonly sets?: boolean;
	/** Sequences that saturation is measured on. */
	readonly probeSequences: number;
}

export type RunPrograms = Awaited<ReturnType<typeof compilePrograms>>;

/** Compiles the programs of a run; nothing of the parameters' size is computed. */
export async function compilePrograms(
	engine: Engine,
	{ model, optimizer, clip, batch, weighted, trainLength, sets, probeSequences }: ProgramShapes,
) {
	const params = parameterSpecs(model);
	const state = optimizer.specs(params);
	const scalar: Spec = { shape: [], dtype: "float32" };
	const scalars = Object.fromEntries(Object.keys(optimizer.scalars(0, 0)).map((key) => [key, scalar]));
	const weights = (n: number, time: number): Record<string, Spec> =>
		weighted ? { weights: { shape: [n, time], dtype: "float32" } } : {};
	const sequences = (time: number): Record<string, Spec> => ({
		tokens: { shape: [batch, time + 1], dtype: "int32" },
		...weights(batch, time),
		...(sets ? { targets: { shape: [batch, time, model.vocabulary], dtype: "float32" } } : {}),
	});
	const trained = sequences(trainLength ?? model.context);
	const evaluated = sequences(model.context);

	const probed: Record<string, Spec> = {
		tokens: { shape: [probeSequences, model.context], dtype: "int32" },
		...weights(probeSequences, model.context),
	};

	const update = (theta: Parameters, memory: Parameters, s: Parameters, data: Batch) => {
		const [value, grads] = valueAndGrad((p: Parameters) => loss(model, p, data))(tree.ref(theta));
		const seen = clip === undefined ? tree.ref(grads) : clipped(tree.ref(grads), clip);
		return { value, grads, next: optimizer.update(tree.ref(theta), seen, memory, s) };
	};

	/** Consumes parameters and optimizer state; returns their successors and the loss before the update. */
	const step = await engine.compile(
		(theta: Parameters, memory: Parameters, s: Parameters, data: Batch) => {
			const { value, next } = update(theta, memory, s, data);
			return [next.params, next.state, value] as const;
		},
		[params, state, scalars, trained],
		{ name: "step", donate: [0, 1] },
	);
	/** The loss on a batch, and the sums over parameters, gradient and coming update that `stepMetrics` reads. */
	const gradient = await engine.compile(
		(theta: Parameters, memory: Parameters, s: Parameters, data: Batch) => {
			const { value, grads, next } = update(theta, memory, s, data);
			return { loss: value, sums: stepSums(theta, grads, next.params) };
		},
		[params, state, scalars, trained],
		{ name: "gradient" },
	);
	/** The loss on a batch. */
	const evaluate = await engine.compile(
		(theta: Parameters, data: Batch) => loss(model, theta, data),
		[params, evaluated],
		{ name: "evaluate" },
	);
	/** The wrong answers in each sequence, where sets are predicted. */
	const recognise = sets
		? await engine.compile(
				(theta: Parameters, data: Batch) => wrongAnswers(model, theta, data),
				[params, evaluated],
				{ name: "recognise" },
			)
		: undefined;
	/** Every probe of parameters and states: tokens are inputs only, [sequences, context]. */
	const look = await engine.compile(
		(theta: Parameters, previous: Parameters, initial: Parameters, inputs: Batch, factor: JaxArray) =>
			measure(model, { params: theta, previous, initial, ...inputs, factor }),
		[params, params, params, probed, scalar],
		{ name: "measure" },
	);
	return {
		step,
		gradient,
		evaluate,
		recognise,
		measure: look,
		dispose: () => {
			for (const program of [step, gradient, evaluate, recognise, look]) program?.dispose();
		},
	};
}

/** Gradients as they are where their norm over all parameters is at most `most`, else shortened to it. */
function clipped(grads: Parameters, most: number): Parameters {
	const norm = np.sqrt(squaredNorm(grads));
	const factor = np.minimum(np.reciprocal(norm.add(1e-30)).mul(most), 1);
	const shortened = Object.entries(grads).map(([name, gradient]) => [name, gradient.mul(factor.ref)]);
	factor.dispose();
	return Object.fromEntries(shortened);
}

const squaredNorm = (values: Parameters): JaxArray =>
	Object.values(values)
		.map((value) => np.sum(np.square(value.ref)))
		.reduce((sum, square) => sum.add(square));

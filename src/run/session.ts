/**
 * A run in memory: the engine and its programs, the data, and the parameters and optimizer state as they stand.
 */
import type { Batch } from "../data/batches.ts";
import type { Dataset } from "../data/text-dataset.ts";
import type { Engine } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import { initialise } from "../model/initialise.ts";
import { parameterSpecs } from "../model/parameters.ts";
import { createOptimizer, type Optimizer } from "../optimizer/optimizer.ts";
import { type Provenance, type ResolvedConfig, type RunConfig, resolveModel } from "./config.ts";
import { compilePrograms, type RunPrograms, type Tensors } from "./programs.ts";

export interface Session {
	readonly config: ResolvedConfig;
	readonly engine: Engine;
	readonly dataset: Dataset;
	readonly optimizer: Optimizer;
	readonly programs: RunPrograms;
	/** Sequences [sequences, context + 1] of validation text that the probes see, and their weights. */
	readonly probeBatch: Batch;
	/** Batches of validation text that `val/loss` is a mean over. */
	readonly evaluationBatches: readonly Batch[];
	/** Batches of each set of test strings of a formal language, as many as for validation. */
	readonly testBatches: ReadonlyMap<string, readonly Batch[]>;
	/** The parameters at step 0. */
	readonly initial: Tensors;
	/** Parameters, and optimizer state; replaced by each step. */
	params: Tensors;
	state: Tensors;
	/** The parameters when they were last measured. */
	previous: Tensors;
	close(): Promise<void>;
}

/** What a session is made of. */
export interface SessionParts {
	readonly engine: Engine;
	readonly dataset: Dataset;
	readonly provenance: Provenance;
}

/**
 * Compiles the programs of a run and puts its initial parameters into the engine's memory. Runs in a page as in Node.
 * Closing the session disposes of the engine.
 */
export async function createSession(
	config: RunConfig,
	{ engine, dataset, provenance }: SessionParts,
): Promise<Session> {
	const model = resolveModel(config.model, dataset.vocabularySize, dataset.description);
	const { context } = model;
	const specs = parameterSpecs(model);
	const optimizer = createOptimizer(config.optimizer);
	const probeBatch = probeSequences(dataset, context, config);
	const programs = await compilePrograms(engine, {
		model,
		optimizer,
		clip: config.training.clip,
		batch: config.training.batch,
		weighted: probeBatch.weights !== undefined,
		trainLength: dataset.trainLength,
		sets: dataset.testBatches !== undefined,
		probeSequences: probeBatch.tokens.length / (context + 1),
	});
	const [initial, params, previous]: [Tensors, Tensors, Tensors] = [{}, {}, {}];
	for (const [name, initialValues] of Object.entries(initialise(model, config.seed))) {
		const { values, shape } = initialValues; // made when read: one tensor at a time is on the host
		for (const tensors of [initial, params, previous])
			tensors[name] = engine.tensor(values, shape, "float32");
	}
	const state = Object.fromEntries(
		Object.entries(optimizer.specs(specs)).map(([name, { shape, dtype }]) => [
			name,
			engine.tensor(new Float32Array(sizeOf(shape)), shape, dtype),
		]),
	);
	const session: Session = {
		config: { ...config, model, engine: { ...config.engine, threads: engine.threads }, provenance },
		engine,
		dataset,
		optimizer,
		programs,
		probeBatch,
		evaluationBatches: dataset.evaluationBatches("validation", config.probes.evaluationBatches),
		testBatches: dataset.testBatches?.(config.probes.evaluationBatches) ?? new Map(),
		initial,
		params,
		state,
		previous,
		async close() {
			programs.dispose();
			for (const tensors of [session.initial, session.params, session.state, session.previous])
				disposeAll(tensors);
			await engine.dispose();
		},
	};
	return session;
}

export function disposeAll(tensors: Tensors): void {
	for (const tensor of Object.values(tensors)) tensor.dispose();
}

/** Copies of tensors, by way of the host. */
export async function copyOf(engine: Engine, tensors: Tensors): Promise<Tensors> {
	const copies: Tensors = {};
	for (const [name, tensor] of Object.entries(tensors))
		copies[name] = engine.tensor(await tensor.read(), tensor.shape, tensor.dtype);
	return copies;
}

/** Enough sequences of validation text for `saturationTokens` tokens; fewer if there are not as many. */
function probeSequences(dataset: Dataset, context: number, { training, probes }: RunConfig): Batch {
	const wanted = Math.ceil(probes.saturationTokens / context);
	const batches = dataset.evaluationBatches("validation", Math.ceil(wanted / training.batch));
	const rows = Math.min(wanted, batches.length * training.batch);
	const join = <T extends Int32Array | Float32Array>(parts: T[], into: T): T => {
		parts.forEach((part, i) => {
			const begin = i * part.length;
			into.set(part.subarray(0, Math.min(part.length, into.length - begin)), begin);
		});
		return into;
	};
	const tokens = join(
		batches.map((batch) => batch.tokens),
		new Int32Array(rows * (context + 1)),
	);
	const weights = batches.flatMap((batch) => batch.weights ?? []);
	return weights.length ? { tokens, weights: join(weights, new Float32Array(rows * context)) } : { tokens };
}

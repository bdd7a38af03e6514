/** What a page sees of a training besides rows: pictures of its heads, and kernels of its states by depth. */
import type { Array as JaxArray } from "@jax-js/jax";
import { openJaxEngine } from "../../../engine/jax.ts";
import type { Engine, Tensor } from "../../../engine/types.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { type Parameters, parameterSpecs, tensorsOf } from "../../../model/parameters.ts";
import { headQuantities, headStatistics } from "../../../probe/heads.ts";
import { compileSignals, type Signals } from "../../../probe/signal.ts";
import { breakdownMessage, predictIfPossible } from "../../../probe/signal-notes.ts";
import { meanCosines, signalRows } from "../../../probe/signal-rows.ts";
import { take } from "../../../run/measure.ts";
import { disposeAll, type Session } from "../../../run/session.ts";
import { normalised, sumOfKernels } from "../../../theory/signal/kernel.ts";
import type { Propagation } from "../../../theory/signal/propagate.ts";
import type { HeadPictures, KernelPicture, Said } from "./protocol.ts";

export interface Watcher {
	/** Looks at the session's parameters as they are, made by `step` updates. */
	look(step: number): Promise<Said>;
	dispose(): Promise<void>;
}

/** Sequences that are looked at, and the most positions of them that are seen. */
const sequences = 2;
const pictured = 32;
const longest = 48;
/** Depths of which the kernel is shown. */
const depths = 9;

/** Tokens [sequences, length] of the probe's sequences, from their beginnings. */
function probeTokens({ probeBatch, config }: Session, length: number): { count: number; tokens: Int32Array } {
	const row = config.model.context + 1;
	const count = Math.min(sequences, probeBatch.tokens.length / row);
	const tokens = new Int32Array(count * length);
	for (let i = 0; i < count; i++)
		tokens.set(probeBatch.tokens.subarray(i * row, i * row + length), i * length);
	return { count, tokens };
}

export async function watchHeads(session: Session): Promise<Watcher> {
	const { model } = session.config;
	const { context } = model;
	const size = Math.min(context, pictured);
	const { count, tokens } = probeTokens(session, context);
	const program = await session.engine.compile(
		(params: Parameters, inputs: JaxArray, factor: JaxArray) =>
			headQuantities(model, params, inputs, factor, size),
		[parameterSpecs(model), { shape: [count, context], dtype: "int32" }, { shape: [], dtype: "float32" }],
		{ name: "heads" },
	);
	return {
		async look(step) {
			const seen = await program(session.params, tokens, 1);
			const weights = Float32Array.from(await take(seen.pictures));
			const statistics = headStatistics(
				{ layers: model.layers, heads: model.heads, causal: model.mask === "strict" },
				[{ queries: await take(seen.queries), time: context }],
			);
			const pictures: HeadPictures = { size, weights, statistics };
			return { type: "heads", step, pictures };
		},
		async dispose() {
			program.dispose();
		},
	};
}

/** Always on WebAssembly, wherever the training runs. */
export async function watchSignals(session: Session): Promise<Watcher> {
	const { model } = session.config;
	const length = Math.min(model.context, longest);
	const { count, tokens } = probeTokens(session, length + 1);
	const engine: Engine = await openJaxEngine("wasm");
	const program = await compileSignals(engine, model, { sequences: count, length });
	let predictions: readonly Propagation[] = [];
	let noPrediction: string | undefined;
	return {
		async look(step) {
			const params = tensorsOf(engine, program.specs, await valuesOf(session.params));
			const signals = await program.measure(params, tokens);
			disposeAll(params);
			if (step === 0) ({ predictions, noPrediction } = predictIfPossible(model, signals));
			const rows = signalRows(model, signals, predictions);
			const kernels = kernelPictures(model, signals, predictions);
			const notes = [breakdownMessage(signals), noPrediction].filter((note) => note !== undefined);
			return { type: "signals", step, rows, kernels, notes };
		},
		async dispose() {
			program.dispose();
			await engine.dispose();
		},
	};
}

async function valuesOf(tensors: Readonly<Record<string, Tensor>>) {
	const values: Record<string, Awaited<ReturnType<Tensor["read"]>>> = {};
	for (const [name, tensor] of Object.entries(tensors)) values[name] = await tensor.read();
	return values;
}

function kernelPictures(
	{ layers }: ModelConfig,
	{ places }: Signals,
	predictions: readonly Propagation[],
): KernelPicture[] {
	const shown = new Set(Array.from({ length: depths }, (_, i) => Math.round((i * layers) / (depths - 1))));
	return places.flatMap((place): KernelPicture[] => {
		const { depth } = place;
		const measured = shown.has(depth) && meanCosines(place);
		if (!measured) return [];
		const predicted = predictions.flatMap(({ kernels }) => kernels[depth] ?? []);
		const whole = predicted.length > 0 && predicted.length === predictions.length;
		const mean =
			whole && sumOfKernels(predicted.map((kernel) => [1 / predicted.length, normalised(kernel)] as const));
		return [
			{
				depth,
				size: measured.tokens,
				measured: Float32Array.from(measured.values),
				...(mean && { predicted: Float32Array.from(mean.values) }),
			},
		];
	});
}

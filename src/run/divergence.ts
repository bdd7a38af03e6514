/**
 * Where a training diverged: the block whose states, or whose gradient, were the first that are no numbers.
 *
 * By the time that a loss is read which is none, later updates have spread it over all parameters. A step follows from
 * the checkpoint before it alone, so the last steps are done again, up to the one that failed, and this time looked into.
 */
import type { Tensor } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import { UserError } from "../error.ts";
import { blockOf, type Parameters, parameterSpecs } from "../model/parameters.ts";
import type { Batch } from "../model/transformer.ts";
import { signalPlaces, signalSizes } from "../probe/signal.ts";
import { openCheckpoint, restoreCheckpoint } from "./checkpoint.ts";
import { take } from "./measure.ts";
import { batchLeaves } from "./programs.ts";
import type { Session } from "./session.ts";
import { updateParameters } from "./update.ts";

/** Most steps that are done again; a run that saved its last checkpoint longer ago does not say where. */
const mostReplayed = 250;

/**
 * A sentence that names the block, for a run whose loss at `step` is the first that is no number; undefined where it is
 * too long ago, or `signal` is aborted. Leaves the session at an earlier step.
 */
export async function whereDiverged(
	session: Session,
	directory: string,
	step: number,
	signal?: AbortSignal,
): Promise<string | undefined> {
	const from = await openCheckpoint(directory, session.config).catch((error) => {
		if (error instanceof UserError) return null; // a damaged checkpoint is another matter
		throw error;
	});
	if (from === null) return undefined;
	try {
		const begin = from?.step ?? 0;
		if (begin > step || step - begin > mostReplayed) return undefined;
		if (from) await restoreCheckpoint(session, from);
		else await restart(session);
		const look = await openLook(session);
		try {
			for (let at = begin; at <= step; at++) {
				if (signal?.aborted) return undefined;
				// The loss at `step` is lost by its own states, or by the gradient of the update before it.
				if (at >= step - 1) {
					const found = await look(at);
					if (found) return found;
				}
				if (at < step) (await updateParameters(session, at)).loss.dispose();
			}
			return undefined;
		} finally {
			look.dispose();
		}
	} finally {
		await from?.checkpoint.close();
	}
}

/** Parameters and optimizer state as they were before the first step. */
async function restart({ params, initial, state }: Session): Promise<void> {
	for (const [name, tensor] of Object.entries(params)) await tensor.write(await initial[name]!.read());
	for (const tensor of Object.values(state)) await tensor.write(new Float32Array(sizeOf(tensor.shape)));
}

/** Looks for what is no number before the update of a step. */
async function openLook(session: Session) {
	const { engine, config, dataset } = session;
	const { model } = config;
	const specs = parameterSpecs(model);
	const { tokens, weights, targets } = dataset.trainBatch(0);
	const rows = config.training.batch;
	const time = tokens.length / rows - 1;
	const program = await engine.compile(
		(params: Parameters, batch: Batch) => signalSizes(model, params, batch),
		[
			specs,
			{
				tokens: { shape: [rows, time + 1], dtype: "int32" },
				...(weights ? { weights: { shape: [rows, time], dtype: "float32" } } : {}),
				...(targets ? { targets: { shape: [rows, time, model.vocabulary], dtype: "float32" } } : {}),
			},
		],
		{ name: "divergence" },
	);
	const firstLost = async (tensor: Tensor, findIndex: "findIndex" | "findLastIndex") =>
		Array.from(await take(tensor))[findIndex]((value) => !Number.isFinite(value));
	const look = async (step: number): Promise<string | undefined> => {
		const seen = await program(session.params, batchLeaves(dataset.trainBatch(step)));
		const state = await firstLost(seen.states, "findIndex");
		// Gradients come backwards, and the last tensors' first.
		const gradient = await firstLost(seen.gradients, "findLastIndex");
		if (state >= 0) return said("states", signalPlaces(model)[state]!.name, step);
		return gradient >= 0 ? said("gradient", Object.keys(specs)[gradient]!, step) : undefined;
	};
	return Object.assign(look, { dispose: () => program.dispose() });
}

function said(what: "states" | "gradient", name: string, step: number): string {
	const block = blockOf(name);
	const where = block === undefined ? "outside of the blocks" : `in block ${block}, counted from 0`;
	return `The ${what} of step ${step} were the first, ${where} (\`${name}\`).`;
}

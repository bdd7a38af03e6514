/**
 * A run's checkpoints: saving what a session holds, and putting it back.
 *
 * Beside parameters and optimizer state a checkpoint holds what the next measurement compares with, the parameters
 * last measured, unless those are its own; and how long the metrics file was, so that it can be cut back to it.
 */
import { z } from "zod";
import { removeDirectory } from "../checkpoint/atomic.ts";
import {
	type Checkpoint,
	listCheckpoints,
	readCheckpoint,
	writeCheckpoint,
} from "../checkpoint/checkpoint.ts";
import type { TensorSource } from "../checkpoint/safetensors.ts";
import type { Spec } from "../engine/types.ts";
import { UserError } from "../error.ts";
import { parseWith } from "../explain.ts";
import { parameterSpecs } from "../model/parameters.ts";
import { createOptimizer } from "../optimizer/optimizer.ts";
import type { ResolvedConfig } from "./config.ts";
import type { Tensors } from "./programs.ts";
import { isMeasured } from "./schedule.ts";
import { copyOf, disposeAll, type Session } from "./session.ts";

const countersSchema = z.strictObject({
	/** Tokens trained on. */
	tokens: z.number(),
	/** Wall-clock seconds of running, and the part of them spent on measuring. */
	seconds: z.number(),
	measureSeconds: z.number(),
	/** Length of the metrics file. */
	metricsBytes: z.number(),
});

/** What a run counts as it goes. Random numbers need no counter: they are functions of seed and step. */
export type Counters = z.output<typeof countersSchema>;

/** Thrown when values that are about to be saved are not finite. */
export class NotFinite extends Error {
	readonly tensor: string;
	readonly value: number;
	constructor(tensor: string, value: number) {
		super(`Expected \`${tensor}\` to be finite, got ${value}`);
		this.tensor = tensor;
		this.value = value;
	}
}

const previousName = (name: string): string => `previous.${name}`;

/** Whether the parameters last measured before this checkpoint are others than its own. */
const keepsPrevious = ({ probes, training }: ResolvedConfig, step: number): boolean =>
	!isMeasured(step, probes.schedule, training.steps);

/** Throws `NotFinite` and writes nothing if a parameter is not finite. */
export async function saveCheckpoint(
	directory: string,
	step: number,
	session: Session,
	counters: Counters,
): Promise<void> {
	const previous: [string, TensorSource][] = keepsPrevious(session.config, step)
		? Object.entries(session.previous).map(([name, tensor]) => [previousName(name), tensor])
		: [];
	await writeCheckpoint(directory, step, {
		model: Object.fromEntries(Object.entries(session.params).map(([name, t]) => [name, finite(name, t)])),
		optimizer: { ...session.state, ...Object.fromEntries(previous) },
		state: { ...counters },
	});
}

function finite(name: string, tensor: TensorSource): TensorSource {
	return {
		shape: tensor.shape,
		dtype: tensor.dtype,
		async read() {
			const values = await tensor.read();
			const bad = values.findIndex((value: number) => !Number.isFinite(value));
			if (bad >= 0) throw new NotFinite(name, values[bad]!);
			return values;
		},
	};
}

/** A checkpoint that was found whole, and is still open. */
export interface OpenCheckpoint {
	readonly step: number;
	readonly counters: Counters;
	readonly checkpoint: Checkpoint;
}

/**
 * Opens the checkpoint of `step` (default: the latest) and checks every byte of it; undefined if the run has none
 * yet, or `step` is 0 and has none. Throws a `UserError` that names a file that is missing, damaged or of another
 * configuration, and the checkpoint before it to go on from; or if the step is beyond the run's last.
 */
export async function openCheckpoint(
	directory: string,
	config: ResolvedConfig,
	step?: number,
): Promise<OpenCheckpoint | undefined> {
	const all = await listCheckpoints(directory);
	const chosen = step === undefined ? all.at(-1) : all.find((checkpoint) => checkpoint.step === step);
	if (!chosen) {
		if (step === undefined || step === 0) return undefined;
		throw new UserError(
			`Expected \`${directory}\` to have a checkpoint of step ${step}, got ${all.map((x) => x.step).join(", ") || "none"}.`,
		);
	}
	const { steps } = config.training;
	if (chosen.step > steps)
		throw new UserError(
			`Expected the checkpoint to be of one of the run's ${steps} steps, got one of step ${chosen.step}. ` +
				`Raise \`training.steps\` in \`${directory}/config.json\`, or resume with an earlier --from-step.`,
		);
	try {
		const checkpoint = await readCheckpoint(chosen.path, expectedSpecs(config, chosen.step));
		const counters = parseWith(countersSchema, checkpoint.state, `${chosen.path}/state.json`);
		return { step: chosen.step, counters, checkpoint };
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		const earlier = all.filter((x) => x.step < chosen.step).at(-1)?.step ?? 0;
		throw new UserError(
			`${error.message}\nTo go on from step ${earlier} instead, resume with --from-step ${earlier}.`,
			{ cause: error },
		);
	}
}

/** Puts a checkpoint back into the session. */
export async function restoreCheckpoint(
	session: Session,
	{ step, checkpoint }: OpenCheckpoint,
): Promise<void> {
	await restore(session.params, checkpoint.model);
	await restore(session.state, checkpoint.optimizer);
	if (keepsPrevious(session.config, step)) {
		await restore(session.previous, checkpoint.optimizer, previousName);
	} else {
		disposeAll(session.previous);
		session.previous = await copyOf(session.engine, session.params);
	}
}

/** Removes the checkpoints after `step`, the last first, which a run that continues from there will write again. */
export async function removeLaterCheckpoints(directory: string, step: number): Promise<void> {
	const later = (await listCheckpoints(directory)).filter((checkpoint) => checkpoint.step > step);
	for (const { path } of later.reverse()) await removeDirectory(path);
}

/** Removes all checkpoints but the latest `keep`, the earliest first. */
export async function removeEarlierCheckpoints(directory: string, keep: number): Promise<void> {
	for (const { path } of (await listCheckpoints(directory)).slice(0, -keep)) await removeDirectory(path);
}

function expectedSpecs(config: ResolvedConfig, step: number) {
	const model = parameterSpecs(config.model);
	const optimizer = createOptimizer(config.optimizer);
	const previous: [string, Spec][] = keepsPrevious(config, step)
		? Object.entries(model).map(([name, spec]) => [previousName(name), spec])
		: [];
	return { model, optimizer: { ...optimizer.specs(model), ...Object.fromEntries(previous) } };
}

async function restore(
	tensors: Tensors,
	from: Readonly<Record<string, TensorSource>>,
	nameIn: (name: string) => string = (name) => name,
): Promise<void> {
	for (const [name, tensor] of Object.entries(tensors)) await tensor.write(await from[nameIn(name)]!.read());
}

/** A run that has finished, opened to be looked at: its configuration, its parameters at any checkpoint, its data. */
import { listCheckpoints, readCheckpoint } from "../checkpoint/checkpoint.ts";
import { openDataset } from "../data/dataset.ts";
import type { Dataset } from "../data/text-dataset.ts";
import type { TypedArray } from "../engine/types.ts";
import { UserError } from "../error.ts";
import { initialise } from "../model/initialise.ts";
import { parameterSpecs } from "../model/parameters.ts";
import type { ResolvedConfig } from "./config.ts";
import { readResolvedConfig } from "./train.ts";

/** Parameters by name, row-major; shapes are those of `parameterSpecs(config.model)`. */
export type ParameterValues = Readonly<Record<string, TypedArray>>;

export interface FinishedRun {
	readonly directory: string;
	readonly config: ResolvedConfig;
	/** The parameters of the last checkpoint. */
	parameters(): Promise<ParameterValues>;
	/** The parameters at step 0, made anew from the seed. */
	initialParameters(): ParameterValues;
	/** The text it was trained on, with the batch size, context and seed of the run. */
	dataset(): Promise<Dataset>;
}

/** Opens the run in `directory`. Throws a `UserError` if its configuration is missing or damaged. */
export async function openFinishedRun(directory: string): Promise<FinishedRun> {
	const config = await readResolvedConfig(directory);
	const { model, data, training, seed } = config;
	return {
		directory,
		config,
		async parameters() {
			const last = (await listCheckpoints(directory)).at(-1);
			if (!last)
				throw new UserError(
					`Expected \`${directory}\` to have a checkpoint, got none. Remove the folder and run the study again.`,
				);
			const checkpoint = await readCheckpoint(last.path, { model: parameterSpecs(model) });
			try {
				const values: Record<string, TypedArray> = {};
				for (const [name, tensor] of Object.entries(checkpoint.model)) values[name] = await tensor.read();
				return values;
			} finally {
				await checkpoint.close();
			}
		},
		initialParameters: () =>
			Object.fromEntries(
				Object.entries(initialise(model, seed)).map(([name, { values }]) => [
					name,
					Float32Array.from(values),
				]),
			),
		dataset: () => openDataset(data, model.context, training.batch, seed),
	};
}

/** A session on this machine: its data from the disk, its engine native, and what it was made with. */
import { openDataset } from "../data/dataset.ts";
import { openEngine } from "../engine/engine.ts";
import { sizeOf } from "../engine/values.ts";
import { UserError } from "../error.ts";
import { parameterSpecs } from "../model/parameters.ts";
import { version, versionOf } from "../version.ts";
import { type RunConfig, resolveModel } from "./config.ts";
import { createSession, type Session } from "./session.ts";

/**
 * Opens engine and data, compiles the programs and puts the initial parameters into the engine's memory.
 * Throws a `UserError` if the data are not those of `dataHash`.
 */
export async function openSession(config: RunConfig, dataHash?: string): Promise<Session> {
	const { context } = resolveModel(config.model, (config.model["vocabulary"] as number | undefined) ?? 1, "");
	const dataset = await openDataset(config.data, context, config.training.batch, config.seed);
	if (dataHash !== undefined && dataHash !== dataset.hash)
		throw new UserError(
			`Expected the run's data to have the hash ${dataHash}, got ${dataset.hash}: the text has changed. ` +
				"Restore it, or start a new run.",
		);
	const model = resolveModel(config.model, dataset.vocabularySize, dataset.description);
	const engine = await openEngine(config.engine);
	const provenance = {
		orrery: version,
		node: process.version,
		packages: Object.fromEntries(["@jax-js/jax", "onnxruntime-node"].map((name) => [name, versionOf(name)])),
		engine: engine.description,
		data: { name: dataset.description, hash: dataset.hash },
		parameters: Object.values(parameterSpecs(model)).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
	};
	try {
		return await createSession(config, { engine, dataset, provenance });
	} catch (error) {
		await engine.dispose();
		throw error;
	}
}

/**
 * A construction: a model whose parameters are written down and not trained, to show what a saturated transformer can
 * do. It is a configuration and a parameter record like any other and runs through the same forward pass.
 */
import type { Engine, Tensor } from "../../engine/types.ts";
import { type ModelConfig, type ModelOptions, modelConfig } from "../../model/config.ts";
import { parameterSpecs, tensorsOf } from "../../model/parameters.ts";

export interface Construction {
	readonly config: ModelConfig;
	/** Row-major, by the names of `parameterSpecs(config)`. */
	readonly values: Readonly<Record<string, Float64Array>>;
}

/** One entry of a linear weight or of an embedding: what `out` takes of `into`. */
export type Entry = readonly [out: number, into: number, value: number];

/** The entries of an identity matrix on these channels. */
export const identity = (channels: Iterable<number>): Entry[] => Array.from(channels, (i) => [i, i, 1]);

/**
 * A model with the given entries: all other weights 0, all gains of normalisation 1. Entries of an embedding are
 * [token or position, channel, value].
 */
export function construct(
	options: ModelOptions,
	entries: Readonly<Record<string, readonly Entry[]>>,
): Construction {
	const config = modelConfig.parse(options);
	const specs = parameterSpecs(config, "float64");
	for (const name of Object.keys(entries))
		if (!specs[name]) throw new Error(`Expected a parameter of the model, got \`${name}\`.`);
	const values = Object.entries(specs).map(([name, { shape }]) => {
		const array = new Float64Array(shape.reduce((a, b) => a * b, 1));
		if (/ln.*weight$/.test(name)) array.fill(1);
		for (const [out, into, value] of entries[name] ?? []) array[out * shape[1]! + into]! += value;
		return [name, array] as const;
	});
	return { config, values: Object.fromEntries(values) };
}

/** The parameters in the engine's memory, float64, each multiplied by `factor`. */
export const constructionTensors = (
	engine: Engine,
	{ config, values }: Construction,
	factor = 1,
): Record<string, Tensor> =>
	tensorsOf(
		engine,
		parameterSpecs(config, "float64"),
		Object.fromEntries(Object.entries(values).map(([name, x]) => [name, x.map((value) => factor * value)])),
	);

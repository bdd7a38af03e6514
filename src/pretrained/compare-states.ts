/** The states of one network in two runs, compared over all batches: what every measurement of saturation is made of. */
import type { Pretrained } from "../model/families/pretrained.ts";
import { SaturationTally, type StateSaturation } from "../probe/network-saturation.ts";
import type { LengthBatch } from "./length-batches.ts";
import { disposeAll, type Loaded, type NetworkRunner, type RunOptions } from "./network-runner.ts";
import type { StatePlace } from "./states.ts";

/** What the measurements of one loaded model share. */
export interface MeasureContext {
	readonly runner: NetworkRunner;
	readonly model: Pretrained;
	readonly batches: readonly LengthBatch[];
	readonly places: readonly StatePlace[];
	readonly trained: Loaded;
	/** The same times `factor`. */
	readonly scaled: Loaded;
	readonly factor: number;
}

/** Does `work` with parameters as they are and times c, and frees both. */
export async function withBoth<T>(
	runner: NetworkRunner,
	factor: number,
	values: Parameters<NetworkRunner["load"]>[0],
	work: (params: Loaded, scaled: Loaded) => Promise<T>,
): Promise<T> {
	const params = await runner.load(values);
	try {
		const scaled = await runner.scaled(params, factor);
		try {
			return await work(params, scaled);
		} finally {
			disposeAll(scaled);
		}
	} finally {
		disposeAll(params);
	}
}

/** The values of a model of the same configuration that was not trained. */
export function randomValues(model: Pretrained, seed: number): Parameters<NetworkRunner["load"]>[0] {
	const initial = model.initial(seed);
	return (name) => initial[name]!.values;
}

/** Every state of a network compared between two runs: by default at θ and at cθ. */
export async function saturationOf(
	runner: NetworkRunner,
	places: readonly StatePlace[],
	batches: readonly LengthBatch[],
	params: Loaded,
	others: Loaded,
	advance: () => void,
	[options, otherOptions]: readonly [RunOptions, RunOptions] = [{}, {}],
): Promise<StateSaturation[]> {
	const view = { key: "states", names: places.map(({ name }) => name) };
	const tally = new SaturationTally(places.length);
	/** Masks of dropout differ from batch to batch. */
	const drawn = (run: RunOptions, i: number): RunOptions =>
		run.dropout === undefined ? run : { ...run, dropout: run.dropout + 2 * i };
	for (const [i, batch] of batches.entries()) {
		const states = await runner.show(params, batch, view, drawn(options, i));
		const limits = await runner.show(others, batch, view, drawn(otherOptions, i));
		tally.add(await runner.compare(batch, states, limits), batch.batch, batch.lengths);
		disposeAll([...states, ...limits]);
		advance();
	}
	return tally.states();
}

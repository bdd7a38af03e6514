/**
 * Saturation of a pretrained model by layer, and of models of the same configuration that were not trained (Merrill et
 * al. 2021, Fig. 2). Dropout is off in both; each stack is measured apart; the last block's state is measured before and
 * after a final normalisation.
 */
import type { Engine } from "../engine/types.ts";
import type { Pretrained } from "../model/families/pretrained.ts";
import type { StateSaturation } from "../probe/network-saturation.ts";
import { randomValues, saturationOf, withBoth } from "./compare-states.ts";
import { type HeadRow, measureHeads } from "./heads.ts";
import { type HomogeneityRow, measureHomogeneity } from "./homogeneity.ts";
import { lengthBatches } from "./length-batches.ts";
import { NetworkRunner, type Precision } from "./network-runner.ts";
import { type StatePlace, statePlaces } from "./states.ts";
import { measureTraps, type TrapRow } from "./traps.ts";

export interface SaturationOptions {
	/** What every parameter is multiplied by: 1000 in the paper. */
	readonly factor: number;
	readonly precision: Precision;
	/** Random initialisations to compare with, of seeds 0, 1, …. */
	readonly seeds: number;
	readonly heads: boolean;
	readonly homogeneity: boolean;
	readonly traps: boolean;
	readonly signal?: AbortSignal;
	/** 0 to 1. */
	readonly onProgress?: (fraction: number) => void;
}

/** One state of one network. */
export interface SaturationRow extends StateSaturation, Omit<StatePlace, "name"> {
	readonly network: "pretrained" | "random";
	/** Of a random network. */
	readonly seed?: number;
}

export interface NetworkMeasures {
	readonly rows: readonly SaturationRow[];
	readonly heads: readonly HeadRow[];
	readonly homogeneity: readonly HomogeneityRow[];
	readonly traps: readonly TrapRow[];
}

/** Positions in a batch: enough for matrix products to be fast, and few beside a model's parameters. */
const tokensAtOnce = 2048;

/** Throws UserError if a sequence is longer than the model has positions, or names a token that it does not have. */
export async function measureSaturation(
	engine: Engine,
	model: Pretrained,
	sequences: readonly Int32Array[],
	options: SaturationOptions,
): Promise<NetworkMeasures> {
	const { factor, precision, seeds, signal, onProgress = () => {} } = options;
	const runner = NetworkRunner.of(engine, model, precision);
	const { padToken = 0, positions } = model.config;
	const batches = lengthBatches(sequences, padToken, tokensAtOnce, positions);
	const places = statePlaces(model.stacks);
	const extras = [options.heads, options.homogeneity, options.traps].filter(Boolean).length;
	let done = 0;
	const total = (1 + seeds) * batches.length + extras;
	const advance = () => {
		signal?.throwIfAborted();
		done += 1;
		onProgress(done / total);
	};
	try {
		const rows: SaturationRow[] = [];
		const add = (states: readonly StateSaturation[], network: Pick<SaturationRow, "network" | "seed">) =>
			rows.push(...places.map(({ name: _, ...place }, i) => ({ ...place, ...network, ...states[i]! })));
		const extra = async <R>(isWanted: boolean, measure: () => Promise<R[]>): Promise<R[]> => {
			if (!isWanted) return [];
			const measured = await measure();
			advance();
			return measured;
		};
		const more = await withBoth(
			runner,
			factor,
			(name) => model.values(name, precision),
			async (trained, scaled) => {
				add(await saturationOf(runner, places, batches, trained, scaled, advance), { network: "pretrained" });
				const context = { runner, model, batches, places, trained, scaled, factor };
				return {
					heads: await extra(options.heads, () => measureHeads(context)),
					homogeneity: await extra(options.homogeneity, () => measureHomogeneity(context)),
					traps: await extra(options.traps, () => measureTraps(context)),
				};
			},
		);
		for (let seed = 0; seed < seeds; seed++)
			await withBoth(runner, factor, randomValues(model, seed), async (random, far) =>
				add(await saturationOf(runner, places, batches, random, far, advance), { network: "random", seed }),
			);
		return { rows, ...more };
	} finally {
		await runner.dispose();
	}
}

/**
 * How a pretrained model's states settle as all parameters are multiplied by c (Merrill et al. 2021, Fig. 4), and the
 * degree in c with which they grow at the end: log(‖h(c₂θ)‖/‖h(c₁θ)‖)/log(c₂/c₁). On a few passages of middle length.
 */
import type { Tensor } from "../engine/types.ts";
import { degreeOf, normOf } from "../probe/homogeneity.ts";
import { SaturationTally } from "../probe/network-saturation.ts";
import type { MeasureContext } from "./compare-states.ts";
import { batchOf, type LengthBatch } from "./length-batches.ts";
import { disposeAll } from "./network-runner.ts";
import type { StatePlace } from "./states.ts";

/** One state at one c. */
export interface HomogeneityRow extends Omit<StatePlace, "name"> {
	readonly c: number;
	/** 1 − cos(h(cθ), h(c'θ)), c' the reference: mean over sequences, each as one vector. */
	readonly distance: number;
	/** Of the state at the reference, from the last c before it. NaN where a state overflowed. */
	readonly degree: number;
}

const passages = 4;
const steps = 12;

export async function measureHomogeneity({
	runner,
	model,
	places,
	batches,
	trained,
	scaled,
	factor,
}: MeasureContext): Promise<HomogeneityRow[]> {
	const batch = middle(batches, model.config.padToken ?? 0);
	const view = { key: "states", names: places.map(({ name }) => name) };
	/** c = 1 … factor in equal steps of its logarithm. */
	const factors = Array.from({ length: steps }, (_, i) => factor ** (i / steps));
	const reference = await runner.show(scaled, batch, view);
	const limits = await norms(reference, batch);
	const measured: { c: number; distances: number[]; sizes: number[] }[] = [];
	for (const c of factors) {
		const params = await runner.scaled(trained, c);
		const states = await runner.show(params, batch, view);
		disposeAll(params);
		const sizes = await norms(states, batch);
		const tally = new SaturationTally(places.length);
		tally.add(await runner.compare(batch, states, reference), batch.batch, batch.lengths);
		disposeAll(states);
		measured.push({ c, sizes, distances: tally.states().map(({ sequence }) => 1 - sequence) });
	}
	disposeAll(reference);
	const last = measured.at(-1)!;
	return places.flatMap(({ name: _, ...place }, i) => {
		const degree = degreeOf(last.sizes[i]!, limits[i]!, factor / last.c);
		return measured.map(({ c, distances }) => ({ ...place, c, distance: distances[i]!, degree }));
	});
}

/** The passages of middle length as one batch. */
function middle(batches: readonly LengthBatch[], padToken: number): LengthBatch {
	const sequences = batches.flatMap(({ tokens, time, lengths }) =>
		lengths.map((length, b) => tokens.slice(b * time, b * time + length)),
	);
	const begin = Math.max(0, Math.floor((sequences.length - passages) / 2));
	const chosen = sequences.slice(begin, begin + passages);
	return batchOf(chosen, padToken);
}

/** ‖h‖ over the real positions, of each state. */
async function norms(states: readonly Tensor[], { batch, time, lengths }: LengthBatch): Promise<number[]> {
	const result: number[] = [];
	for (const state of states) {
		const values = await state.read();
		const width = values.length / (batch * time);
		result.push(
			normOf(
				lengths.map((length, b) => normOf(values.subarray(b * time * width, (b * time + length) * width))),
			),
		);
	}
	return result;
}

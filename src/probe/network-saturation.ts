/**
 * Saturation of any network that shows its states by name, such as a pretrained family's (Merrill et al., §4.1, Fig. 2).
 *
 *     tokens      1 − cos(h(x; θ), h(x; cθ)) of each token           Fig. 2 is 1 minus its mean over all tokens
 *     sequences   the same of all states of a sequence as one vector
 *     likeness    mean cosine between states of different tokens     near 1: saturation says nothing
 *
 * The states at θ and at cθ are two runs of one traced function, with the parameters scaled once in between: a model
 * of many gigabytes is then in memory twice, and not once more for every shape of the inputs. What differs between the
 * runs may as well be something else, such as the mask of dropout, or the skips.
 *
 * Cost: a forward pass each.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { FamilyObserver, ForwardOptions, Inputs } from "../model/families/family.ts";
import type { Parameters } from "../model/parameters.ts";
import { similarityOf } from "./limit.ts";
import { cosineDistance, unit } from "./saturation.ts";

/** Traced; consumes nothing. What nobody looks at is not computed. */
export type Network = (
	params: Parameters,
	inputs: Inputs,
	observe: FamilyObserver,
	options?: ForwardOptions,
) => void;

/** Traced: the values that a network shows under these names, in their order. */
export function shown(
	network: Network,
	names: readonly string[],
	params: Parameters,
	inputs: Inputs,
	options: ForwardOptions = {},
): JaxArray[] {
	const seen = new Map<string, JaxArray>();
	network(
		params,
		inputs,
		(name, value) => {
			if (names.includes(name)) seen.set(name, value.ref);
		},
		options,
	);
	return names.map((name) => {
		const value = seen.get(name);
		if (!value) throw new Error(`The network shows no ${name}, only what else it was asked for`);
		return value;
	});
}

/** What `stateDistances` gives, as arrays when traced and as tensors when run. */
export interface StateDistances<T> extends Record<string, T> {
	/** [states, B, T]; at padding they mean nothing. */
	tokens: T;
	/** [states, B]. */
	sequences: T;
	/** Sums over a sequence's tokens of h/‖h‖ at θ, [states, B, W]: for `similarityOf`. */
	directions: T;
}

/** Traced: two runs of the same states, each [B, T, W], compared. real [B, T]: 1, or 0 where a token is padding. */
export function stateDistances(
	states: readonly JaxArray[],
	others: readonly JaxArray[],
	real: JaxArray,
): StateDistances<JaxArray> {
	const [batch, time, width] = states[0]!.shape as [number, number, number];
	const isReal = np.greater(real.reshape([batch, time, 1]), 0);
	// Not a product: what is not finite would stay so.
	const masked = (x: JaxArray) => np.where(isReal.ref, x, np.zeros([], { dtype: x.dtype }));
	const whole = (x: JaxArray) => masked(x).reshape([batch, time * width]);
	return {
		tokens: np.stack(states.map((x, i) => cosineDistance(x.ref, others[i]!.ref))),
		sequences: np.stack(states.map((x, i) => cosineDistance(whole(x.ref), whole(others[i]!.ref)))),
		directions: np.stack(states.map((x) => np.sum(masked(unit(x.ref)), 1))),
	};
}

/** One state of one network, over all sequences that were measured. */
export interface StateSaturation {
	/** Mean over tokens of cos(h(θ), h(cθ)): the paper's number. NaN if no token's states were finite. */
	readonly saturation: number;
	/** Mean over sequences of the cosine of a whole sequence. */
	readonly sequence: number;
	/** Unbiased standard deviation over sequences of the latter. NaN for one sequence. */
	readonly deviation: number;
	/** Mean over sequences of the mean cosine between different tokens at θ. NaN if all have one token. */
	readonly similarity: number;
	readonly tokens: number;
	/** Tokens left out because a state overflowed. */
	readonly overflowed: number;
}

/** Sums `stateDistances` of several batches on the host. */
export class SaturationTally {
	readonly #sums: {
		distance: number;
		tokens: number;
		overflowed: number;
		sequences: number[];
		similarities: number[];
	}[];

	constructor(states: number) {
		this.#sums = Array.from({ length: states }, () => ({
			distance: 0,
			tokens: 0,
			overflowed: 0,
			sequences: [],
			similarities: [],
		}));
	}

	/** Adds the first `lengths.length` sequences of a batch, without what lies beyond each one's length. */
	add(measured: StateDistances<ArrayLike<number>>, batch: number, lengths: readonly number[]): void {
		const states = this.#sums.length;
		const time = measured.tokens.length / (states * batch);
		const width = measured.directions.length / (states * batch);
		for (const [state, sums] of this.#sums.entries())
			for (const [b, length] of lengths.entries()) {
				const row = state * batch + b;
				for (let t = 0; t < length; t++) {
					const distance = measured.tokens[row * time + t]!;
					if (Number.isFinite(distance)) sums.distance += distance;
					else sums.overflowed++;
				}
				sums.tokens += length;
				const sequence = 1 - measured.sequences[row]!;
				if (Number.isFinite(sequence)) sums.sequences.push(sequence);
				const direction = Array.from({ length: width }, (_, w) => measured.directions[row * width + w]!);
				const similarity = similarityOf(direction, length);
				if (similarity !== undefined && Number.isFinite(similarity)) sums.similarities.push(similarity);
			}
	}

	/** A row a state. */
	states(): StateSaturation[] {
		return this.#sums.map(({ distance, tokens, overflowed, sequences, similarities }) => ({
			saturation: tokens > overflowed ? 1 - distance / (tokens - overflowed) : Number.NaN,
			sequence: mean(sequences),
			deviation: deviationOf(sequences),
			similarity: mean(similarities),
			tokens,
			overflowed,
		}));
	}
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function deviationOf(values: readonly number[]): number {
	const middle = mean(values);
	return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1));
}

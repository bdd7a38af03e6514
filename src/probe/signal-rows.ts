/**
 * Measured signals and predicted ones as rows, a depth each, to be laid over each other:
 *
 *     depth                 blocks passed; .5 more after an attention sublayer
 *     cosine, adjacent      mean cosine of different tokens, and of neighbours
 *     rank                  effective rank of the kernel; only after whole blocks
 *     residual              share of the states that is not their mean
 *     q.least, q, q.most    mean square of the states of a token
 *     predicted/<key>       the same of the recursion, after whole blocks
 *
 * and a row for each block with `gradient/<part>`. Means over sequences; least and most of all of them.
 */
import type { ModelConfig } from "../model/config.ts";
import { describeNetwork } from "../theory/signal/configured-network.ts";
import { diagonalOf, type Kernel, normalised, sumOfKernels } from "../theory/signal/kernel.ts";
import { statisticsOf } from "../theory/signal/kernel-statistics.ts";
import { type Propagation, propagate } from "../theory/signal/propagate.ts";
import { blockGradients, type SignalPlace, type Signals } from "./signal.ts";

export type SignalRow = Readonly<Record<string, number>>;

/**
 * What the recursion makes of the measured embeddings of each sequence, for a network with the parameters of its
 * beginning. Throws UserError, naming the option, where there is no prediction.
 */
export function predictSignals(config: ModelConfig, { places }: Signals): Propagation[] {
	const network = describeNetwork(config);
	return places[0]!.kernels.map((start) => propagate(network, start));
}

/** Rows by rising depth, then those of gradients by rising block. `ranked` says at which depths the O(T³) rank is wanted. */
export function signalRows(
	config: ModelConfig,
	signals: Signals,
	predictions: readonly Propagation[] = [],
	ranked: (depth: number) => boolean = Number.isInteger,
): SignalRow[] {
	const depths = signals.places.map((place) => {
		const { depth, residuals } = place;
		const row: Record<string, number> = { depth, ...statistics(place.kernels, ranked(depth)) };
		if (row["q"] !== undefined) row["residual"] = meanOf(residuals);
		if (!Number.isInteger(depth)) return row;
		const predicted = predictions.flatMap(({ kernels }) => kernels[depth] ?? []);
		if (predictions.length > 0 && predicted.length === predictions.length)
			for (const [key, value] of Object.entries(statistics(predicted, ranked(depth))))
				row[`predicted/${key}`] = value;
		return row;
	});
	const { gradients } = signals;
	if (!gradients) return depths;
	const blocks = Array.from({ length: config.layers }, (_, block) => ({
		block,
		...Object.fromEntries(
			Object.entries(blockGradients(gradients, block)).map(([part, norm]) => [`gradient/${part}`, norm]),
		),
	}));
	return [...depths, ...blocks];
}

/** Mean normalised kernel of a place, its cosines; undefined where a state is no number. */
export const meanCosines = ({ kernels }: SignalPlace): Kernel | undefined =>
	kernels.every(isSound)
		? sumOfKernels(kernels.map((kernel) => [1 / kernels.length, normalised(kernel)] as const))
		: undefined;

function statistics(kernels: readonly Kernel[], ranked: boolean): Record<string, number> {
	if (!kernels.every(isSound)) return {};
	const all = kernels.map(statisticsOf);
	return {
		cosine: meanOf(all.map(({ meanCosine }) => meanCosine)),
		adjacent: meanOf(all.map(({ adjacentCosine }) => adjacentCosine)),
		...(ranked ? { rank: meanOf(all.map(({ effectiveRank }) => effectiveRank)) } : {}),
		"q.least": Math.min(...all.map(({ diagonal }) => diagonal.min)),
		q: meanOf(all.map(({ diagonal }) => diagonal.mean)),
		"q.most": Math.max(...all.map(({ diagonal }) => diagonal.max)),
	};
}

/** Whether every entry is a number, and every token has a length. */
const isSound = (kernel: Kernel): boolean =>
	kernel.values.every(Number.isFinite) && diagonalOf(kernel).every((q) => q > 0);

const meanOf = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

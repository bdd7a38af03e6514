/**
 * The network map of a transformer at initialisation: its configuration as a graph for the solvers to walk.
 *
 * Of the sublayers only the feed-forward network bends cosines. Attention mixes positions, which maps of single
 * positions do not see: it counts as linear and as keeping second moments, as Value-SkipInit and signal-preserving
 * attention do. (What mixing and bending make together is a matter of whole kernels, src/theory/signal/.)
 *
 * The trunk's second moment q sets the shares of a·x + b·f in their sum, which is what normalisation changes:
 *
 *     none       f(x) of moment q     shares a² : b²       then q·(a² + b²)
 *     post       f(x) of moment q     shares a² : b²       then 1
 *     pre        f(N(x)) of moment 1  shares a²q : b²      then a²q + b²
 *     res-post   N(f(x)) of moment 1  the same
 */
import type { ModelConfig } from "../config.ts";
import { checkCount } from "./checks.ts";
import { identity, type NetworkMap, nonlinearity, sequence, weightedSum } from "./network-map.ts";

/** skip·x + branch·f(x). */
export interface ResidualWeights {
	readonly skip: number;
	readonly branch: number;
}

export interface TransformerShape {
	/** Blocks. */
	readonly layers: number;
	/** Nonlinearities in sequence in a feed-forward network. Default: 1. */
	readonly activations?: number;
	/** Default: none. */
	readonly placement?: ModelConfig["placement"];
	readonly residual:
		| { readonly parallel: false; readonly attention: ResidualWeights; readonly feedForward: ResidualWeights }
		/** skip·x + attention·MHA(x) + feedForward·MLP(x). */
		| {
				readonly parallel: true;
				readonly skip: number;
				readonly attention: number;
				readonly feedForward: number;
		  };
}

/** The weights without skips: each sublayer replaces its input. */
export const skipless: TransformerShape["residual"] = {
	parallel: false,
	attention: { skip: 0, branch: 1 },
	feedForward: { skip: 0, branch: 1 },
};

/**
 * The map of the blocks, each nonlinearity with the second moment of its input. Embeddings have second moment 1.
 * Throws UserError unless counts are positive integers and the weights finite and not all 0.
 */
export function transformerMap(shape: TransformerShape): NetworkMap {
	const { layers, activations = 1, placement = "none", residual } = shape;
	checkCount("layers", layers);
	checkCount("activations", activations);
	let q = 1;
	/** skip·x + Σ weight·f(x): the sum's map. Moves q on. */
	const add = (skip: number, branches: readonly (readonly [number, NetworkMap])[]): NetworkMap => {
		const equal = placement === "none" || placement === "post";
		const terms = [[skip * (equal ? 1 : Math.sqrt(q)), identity] as const, ...branches];
		const moment = terms.reduce((total, [weight]) => total + weight ** 2, 0);
		if (placement === "post") q = 1;
		else q = equal ? q * moment : moment;
		return weightedSum(...terms);
	};
	const feedForward = (): NetworkMap =>
		sequence(...Array.from({ length: activations }, () => nonlinearity(placement === "pre" ? 1 : q)));
	const blocks: NetworkMap[] = [];
	for (let layer = 0; layer < layers; layer++)
		if (residual.parallel)
			blocks.push(
				add(residual.skip, [
					[residual.attention, identity],
					[residual.feedForward, feedForward()],
				]),
			);
		else
			blocks.push(
				add(residual.attention.skip, [[residual.attention.branch, identity]]),
				add(residual.feedForward.skip, [[residual.feedForward.branch, feedForward()]]),
			);
	return sequence(...blocks);
}

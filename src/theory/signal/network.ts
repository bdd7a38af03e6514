/**
 * A network at its start as the kernel recursion sees it: blocks of residual sums, each of a skip and of branches.
 *
 *     pre        a x + Σ b f(N(x))          a, b: weights of the sum; a = b = 1 the usual one, a² + b² = 1 a normalised
 *     post       N(a x + Σ b f(x))          one (DKS), a = 0 no skip
 *     res-post   a x + Σ b N(f(x))
 *     none       a x + Σ b f(x)
 *
 * So one sum with two branches is a parallel block, and two sums with one each are the usual block. Value-SkipInit,
 * U-SPA, E-SPA and shaped attention differ in how their heads mix positions and in nothing else:
 *
 *     vanilla        skip 0 in both sums, heads [uniformCausal]
 *     SAS            skip 0 and values "identity" in the first sum, skip 1 and weight 0.1 in the second
 *     SAS-P          one sum with both branches, skip 0; GPT-J's parallel block: skip 1
 */
import type { ActivationKernel } from "./activation-kernel.ts";
import type { Mixing } from "./token-mixing.ts";

/** Of a random linear map: output mean square = gain × input mean square + bias. */
export interface LinearGain {
	/** fan_in × variance of a weight; 1 for orthogonal and scale-corrected uniform orthogonal weights. Default: 1. */
	readonly gain?: number;
	/** Variance of a bias, which all tokens share. Default: 0. */
	readonly bias?: number;
}

export interface AttentionBranch {
	readonly kind: "attention";
	/** How each head mixes positions. One stands for any number of equal ones. */
	readonly heads: readonly Mixing[];
	/**
	 * random: W_V and W_O have entries of their own, so the branch is uncorrelated with the skip and kernels add.
	 * identity: W_V = W_O = I (SAS), so states add. Default: random.
	 */
	readonly values?: "random" | "identity";
	/** W_V, and W_O; of no meaning where they are identities. */
	readonly value?: LinearGain;
	readonly output?: LinearGain;
	/** b. Default: 1. */
	readonly weight?: number;
}

export interface FeedForwardBranch {
	readonly kind: "feed-forward";
	/** Of its activation; a list of two for two activations with a linear map between them, and so on. */
	readonly activations: readonly ActivationKernel[];
	/** The linear maps around the activations, one more than these. Default: all of gain 1 without bias. */
	readonly linear?: readonly LinearGain[];
	/** b. Default: 1. */
	readonly weight?: number;
}

export type Branch = AttentionBranch | FeedForwardBranch;

/** One residual sum. */
export interface ResidualSum {
	/** Name for an `Observer` of the states after it, in its block: `attn.residual`, `ff.residual`. */
	readonly name: string;
	/** a. */
	readonly skip: number;
	readonly branches: readonly Branch[];
	/** Default: none. */
	readonly placement?: "pre" | "post" | "res-post" | "none";
	/** ε of the normalisation, layer or rms. Default: 0. */
	readonly epsilon?: number;
}

/** The residual sums of a block, in order. */
export type BlockDescription = readonly ResidualSum[];

/** Blocks in order; with SPA each has a mixing of its own. */
export type NetworkDescription = readonly BlockDescription[];

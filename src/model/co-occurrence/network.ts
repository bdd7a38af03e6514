/**
 * The network of Yang et al. 2024, §2.2: one softmax head, no mask, no positions, no residual, no normalisation, and a
 * linear MLP with one output, summed over all positions.
 *
 *     F(X) = Σ_l Σ_j a_j w_jᵀ W_V X softmax(Xᵀ W_Kᵀ W_Q x_l / √m)                                              (eq. 1)
 *
 * Words are unit vectors (all that is trained is equivariant under rotations), so W_V, W_K and W_Q are tables with a
 * column a word. `a` = ±1 is fixed; W, W_V, W_K and W_Q are trained.
 */

export interface Sizes {
	/** d: words of the vocabulary. Words 0, 1 and 2 are μ₁, μ₂ (the targets) and μ₃ (the common one). */
	readonly words: number;
	/** m: width of the embeddings. */
	readonly width: number;
	/** m₁: neurons of the MLP. */
	readonly neurons: number;
}

/** All numbers of the network, each matrix row by row as in the paper. */
export interface Parameters {
	readonly sizes: Sizes;
	/** a: [neurons], ±1, never trained. */
	readonly signs: Float64Array;
	/** W: [neurons, width]; row j is w_jᵀ. */
	readonly mlp: Float64Array;
	/** W_V, W_K, W_Q: [width, words]. */
	readonly value: Float64Array;
	readonly key: Float64Array;
	readonly query: Float64Array;
}

/** Numbers that the paper trains, whatever the coordinates. */
export const parameterCount = ({ mlp, value, key, query }: Parameters): number =>
	mlp.length + value.length + key.length + query.length;

/** What a tensor is to its model, from its name and shape alone: names of any family, and ours. */

export type ModuleKind =
	| "attention"
	| "cross-attention"
	| "feed-forward"
	| "norm"
	| "embedding"
	| "head"
	| "other";

export interface TensorRole {
	/** Of a model with two stacks (T5), which; the only one counts as the encoder, as in Merrill et al. 2021. */
	readonly stack: "encoder" | "decoder" | undefined;
	/** The block it belongs to, counted from 0. */
	readonly layer: number | undefined;
	readonly module: ModuleKind;
	/** Two dimensions, and the weight of a linear map: its columns and spectrum mean something. */
	readonly isLinear: boolean;
}

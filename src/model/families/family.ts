/**
 * A family of pretrained models: what its `config.json` means, which parameters it has, and its forward pass.
 *
 * A family is one file that exports one `Family`. Its forward pass is a traced function like `transformer.ts`, and shows
 * what it makes to an observer; what nobody looks at is never computed.
 *
 * Shapes: B sequences, T positions, S keys, H heads, W width, D = dimensions a head, V vocabulary.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import type { z } from "zod";
import type { Naming } from "./names.ts";
import type { Pass } from "./pass.ts";

/** How a parameter begins in a model that was not trained: what Hugging Face's `_init_weights` does. */
export type Initial =
	| { readonly name: "normal"; readonly deviation: number }
	| { readonly name: "uniform"; readonly bound: number }
	| { readonly name: "constant"; readonly value: number };

export interface FamilyParameter {
	readonly shape: readonly number[];
	readonly initial: Initial;
	/** Rows that begin as zero, such as that of the padding token. */
	readonly zeroRow?: number;
}

/** One column of blocks. A model has one, called encoder whatever it does, or an encoder and a decoder. */
export interface Stack {
	readonly name: "encoder" | "decoder";
	readonly layers: number;
	readonly heads: number;
	readonly width: number;
	/** Whether a position sees none after it. */
	readonly causal: boolean;
	/** Whether a normalisation follows the last block. */
	readonly finalNorm: boolean;
	/** Where the norm stands: with `post` the skips vanish in the limit (specification §2.5). */
	readonly placement: "pre" | "post" | "res-post";
}

/** Sequences, padded on the right. */
export interface Inputs {
	/** int32 [B, T]. */
	readonly tokens: JaxArray;
	/** [B, T] in the parameters' type: 1 at real positions, 0 at padding, which no position attends to. */
	readonly real: JaxArray;
}

/**
 * Sees intermediates as they are made; who keeps a value keeps `value.ref`. Names, for each stack:
 *
 *     <stack>.embeddings             [B, T, W]     what enters block 0, after the embeddings' norm if there is one
 *     <stack>.block.<i>              [B, T, W]     what leaves block i, before any final normalisation
 *     <stack>.final_norm             [B, T, W]     if there is one
 *     <stack>.attention.<i>          [B, H, T, S]  weights, after the softmax
 *     decoder.cross_attention.<i>    [B, H, T, S]
 *     logits                         [B, T, V]     causal models with a head
 */
export type FamilyObserver = (name: string, value: JaxArray) => void;

export interface ForwardOptions {
	/** false: x + f(x) becomes f(x) wherever a block adds. Default true. */
	readonly skips?: boolean;
	/**
	 * What multiplies a value where training would drop parts of it: called with the place, the shape and the rate, which
	 * is above 0, it gives an array of 0 and 1 / (1 − rate). Default: dropout is off. The place names the call and is
	 * distinct in one pass.
	 */
	readonly dropout?: (place: string, shape: readonly number[], rate: number) => JaxArray;
}

/** What every family's configuration says. */
export interface FamilyConfig {
	readonly vocabulary: number;
	/** Most positions; undefined if there is no limit. */
	readonly positions: number | undefined;
	/** Rate of dropout in training, the largest if there are several; 0: the model has none. */
	readonly dropout: number;
	readonly padToken: number | undefined;
}

export interface Family<C extends FamilyConfig = FamilyConfig> {
	/** As people say it: `BERT`. */
	readonly name: string;
	/** Values of `model_type` in `config.json`. */
	readonly modelTypes: readonly string[];
	/**
	 * Reads `config.json`, older and newer keys, and leaves alone what does not matter here. What the forward pass does
	 * not do (scaled RoPE, another activation) is an issue at its key: never computed wrongly in silence.
	 */
	readonly config: z.ZodType<C>;
	/** Parameters that the forward pass reads, by the family's full name without the prefix of its base model. */
	parameters(config: C): Readonly<Record<string, FamilyParameter>>;
	/** How files call them, older ones too, and what else they hold: buffers, heads that are not used. */
	naming(config: C): Naming;
	stacks(config: C): readonly Stack[];
	/** Traced. An encoder–decoder's decoder reads the same tokens as its encoder. Consumes no input: use `.ref`. */
	forward(config: C, pass: Pass, inputs: Inputs): void;
}

/** The stack of a model that has one. */
export const loneStack = (
	{ layers, heads, width }: Pick<Stack, "layers" | "heads" | "width">,
	kind: Pick<Stack, "causal" | "finalNorm" | "placement">,
): Stack[] => [{ name: "encoder", layers, heads, width, ...kind }];

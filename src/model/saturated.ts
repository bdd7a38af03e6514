/**
 * The saturated transformer as a network of its own (Merrill et al. 2021, Def. 1 and §4.2): the limit of a network
 * with all of its parameters multiplied by c → ∞, divided by the power of c with which it grows.
 *
 *     s(x; θ) = lim f(x; cθ) / c^k
 *
 * Three things become of f: softmax becomes hard attention, gelu and silu become relu, and of every sum only the
 * terms of highest degree remain (`derivation.ts`). The parameters stay as they are, so a trained network is turned
 * into its limit by its configuration alone.
 */
import type { ModelConfig } from "./config.ts";

/** The configuration under which the parameters of a model of `config` are its saturated network. */
export const saturated = (config: ModelConfig): ModelConfig => ({
	...config,
	attention: "hard",
	terms: "leading",
});

/**
 * Saturation against the limit itself, token by token (Merrill et al. 2021, Def. 1, §4.1). With s the saturated network
 * (`model/saturated.ts`), the limit of f(x; cθ)/c^k for c → ∞:
 *
 *     finite      1 − cos(h(x; θ), h(x; cθ))     what Merrill et al. measure, with c = 1000
 *     limit       1 − cos(h(x; θ), s(x; θ))      what it stands for
 *     agreement   1 − cos(h(x; cθ), s(x; θ))     how well it does: about c^-2p where the calculus of degrees says c^-p
 *     hard        1 − cos(h(x; θ), h°(x; θ))     how much of it is attention: h° has hard attention and all terms
 *
 * The limit needs no large numbers, and neither depends on the norm of θ but through h(x; θ): s(x; cθ) = c^k s(x; θ).
 *
 * Cost: four forward passes.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { ModelConfig } from "../model/config.ts";
import type { Parameters } from "../model/parameters.ts";
import { saturated } from "../model/saturated.ts";
import { hiddenStates } from "../model/transformer.ts";
import { cosineDistance, unit } from "./saturation.ts";

/** What `limitDistances` gives, as arrays when traced and as tensors when run. */
export interface LimitDistances<T> extends Record<string, T> {
	/** Each [layers + 2, B, T]: embeddings, the output of each block, the final state. */
	finite: T;
	limit: T;
	agreement: T;
	hard: T;
	/** h(x; θ)/‖h(x; θ)‖ summed over tokens, [layers + 2, W]: for `similarityOf`. */
	directions: T;
}

/** Traced: for tokens int32 [B, T]. `factor` is c, a scalar; weights [B, T] are 1, or 0 where a token is padding. */
export function limitDistances(
	config: ModelConfig,
	params: Parameters,
	tokens: JaxArray,
	factor: JaxArray,
	weights: JaxArray,
): LimitDistances<JaxArray> {
	const scaled = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.ref.mul(factor.ref)]));
	const at = hiddenStates(config, params, tokens.ref);
	const far = hiddenStates(config, scaled, tokens.ref);
	const hard = hiddenStates({ ...config, attention: "hard" }, params, tokens.ref);
	const limit = hiddenStates(saturated(config), params, tokens);
	const between = (a: readonly JaxArray[], b: readonly JaxArray[]) =>
		np.stack(a.map((x, i) => cosineDistance(x.ref, b[i]!.ref)));
	const [batch, time, width] = at[0]!.shape as [number, number, number];
	const column = weights.reshape([batch * time, 1]);
	return {
		finite: between(at, far),
		limit: between(at, limit),
		agreement: between(far, limit),
		hard: between(at, hard),
		directions: np.stack(
			at.map((x) =>
				np.sum(
					unit(x.ref)
						.reshape([batch * time, width])
						.mul(column.ref),
					0,
				),
			),
		),
	};
}

/**
 * The mean cosine between the states of different tokens, from the sum of their n unit vectors: near 1, all tokens
 * have one state, and saturation says nothing. Undefined for fewer than two tokens.
 */
export function similarityOf(direction: ArrayLike<number>, n: number): number | undefined {
	if (n < 2) return undefined;
	let square = 0;
	for (let i = 0; i < direction.length; i++) square += direction[i]! ** 2;
	return (square - n) / (n * (n - 1));
}

/**
 * Saturation: how near the network is to the limit of itself with all parameters scaled up (Merrill et al., §4.1).
 *
 *     saturation of a layer = mean over tokens of cos(h(x; θ), h(x; cθ)),  c = 1000
 *
 * Every parameter is multiplied: embeddings, gains, shifts, biases. Cosines are ½‖û − v̂‖² below 1, which is exact at
 * both ends: c = 1 gives exactly 1.
 *
 * A network that gives every token the same state is saturated and has learned nothing, so the mean cosine between
 * states of different tokens is reported beside it: near 1 means that saturation says nothing.
 *
 * float32 holds c = 1000 with a normalisation in each sublayer (scores grow as c⁴); without (placement none) states
 * grow as c^(1 + 4·layers), overflow, and what is not finite is left out. Cost: two forward passes.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { ModelConfig } from "../model/config.ts";
import type { Parameters } from "../model/parameters.ts";
import { hiddenStates } from "../model/transformer.ts";

/** x / ‖x‖ over the last axis. The largest entry is divided out first: squares of large states overflow. */
export function unit(x: JaxArray): JaxArray {
	const top = np.max(np.absolute(x.ref), -1, { keepdims: true });
	const scaled = x.mul(np.reciprocal(top));
	const norm = np.sqrt(np.sum(np.square(scaled.ref), -1, { keepdims: true }));
	return scaled.mul(np.reciprocal(norm));
}

/** 1 − cos(u, v) over the last axis, as ½‖û − v̂‖². [..., n], [..., n] -> [...]. */
export function cosineDistance(u: JaxArray, v: JaxArray): JaxArray {
	return np.sum(np.square(unit(u).sub(unit(v))), -1).mul(0.5);
}

/**
 * For each state of the model (embeddings, after each block, final): the mean over tokens of 1 − cos(h(θ), h(cθ)),
 * and the mean cosine between different tokens of a batch at θ. [2, layers + 2].
 * tokens int32 [B, T]; weights [B, T], 0 where a token is padding (default: all count); factor c, a scalar.
 */
export function saturationSums(
	config: ModelConfig,
	params: Parameters,
	tokens: JaxArray,
	factor: JaxArray,
	weights?: JaxArray,
): JaxArray {
	const scaled = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.ref.mul(factor.ref)]));
	const states = hiddenStates(config, params, tokens.ref);
	const limits = hiddenStates(config, scaled, tokens.ref);
	const like = states[0]!;
	const w = weights ? weights.ref.astype(like.dtype) : np.ones(tokens.shape, { dtype: like.dtype });
	const total = np.sum(w.ref);
	const rows = states.map((state, i) => {
		const distance = np.sum(cosineDistance(state.ref, limits[i]!).mul(w.ref)).mul(np.reciprocal(total.ref));
		return np.stack([distance, tokenSimilarity(state, w.ref)]);
	});
	return np.stack(rows, 1);
}

/** Mean of cos(hᵢ, hⱼ) over pairs i ≠ j: (‖Σ wᵢĥᵢ‖² − Σ wᵢ²) / ((Σ wᵢ)² − Σ wᵢ²). h [B, T, W], w [B, T]. */
function tokenSimilarity(h: JaxArray, w: JaxArray): JaxArray {
	const width = h.shape[2]!;
	const column = w.ref.reshape([w.size, 1]);
	const mean = np.sum(unit(h.reshape([w.size, width])).mul(column), 0);
	const own = np.sum(np.square(w.ref));
	const pairs = np.square(np.sum(w)).sub(own.ref);
	return np
		.sum(np.square(mean))
		.sub(own)
		.mul(np.reciprocal(np.maximum(pairs, 1e-9)));
}

/** `dyn/saturation.<layer>`, `dyn/saturation` and `dyn/similarity.<layer>`, `dyn/similarity` from `saturationSums`. */
export function saturationMetrics(config: ModelConfig, sums: ArrayLike<number>): Record<string, number> {
	const states = config.layers + 2;
	const metrics: Record<string, number> = {};
	for (let i = 0; i < states; i++) {
		const suffix = i === states - 1 ? "" : `.${i}`;
		const values = { saturation: 1 - sums[i]!, similarity: sums[states + i]! };
		for (const [key, value] of Object.entries(values))
			if (Number.isFinite(value)) metrics[`dyn/${key}${suffix}`] = value;
	}
	return metrics;
}

/**
 * What mixes the values V of a head, made of the attention weights A (specification of the study `shortcuts`, §2 and §7):
 *
 *     plain                 A V
 *     value-skip-init       αV + βAV                  α = 1, β = 0 at first: the identity            (He et al. 2023)
 *     u-spa, e-spa          D softmax(scores + B) V   constants B and D: at equal scores the kernel goes a planned way
 *     shaped                αV + βAV − γCV            C is A at equal scores; α = β = γ = 1 at first (He & Hofmann 2023)
 *     shaped-transformer    V + AV − CV                                                              (Noci et al. 2023)
 *
 * With W_Q = 0 all but plain keep tokens apart at initialisation, at any depth.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { isPlanned, layerOf } from "./attention-plan.ts";
import type { ModelConfig } from "./config.ts";
import { distances, typed } from "./grid.ts";
import type { Parameters } from "./parameters.ts";

/** Attended values [B, H, T, D], each position's times what its row of the planned matrix sums to. */
export function rescaled(config: ModelConfig, name: string, attended: JaxArray): JaxArray {
	if (!isPlanned(config)) return attended;
	const time = attended.shape[2]!;
	return attended.mul(typed(layerOf(config, name).rescaling(time), [time, 1], attended));
}

/** Attended values A V and the values V, both [B, H, T, D]: what the head gives, [B, H, T, D]. */
export function mix(
	config: ModelConfig,
	params: Parameters,
	name: string,
	attended: JaxArray,
	v: JaxArray,
): JaxArray {
	const { mixing, mask } = config;
	const gain = (part: string, value: JaxArray) =>
		value.mul(params[`${name}.${part}`]!.ref.reshape([config.heads, 1, 1]));
	switch (mixing.name) {
		case "plain":
		case "u-spa":
		case "e-spa":
			v.dispose();
			return attended;
		case "value-skip-init":
			return gain("alpha", v).add(gain("beta", attended));
		case "shaped":
			return gain("alpha", v.ref)
				.add(gain("beta", attended))
				.sub(gain("gamma", centred(mask, v)));
		case "shaped-transformer":
			return v.ref.add(attended).sub(centred(mask, v));
	}
}

/** C V: the mean of the values [B, H, T, D] that each position sees. */
function centred(mask: ModelConfig["mask"], v: JaxArray): JaxArray {
	if (mask === "none") return np.mean(v, 2, { keepdims: true });
	const time = v.shape[2]!;
	const count = typed(
		Float64Array.from({ length: time }, (_, i) => 1 / (i + 1)),
		[time, 1],
		v,
	);
	const C = np.where(np.greaterEqual(distances(v), 0), count, 0);
	// Of four dimensions: jax-js broadcasts a matrix of two along the wrong axes.
	return np.matmul(C.reshape([1, 1, time, time]), v);
}

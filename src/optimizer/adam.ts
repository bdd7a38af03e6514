/**
 * Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), as PyTorch computes them.
 *
 *     m' = β₁m + (1 − β₁)g        v' = β₂v + (1 − β₂)g²
 *     θ' = (1 − ηλ)θ − η/(1 − β₁ᵗ) · m' / (√v'/√(1 − β₂ᵗ) + ε)        t = 1, 2, ...
 *
 * With `decayed` matrices vectors and single numbers have no factor on θ. Adam adds the decay to the gradient instead:
 * g + λθ in place of g, and no factor on θ.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { AdamConfig, AdamWConfig } from "./config.ts";
import type { Arrays, Optimizer } from "./optimizer.ts";

export function adam(config: AdamConfig | AdamWConfig): Optimizer {
	const { name, betas, epsilon, weightDecay } = config;
	const [beta1, beta2] = betas;
	const decoupled = name === "adamw";
	const decays = (p: JaxArray) => decoupled && (config.decayed === "all" || p.ndim === 2);
	const penalised = !decoupled && weightDecay > 0;
	return {
		name,
		specs: (params) => {
			const entries = Object.entries(params);
			return Object.fromEntries([
				...entries.map(([key, spec]) => [`m.${key}`, spec]),
				...entries.map(([key, spec]) => [`v.${key}`, spec]),
			]);
		},
		scalars: (step, learningRate) => ({
			beta1,
			beta2,
			fresh1: 1 - beta1,
			fresh2: 1 - beta2,
			epsilon,
			rate: learningRate / (1 - beta1 ** (step + 1)),
			spread: 1 / Math.sqrt(1 - beta2 ** (step + 1)),
			...(decoupled && { keep: 1 - learningRate * weightDecay }),
			...(penalised && { penalty: weightDecay }),
		}),
		update(params, grads, state, s) {
			const next: Arrays = {};
			const [first, second]: [Arrays, Arrays] = [{}, {}];
			for (const [key, p] of Object.entries(params)) {
				const g = penalised ? grads[key]!.ref.add(p.ref.mul(s["penalty"]!.ref)) : grads[key]!.ref;
				const m = state[`m.${key}`]!.ref.mul(s["beta1"]!.ref).add(g.ref.mul(s["fresh1"]!.ref));
				const v = state[`v.${key}`]!.ref.mul(s["beta2"]!.ref).add(np.square(g).mul(s["fresh2"]!.ref));
				const size = np.sqrt(v.ref).mul(s["spread"]!.ref).add(s["epsilon"]!.ref);
				const step = m.ref.mul(s["rate"]!.ref).mul(np.reciprocal(size));
				next[key] = (decays(p) ? p.ref.mul(s["keep"]!.ref) : p.ref).sub(step);
				first[`m.${key}`] = m;
				second[`v.${key}`] = v;
			}
			return { params: next, state: { ...first, ...second } };
		},
	};
}

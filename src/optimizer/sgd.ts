/**
 * Stochastic gradient descent with momentum, weight decay in the gradient, as PyTorch computes it (dampening 0).
 *
 *     b' = μb + g + λθ        θ' = θ − ηb'        Nesterov: θ' = θ − η(g + λθ + μb')
 *
 * Without momentum there is no memory.
 */
import type { SgdConfig } from "./config.ts";
import type { Arrays, Optimizer } from "./optimizer.ts";

export function sgd({ momentum, nesterov, weightDecay }: SgdConfig): Optimizer {
	return {
		name: "sgd",
		specs: (params) =>
			momentum === 0
				? {}
				: Object.fromEntries(Object.entries(params).map(([key, spec]) => [`momentum.${key}`, spec])),
		scalars: (_, learningRate) => ({
			rate: learningRate,
			...(momentum > 0 && { momentum }),
			...(weightDecay > 0 && { penalty: weightDecay }),
		}),
		update(params, grads, state, s) {
			const [next, memory]: [Arrays, Arrays] = [{}, {}];
			for (const [key, p] of Object.entries(params)) {
				const g = weightDecay > 0 ? grads[key]!.ref.add(p.ref.mul(s["penalty"]!.ref)) : grads[key]!.ref;
				let direction = g;
				if (momentum > 0) {
					const b = state[`momentum.${key}`]!.ref.mul(s["momentum"]!.ref).add(g.ref);
					memory[`momentum.${key}`] = b;
					direction = nesterov ? g.add(b.ref.mul(s["momentum"]!.ref)) : b.ref;
				}
				next[key] = p.ref.sub(direction.mul(s["rate"]!.ref));
			}
			return { params: next, state: memory };
		},
	};
}

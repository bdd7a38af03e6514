/**
 * One step of the optimizer, θ → θ + δ by the gradient ∇L (norm-growth.md §3): gradient norms, step size, and how
 * gradient and step lie to the parameters. The norm grows exactly when θᵀδ > −½‖δ‖².
 *
 *     ‖θ + δ‖² = ‖θ‖² + 2θᵀδ + ‖δ‖²
 *
 * Part of a training step that has θ, ∇L and θ + δ at hand. Cost: three passes over the parameters.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { Parameters } from "../model/parameters.ts";
import { dot, squared } from "./sums.ts";

/** Of each tensor: ‖θ‖², ‖∇L‖², θᵀ∇L, ‖δ‖², θᵀδ. [5, tensors], tensors in the order of the record. */
export function stepSums(params: Parameters, grads: Parameters, next: Parameters): JaxArray {
	const columns = Object.entries(params).map(([name, p]) => {
		const g = grads[name]!;
		const delta = next[name]!.ref.sub(p.ref);
		return np.stack([
			squared(p.ref),
			squared(g.ref),
			dot(p.ref, g.ref),
			squared(delta.ref),
			dot(p.ref, delta),
		]);
	});
	return np.stack(columns, 1);
}

/**
 * `grad/<tensor>.norm`, `grad/norm`, `dyn/step` (‖δ‖), `dyn/alignment` (cos(θ, ∇L)) and `dyn/alignment.step`
 * (cos(θ, δ)) from the values of `stepSums`, row-major. A cosine with a vector that is zero is left out.
 */
export function stepMetrics(names: readonly string[], sums: ArrayLike<number>): Record<string, number> {
	const n = names.length;
	const row = (i: number) => Array.from({ length: n }, (_, k) => sums[i * n + k]!);
	const [norms, gradients, alongGradient, steps, alongStep] = [0, 1, 2, 3, 4].map((i) =>
		row(i).reduce((a, b) => a + b, 0),
	) as [number, number, number, number, number];
	const metrics: Record<string, number> = {};
	row(1).forEach((square, i) => {
		metrics[`grad/${names[i]}.norm`] = Math.sqrt(square);
	});
	metrics["grad/norm"] = Math.sqrt(gradients);
	metrics["dyn/step"] = Math.sqrt(steps);
	if (norms * gradients > 0) metrics["dyn/alignment"] = alongGradient / Math.sqrt(norms * gradients);
	if (norms * steps > 0) metrics["dyn/alignment.step"] = alongStep / Math.sqrt(norms * steps);
	return metrics;
}

/**
 * One step of the optimizer, θ → θ + δ by the gradient ∇L (Merrill et al. 2021, App. E): gradient norms, step size, and how
 * gradient and step lie to the parameters. The norm grows exactly when θᵀδ > −½‖δ‖².
 *
 *     ‖θ + δ‖² = ‖θ‖² + 2θᵀδ + ‖δ‖²
 *
 * The last two terms are the *budget* of the norm: how much of its growth is the step's part along the parameters,
 * and how much its length. It holds for any set of tensors by itself, so for each block too.
 *
 * Part of a training step that has θ, ∇L and θ + δ at hand. Cost: three passes over the parameters.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { blockOf, isEncoder, type Parameters } from "../model/parameters.ts";
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
 * (cos(θ, δ)) from the values of `stepSums`, row-major; and the budget of the norm, `dyn/radial.<scope>` (2θᵀδ) and
 * `dyn/squared_step.<scope>` (‖δ‖²), for the scopes `all`, `encoder` and `layer.<i>`. A cosine with a vector that is
 * zero is left out.
 */
export function stepMetrics(names: readonly string[], sums: ArrayLike<number>): Record<string, number> {
	const n = names.length;
	const total = (row: number, wanted: (name: string) => boolean = () => true) =>
		names.reduce((sum, name, k) => (wanted(name) ? sum + sums[row * n + k]! : sum), 0);
	const [norms, gradients, alongGradient, steps, alongStep] = [0, 1, 2, 3, 4].map((row) => total(row)) as [
		number,
		number,
		number,
		number,
		number,
	];
	const metrics: Record<string, number> = {};
	names.forEach((name, k) => {
		metrics[`grad/${name}.norm`] = Math.sqrt(sums[n + k]!);
	});
	metrics["grad/norm"] = Math.sqrt(gradients);
	metrics["dyn/step"] = Math.sqrt(steps);
	if (norms * gradients > 0) metrics["dyn/alignment"] = alongGradient / Math.sqrt(norms * gradients);
	if (norms * steps > 0) metrics["dyn/alignment.step"] = alongStep / Math.sqrt(norms * steps);
	const budget = (scope: string, wanted: (name: string) => boolean) => {
		metrics[`dyn/radial.${scope}`] = 2 * total(4, wanted);
		metrics[`dyn/squared_step.${scope}`] = total(3, wanted);
	};
	budget("all", () => true);
	budget("encoder", isEncoder);
	for (const block of new Set(names.map(blockOf)))
		if (block !== undefined) budget(`layer.${block}`, (name) => blockOf(name) === block);
	return metrics;
}

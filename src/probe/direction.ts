/**
 * How far the parameter vector has turned: its cosine to an earlier one (directional convergence, Merrill et al. 2021,
 * §3), for all parameters, for the encoder and for each block.
 *
 *     1 − cos(θ, θ') = (‖θ − θ'‖² − (‖θ‖ − ‖θ'‖)²) / (2 ‖θ‖ ‖θ'‖)
 *
 * Successive checkpoints have cosines near 1, where θ·θ' / ‖θ‖‖θ'‖ would be rounding; the difference of the vectors
 * is not. Cost: a pass over both parameter vectors.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { ModelConfig } from "../model/config.ts";
import { blockOf, isEncoder, type Parameters, parameterSpecs } from "../model/parameters.ts";
import { oneMinusCosine } from "../theory/series.ts";
import { squared } from "./sums.ts";

/** ‖θᵢ − θᵢ'‖² of each tensor: [tensors]. */
export const squaredDistances = (params: Parameters, other: Parameters): JaxArray =>
	np.stack(Object.entries(params).map(([name, p]) => squared(p.ref.sub(other[name]!.ref))));

/**
 * `dyn/direction.<to>`, `dyn/direction.encoder.<to>` and `dyn/direction.layer.<i>.<to>` from squared norms of the
 * tensors of both vectors and their squared distances; `to` is `previous` or `initial`.
 */
export function directionMetrics(
	config: ModelConfig,
	to: "previous" | "initial",
	norms: ArrayLike<number>,
	otherNorms: ArrayLike<number>,
	distances: ArrayLike<number>,
): Record<string, number> {
	const names = Object.keys(parameterSpecs(config));
	const cosine = (wanted: (name: string) => boolean): number => {
		let [a, b, d] = [0, 0, 0];
		names.forEach((name, i) => {
			if (!wanted(name)) return;
			a += norms[i]!;
			b += otherNorms[i]!;
			d += distances[i]!;
		});
		return 1 - oneMinusCosine(a, b, d);
	};
	return {
		[`dyn/direction.${to}`]: cosine(() => true),
		[`dyn/direction.encoder.${to}`]: cosine(isEncoder),
		...Object.fromEntries(
			Array.from({ length: config.layers }, (_, i) => [
				`dyn/direction.layer.${i}.${to}`,
				cosine((name) => blockOf(name) === i),
			]),
		),
	};
}

/**
 * The networks whose saturation is compared: the trained one, and what a difference to it could be due to.
 *
 *     trained            as trained
 *     initial            the run's random initialisation: the paper's baseline
 *     rescaled           the initialisation times ‖θ‖ / ‖θ₀‖, norms of the encoder as in the paper: the trained norm and
 *                        none of the structure. (The norm of all parameters is mostly that of embeddings.)
 *     rescaled tensors   each tensor of the initialisation at the norm it has in training
 */
import type { TypedArray } from "../../../engine/types.ts";
import { isEncoder } from "../../../model/parameters.ts";
import type { ParameterValues } from "../../../run/finished-run.ts";

export const networks = ["trained", "initial", "rescaled", "rescaled tensors"] as const;
export type Network = (typeof networks)[number];

const norm = (x: ArrayLike<number>): number => {
	let square = 0;
	for (let i = 0; i < x.length; i++) square += x[i]! ** 2;
	return Math.sqrt(square);
};

/** ‖θ‖ of the encoder: blocks and final normalisation. */
export const encoderNorm = (values: ParameterValues): number =>
	norm(Object.entries(values).flatMap(([name, x]) => (isEncoder(name) ? [norm(x)] : [])));

const times = (x: TypedArray, factor: number): TypedArray => Float64Array.from(x, (v) => v * factor);

/** Parameters of each network. A tensor that is zero at first, a shift, stays zero. */
export function networksOf(
	trained: ParameterValues,
	initial: ParameterValues,
): Readonly<Record<Network, ParameterValues>> {
	const rescaled = (factor: (name: string) => number): ParameterValues =>
		Object.fromEntries(Object.entries(initial).map(([name, x]) => [name, times(x, factor(name))]));
	const all = encoderNorm(trained) / encoderNorm(initial);
	return {
		trained,
		initial,
		rescaled: rescaled(() => all),
		"rescaled tensors": rescaled((name) => {
			const size = norm(initial[name]!);
			return size > 0 ? norm(trained[name]!) / size : 1;
		}),
	};
}

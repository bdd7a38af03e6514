/** The networks of this part: one small target, and the depths that theory has formulas for. */
import { type DeepLinear, deepLinear } from "../../../model/deep-linear.ts";
import { targetOf } from "../../../model/deep-linear-start.ts";

/** Singular values of every target. */
export const strengths = [4, 2, 1] as const;

const [inputs, hidden, outputs] = [5, 6, 4];

/** `depth` layers, 5 → 6 → … → 4, and a target of rank 3 in random directions. */
export const networkOf = (depth: number, seed: number): DeepLinear =>
	deepLinear({
		sizes: [inputs, ...new Array<number>(depth - 1).fill(hidden), outputs],
		target: targetOf(strengths, outputs, inputs, seed),
	});

export const layersName = (depth: number): string => `${depth} layers`;

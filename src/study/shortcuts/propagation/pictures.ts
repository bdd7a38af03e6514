/** Kernels as text, so that a row can hold a picture: two hexadecimal digits a cosine, every so many-th token of long ones. */
import type { Kernel } from "../../../theory/signal/kernel.ts";
import { packWeights, unpackWeights } from "../../norm-growth/heads/packed-weights.ts";

/** Cosines from 0 to 1 of at most so many tokens; negative ones are 0. */
export function packCosines({ tokens, values }: Kernel, most: number): string {
	const every = Math.ceil(tokens / most);
	const shown = Math.floor(tokens / every);
	return packWeights(
		Array.from(
			{ length: shown ** 2 },
			(_, at) => values[every * (Math.floor(at / shown) * tokens + (at % shown))]!,
		),
	);
}

/** Row by row; undefined if `text` is none. */
export const unpackCosines = (text: unknown): number[] | undefined =>
	typeof text === "string" ? unpackWeights(text)?.flat() : undefined;

/** Normalisation as configured: layer or rms, with the gain (and shift) of its name. */
import type { Array as JaxArray } from "@jax-js/jax";
import type { ModelConfig } from "./config.ts";
import { layerNorm, rmsNorm } from "./functional.ts";
import type { Remaining } from "./terms.ts";

/** x [..., n] over its last axis; gain and shift are `<name>.weight` and `.bias`, [n]. */
export function normalise(
	config: ModelConfig,
	{ params, dropped }: Remaining,
	name: string,
	x: JaxArray,
): JaxArray {
	const weight = params[`${name}.weight`]!.ref;
	const epsilon = dropped.has(`${name}.epsilon`) ? 0 : config.normEpsilon;
	return config.norm === "rms"
		? rmsNorm(x, weight, epsilon)
		: layerNorm(x, weight, params[`${name}.bias`]?.ref, epsilon);
}

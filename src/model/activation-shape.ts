/** The shape that a configuration gives to its activation: what the solvers of `signal/` find for its network. */
import type { ModelConfig } from "./config.ts";
import { leakyReluScale } from "./signal/leaky-relu.ts";
import { type ActivationShape, dksParameters, tatSmoothParameters } from "./signal/shaped-activation.ts";
import type { SmoothActivation } from "./signal/smooth-activation.ts";
import { tatSlope } from "./signal/tailored-leaky-relu.ts";
import { transformerMap } from "./signal/transformer-map.ts";

/** The slope below 0 and the scale of a leaky relu. Throws UserError if `shaping` asks for more than the depth can do. */
export function leakyShapeOf(config: ModelConfig): { slope: number; scale: number } {
	const { shaping, negativeSlope } = config;
	if (shaping.name !== "tat") return { slope: negativeSlope, scale: 1 };
	const slope = tatSlope(networkMapOf(config), shaping.eta);
	return { slope, scale: leakyReluScale(slope) };
}

/** The shape of a smooth activation; undefined if it is not shaped. Throws UserError where there is none. */
export function shapeOf(config: ModelConfig): ActivationShape | undefined {
	const { shaping } = config;
	if (shaping.name === "none" || config.activation === "leaky-relu") return undefined;
	const activation = config.activation as SmoothActivation;
	return shaping.name === "dks"
		? dksParameters(activation, networkMapOf(config), shaping.zeta)
		: tatSmoothParameters(activation, networkMapOf(config), shaping.tau);
}

/** What the solvers walk. Attention counts as linear; normalisation in the first block alone as none. */
export function networkMapOf({ layers, placement, normBlocks, parallel, residual }: ModelConfig) {
	const { attention, feedForward } = residual;
	return transformerMap({
		layers,
		placement: normBlocks === "all" ? placement : "none",
		residual: parallel
			? { parallel, skip: attention.skip, attention: attention.branch, feedForward: feedForward.branch }
			: { parallel, attention, feedForward },
	});
}

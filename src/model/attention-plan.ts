/** The layers of signal-preserving attention that a configuration plans, one a block. */
import { leakyShapeOf } from "./activation-shape.ts";
import type { ModelConfig } from "./config.ts";
import { blockOf } from "./parameters.ts";
import type { SpaLayer } from "./signal/layer.ts";
import { leakyReluMap } from "./signal/leaky-relu.ts";
import { spaLayers } from "./signal/spa.ts";

/** Whether attention is planned, so that a layer gives scores a bias and rows a scale. */
export const isPlanned = ({ mixing }: ModelConfig): boolean =>
	mixing.name === "u-spa" || mixing.name === "e-spa";

/** Made once for each configuration. */
const planned = new WeakMap<ModelConfig, readonly SpaLayer[]>();

/**
 * The planned layer of the attention of this name, `blocks.0.attn`, of a model with u-spa or e-spa. Throws UserError
 * where the path of kernels cannot be made.
 */
export function layerOf(config: ModelConfig, name: string): SpaLayer {
	const layers = planned.get(config) ?? plan(config);
	planned.set(config, layers);
	return layers[blockOf(name)!]!;
}

function plan(config: ModelConfig): SpaLayer[] {
	const { mixing, layers } = config;
	const mask = config.mask === "none" ? "bidirectional" : "causal";
	if (mixing.name === "e-spa") return spaLayers({ kind: "e-spa", layers, mask, gammaL: mixing.gamma });
	if (mixing.name !== "u-spa") throw new Error(`${mixing.name} plans no kernels`);
	const { rho, start, aware } = mixing;
	const slope = config.activation === "relu" ? 0 : leakyShapeOf(config).slope;
	const room = aware ? { cMap: leakyReluMap(slope) } : {};
	return spaLayers({ kind: "u-spa", layers, mask, rhoL: rho, start, ...room });
}

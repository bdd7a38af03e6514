/** The cosine that configured networks make of two inputs at right angles, block by block: C_f(0) of their first blocks. */
import { leakyShapeOf, networkMapOf, shapeOf } from "../../../model/activation-shape.ts";
import { type ModelConfig, type ModelOptions, modelConfig } from "../../../model/config.ts";
import { leakyReluMap } from "../../../model/signal/leaky-relu.ts";
import { cosineMaps } from "../../../model/signal/local-map.ts";
import { compose, type Reading } from "../../../model/signal/network-map.ts";
import { shaped } from "../../../model/signal/shaped-activation.ts";
import { type SmoothActivation, smoothActivations } from "../../../model/signal/smooth-activation.ts";
import type { Analysis } from "../../study.ts";
import { methods } from "../methods.ts";

export const networksName = "activations/networks";

const blocks = 36;
const skipless = methods.vanilla;

/** Those of the study, by what bends cosines in them, and controls. Attention counts as linear. */
const networks = {
	"skipless, relu": { ...skipless, activation: "relu", shaping: { name: "none" } },
	"skipless, η = 0.9": { ...skipless, shaping: { name: "tat", eta: 0.9 } },
	"skipless, η = 0.5": skipless,
	"skipless, DKS gelu": { ...skipless, activation: "gelu", shaping: { name: "dks" } },
	"pre-norm, relu": methods["pre-norm"],
	"skips 0.98, relu": methods["plain, skips"],
} as const satisfies Readonly<Record<string, Partial<ModelOptions>>>;

/** One row a network and block: C_f(0) of the blocks up to it, `cosine`. */
export const configuredNetworks: Analysis = {
	kind: "analysis",
	name: networksName,
	title: "Cosine maps of configured networks",
	needs: [],
	options: { blocks, networks },
	async compute() {
		return Object.entries(networks).flatMap(([network, options]) => {
			const config = modelConfig.parse({
				vocabulary: 2,
				context: 2,
				layers: blocks,
				heads: 1,
				width: 64,
				...options,
			});
			const map = mapOf(config);
			return Array.from({ length: blocks + 1 }, (_, block) => ({
				network,
				block,
				cosine: block === 0 ? 0 : compose(networkMapOf({ ...config, layers: block }), 0, map),
			}));
		});
	},
};

/** C of the activation as the whole network shapes it. */
export function mapOf(config: ModelConfig): Reading {
	if (config.activation === "leaky-relu") return leakyReluMap(leakyShapeOf(config).slope);
	if (config.activation === "relu") return leakyReluMap(0);
	const phi = smoothActivations[config.activation as SmoothActivation];
	const shape = shapeOf(config);
	return cosineMaps(shape ? shaped(phi, shape) : phi).value;
}

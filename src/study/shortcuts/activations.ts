/** Activations for networks without skips: maps of cosines, tailored and shaped activations. Specification, §5. */
import type { Analysis, Part } from "../study.ts";
import { activationFigures } from "./activations/figures.ts";
import { singleLayer } from "./activations/layer.ts";
import { layerClaims } from "./activations/layer-claims.ts";
import { maps } from "./activations/maps.ts";
import { mapClaims } from "./activations/maps-claims.ts";
import { configuredNetworks } from "./activations/networks.ts";
import { shapes } from "./activations/shapes.ts";
import { networkClaims, shapeClaims } from "./activations/shapes-claims.ts";
import { tailoredSlopes } from "./activations/slopes.ts";
import { slopeClaims } from "./activations/slopes-claims.ts";

export const activations: Part = {
	name: "activations",
	title: "Activations that keep signals apart",
	introduction:
		"A wide feed-forward layer with random weights does one thing to any two inputs: their cosine c becomes C(c), a map " +
		"that depends on the activation alone. Of relus C(c) ≥ c: layer after layer inputs become more alike. The map of a network is that " +
		"of its layers, composed, with skips as averages. Turned around, one can ask for the end and choose the activation: " +
		"tailored leaky relus (TAT) take right angles to a chosen cosine η over the whole depth, deep kernel shaping (DKS) bounds " +
		"the slope of the map, by scales and shifts of a smooth activation. Here the maps are checked against formulas, draws and " +
		"one layer of the real model; the solvers against the constants of the authors' own tests; and the networks of this " +
		"study are followed through depth. Attention is left out: what both do together is in the parts on attention and propagation.",
	claims: [...mapClaims, ...slopeClaims, ...shapeClaims, ...networkClaims, ...layerClaims],
	figures: activationFigures,
};

const sizes = {
	smoke: { pairs: 100_000, longest: 400, widths: [64, 128, 256], seeds: 3 },
	laptop: { pairs: 1_000_000, longest: 2000, widths: [64, 128, 256, 512], seeds: 3 },
	paper: { pairs: 4_000_000, longest: 4000, widths: [64, 128, 256, 512, 1024], seeds: 10 },
} as const;

export function activationsExperiments(size: keyof typeof sizes): Analysis[] {
	const { pairs, longest, widths, seeds } = sizes[size];
	return [maps(pairs), tailoredSlopes(longest), shapes, configuredNetworks, singleLayer(widths, seeds)];
}

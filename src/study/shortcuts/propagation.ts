/** Signal propagation at initialisation: what networks do to their tokens before anything is learned. */
import type { Analysis, AnalysisTools, Part } from "../study.ts";
import { type EvolutionOptions, measureEvolution } from "./propagation/evolution.ts";
import { evolutionClaims } from "./propagation/evolution-claims.ts";
import { type ExactnessOptions, measureExactness } from "./propagation/exactness.ts";
import { propagationFigures } from "./propagation/figures.ts";
import { gradientClaims } from "./propagation/gradient-claims.ts";
import { names } from "./propagation/names.ts";
import { networkClaims } from "./propagation/network-claims.ts";
import { measureNetworks, type NetworksOptions } from "./propagation/networks.ts";
import { measureWidths, type WidthsOptions } from "./propagation/widths.ts";

export const propagation: Part = {
	name: "propagation",
	title: "Signal propagation",
	introduction:
		"The kernel Σ of a sequence holds the products of its tokens' states: its diagonal says how large they are, its cosines " +
		"how alike. Before training it can be predicted through depth (A Σ Aᵀ for attention, a known map for activations), and " +
		"measured by running the network. Attention averages, so that without skips all tokens become one after a few layers " +
		"(rank collapse), and no gradient says where to look. Normalisation and skips slow this down; Value-SkipInit, U-SPA and " +
		"E-SPA plan the kernels instead. Effective rank counts how many directions T tokens fill: from T down to 1.",
	claims: [...evolutionClaims, ...networkClaims, ...gradientClaims],
	figures: propagationFigures,
};

interface Sizes {
	readonly evolution: EvolutionOptions;
	readonly exactness: ExactnessOptions;
	readonly widths: WidthsOptions;
	readonly networks: NetworksOptions;
}

const laptop: Sizes = {
	evolution: { width: 128, tokens: 100, layers: 100, seeds: 2 },
	exactness: { widths: [32, 64, 128], tokens: 64, layers: 24, seeds: 2 },
	widths: {
		widths: [
			[64, 16],
			[128, 16],
			[256, 8],
			[512, 4],
		],
		tokens: 16,
		layers: 6,
	},
	networks: { layers: 36, tokens: 64, width: 64, feedForward: 128, seeds: 2 },
};

const sizes: Readonly<Record<"smoke" | "laptop" | "paper", Sizes>> = {
	smoke: {
		evolution: {
			width: 100,
			tokens: 100,
			layers: 100,
			seeds: 1,
			networks: ["vanilla, causal", "Pre-LN", "E-SPA"],
		},
		exactness: { widths: [16], tokens: 16, layers: 6, seeds: 1 },
		widths: {
			widths: [
				[16, 16],
				[128, 8],
			],
			tokens: 8,
			layers: 3,
		},
		networks: {
			// Deep enough for vanilla attention to have collapsed.
			layers: 18,
			tokens: 16,
			width: 16,
			feedForward: 32,
			seeds: 1,
			networks: ["pre-norm", "vanilla", "value-skip-init", "e-spa", "sas", "sas-p"],
		},
	},
	laptop,
	paper: {
		...laptop,
		evolution: { ...laptop.evolution, width: 512, seeds: 5 },
		exactness: { ...laptop.exactness, widths: [64, 256, 512], seeds: 5 },
		networks: { layers: 36, tokens: 128, width: 512, feedForward: 2048, seeds: 3 },
	},
};

export function propagationExperiments(size: keyof typeof sizes): Analysis[] {
	const { evolution, exactness, widths, networks } = sizes[size];
	const analysis = <O extends object>(
		name: keyof typeof names,
		title: string,
		options: O,
		compute: (options: O, tools: AnalysisTools) => ReturnType<Analysis["compute"]>,
	): Analysis => ({
		kind: "analysis",
		name: names[name],
		title,
		needs: [],
		options: Object.fromEntries(Object.entries(options)),
		compute: (tools) => compute(options, tools),
	});
	return [
		analysis("evolution", "Kernels through 100 layers of attention", evolution, measureEvolution),
		analysis("exactness", "Kernels of orthogonal weights at several widths", exactness, measureExactness),
		analysis("widths", "Kernels against the recursion as width grows", widths, measureWidths),
		analysis("networks", "Kernels and gradients of every network of the study", networks, measureNetworks),
	];
}

/** Homogeneity: what a transformer does when all its parameters grow together. Merrill et al. 2021, §4.1, App. C, D. */
import type { Analysis, Part } from "../study.ts";
import { approachClaims, approachToLimit } from "./homogeneity/approach.ts";
import { componentClaims, componentTable } from "./homogeneity/components.ts";
import { definitionClaims, definitionThree } from "./homogeneity/definition.ts";
import { type DegreeGrid, degreeCalculus } from "./homogeneity/degrees.ts";
import { degreeClaims } from "./homogeneity/degrees-claims.ts";
import { eulerIdentity } from "./homogeneity/euler.ts";
import { eulerClaims } from "./homogeneity/euler-claims.ts";
import { homogeneityFigures } from "./homogeneity/figures.ts";
import { lemmaBounds, lemmaClaims } from "./homogeneity/lemmas.ts";
import { limitClaims, limitNetworks } from "./homogeneity/limit.ts";
import { published, type ScalingSize, scalingCurves } from "./homogeneity/scaling.ts";
import { scalingClaims } from "./homogeneity/scaling-claims.ts";
import type { Size } from "./presets.ts";

export const homogeneity: Part = {
	name: "homogeneity",
	title: "Homogeneity",
	introduction:
		"A function f of the parameters θ has degree k if f(cθ) = c^k f(θ) for every c > 0: scaling the parameters scales " +
		"its value and keeps its direction. If all parameters of a transformer grow together, its direction tends to that " +
		"of the saturated network, and the paper argues that without biases its own placement of the norm, x + LN(f(x)), is " +
		"nearly homogeneous from the start. Here degrees are measured, component by component and for whole encoders, the " +
		"paper's definition and lemmas are checked in numbers, and Figure 4 is drawn again with biases really removed. " +
		"Where the paper as printed fails and a corrected statement holds, both are claims.",
	claims: [
		...componentClaims,
		...lemmaClaims,
		...definitionClaims,
		...eulerClaims,
		...approachClaims,
		...limitClaims,
		...degreeClaims,
		...scalingClaims,
	],
	figures: homogeneityFigures,
};

interface Sizes {
	readonly draws: number;
	/** Of the small encoders, whose claims are medians over seeds. */
	readonly seeds: number;
	readonly grid: DegreeGrid;
	readonly scaling: ScalingSize;
}

const smallGrid: DegreeGrid = { norms: ["layer"], activations: ["relu", "swiglu"], positions: ["learned"] };
const wholeGrid: DegreeGrid = {
	norms: ["layer", "rms"],
	activations: ["relu", "gelu-tanh", "swiglu"],
	positions: ["learned", "sinusoidal", "rope", "none"],
};

const sizes: Readonly<Record<Size, Sizes>> = {
	smoke: {
		draws: 10_000,
		seeds: 8,
		grid: smallGrid,
		scaling: { width: 64, layers: 4, heads: 4, feedForward: 64, seeds: 1 },
	},
	quick: {
		draws: 20_000,
		seeds: 8,
		grid: { ...wholeGrid, norms: ["layer"], positions: ["learned", "sinusoidal"] },
		scaling: { ...published, seeds: 1 },
	},
	laptop: { draws: 100_000, seeds: 12, grid: wholeGrid, scaling: { ...published, seeds: 2 } },
	paper: { draws: 100_000, seeds: 20, grid: wholeGrid, scaling: { ...published, seeds: 10 } },
};

export function homogeneityExperiments(size: Size): Analysis[] {
	const { draws, seeds, grid, scaling } = sizes[size];
	return [
		componentTable,
		lemmaBounds(draws),
		definitionThree(seeds),
		eulerIdentity(seeds),
		approachToLimit(seeds),
		limitNetworks(seeds),
		degreeCalculus(grid),
		scalingCurves(scaling),
	];
}

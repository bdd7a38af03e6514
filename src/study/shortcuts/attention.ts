/** Signal-preserving attention: what it is made of, what it needs, what spoils it. He et al. 2023; specification, §2 and §3. */
import type { Analysis, Part } from "../study.ts";
import { algebra } from "./attention/algebra.ts";
import { algebraClaims } from "./attention/algebra-claims.ts";
import { blocks } from "./attention/blocks.ts";
import { blockClaims } from "./attention/blocks-claims.ts";
import { attentionFigures } from "./attention/figures.ts";
import { pictures } from "./attention/pictures.ts";
import { positions } from "./attention/positions.ts";
import { positionClaims } from "./attention/positions-claims.ts";
import { repeats } from "./attention/repeats.ts";
import { repeatClaims } from "./attention/repeats-claims.ts";
import { rescaling } from "./attention/rescaling.ts";
import { rescalingClaims } from "./attention/rescaling-claims.ts";

export const attention: Part = {
	name: "attention",
	title: "Attention that keeps signals apart",
	introduction:
		"Ordinary attention averages tokens, and layer after layer makes them one. Signal-preserving attention averages by plan. " +
		"A path of kernels (the cosines of all pairs of tokens) leads from right angles to a chosen end: U-SPA makes all pairs " +
		"equally alike, E-SPA near tokens more than far ones. The layer that makes a step of the path, A = L_l L_(l−1)⁻¹ of " +
		"Cholesky factors, is lower triangular and not negative, so it is a softmax: a bias B on the scores gives its rows, and a " +
		"factor D at each position their sums. Here the closed forms are checked against elimination, and then what they rely on: " +
		"that D multiplies rows, that tokens are different, that positions are at right angles, and that nothing between the " +
		"layers makes tokens alike. Where one fails, the size of the damage is measured.",
	claims: [...algebraClaims, ...rescalingClaims, ...repeatClaims, ...positionClaims, ...blockClaims],
	figures: attentionFigures,
};

const sizes = {
	smoke: { depths: [6], tokens: 32, windows: 60, blockDepths: [24] },
	laptop: { depths: [6, 12, 36], tokens: 64, windows: 200, blockDepths: [24, 36] },
	paper: { depths: [6, 12, 36, 72], tokens: 128, windows: 1000, blockDepths: [24, 36] },
} as const;

export function attentionExperiments(size: keyof typeof sizes): Analysis[] {
	const { depths, tokens, windows, blockDepths } = sizes[size];
	return [
		algebra(depths, tokens),
		pictures,
		rescaling,
		repeats(windows),
		positions,
		blocks(128, blockDepths),
	];
}

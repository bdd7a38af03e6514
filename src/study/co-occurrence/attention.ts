/** Attention in phase 2: Yang et al. 2024, Theorem 3.2 (i), Lemma 4.7 (F.16), Corollary F.17, and what it is good for. */
import { drawAttentionMaps } from "../../figure/co-occurrence/attention-maps.ts";
import { drawFrozen } from "../../figure/co-occurrence/frozen.ts";
import { drawScores } from "../../figure/co-occurrence/scores.ts";
import type { Figure } from "../../figure/figure.ts";
import type { Analysis, Part } from "../study.ts";
import { irrelevantExperiments } from "./attention/irrelevant.ts";
import { irrelevantClaims, irrelevantFigures } from "./attention/irrelevant-claims.ts";
import { movementClaims } from "./attention/movement.ts";
import { purposeClaims } from "./attention/purpose.ts";
import type { Size } from "./presets.ts";

export const attention: Part = {
	name: "attention",
	title: "Attention",
	introduction:
		"A score is μ_kᵀW_KᵀW_Qμ_q, how much the query word q looks for the key word k. In phase 2 the two targets come to " +
		"look for each other and away from the common word. With the initial values that the theory asks for this is a matter " +
		"of direction, not of size: probabilities move by 10⁻⁴ or less, so figures show changes. A and A2 start with W_K and " +
		"W_Q larger than the theory allows, and there the same motion can be seen; X starts with far too large ones, and some " +
		"scores move the wrong way. The flow with attention held fixed at its initial value shows what attention is good for: " +
		"a larger margin, not a task that could not be learned without it.",
	claims: [...movementClaims, ...irrelevantClaims, ...purposeClaims],
	figures: (rows, options) =>
		[
			drawScores(rows, { ...options, run: "P-0", descent: "P-descent-0" }),
			drawScores(rows, { ...options, run: "A2-0" }),
			drawScores(rows, { ...options, run: "X-0" }),
			drawAttentionMaps(rows, { ...options, run: "A2-0" }),
			...irrelevantFigures(rows, options),
			drawFrozen(rows, { ...options, run: "A2-0", frozen: "A2-frozen-0" }),
		].filter((figure): figure is Figure => figure !== undefined),
};

export const attentionExperiments = (size: Size): Analysis[] => irrelevantExperiments(size);

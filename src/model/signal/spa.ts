/**
 * Signal-preserving attention of a whole network: a path of kernels through depth, and the layer that makes each step.
 *
 *     e-spa   exponential kernels, γ from ∞ to γ_L        near tokens mix first
 *     u-spa   uniform kernels, ρ from 0 to ρ_L            all tokens mix alike
 *
 * He et al., "Deep Transformers without Shortcuts" (ICLR 2023, arXiv 2302.10322); specification, §2.2 to §2.4.
 */
import { bidirectionalESpa, bidirectionalUSpa } from "./bidirectional.ts";
import { eSpa } from "./e-spa.ts";
import type { CausalSpaLayer, SpaLayer } from "./layer.ts";
import { espaGammas, gammaSteps, mlpAwareRhos, rhoSteps, uspaRhos } from "./schedule.ts";
import { uSpa } from "./u-spa.ts";

interface Depth {
	/** Attention layers, L. */
	readonly layers: number;
	/** bidirectional: without a causal mask. Default causal. */
	readonly mask?: "causal" | "bidirectional";
}

export interface ESpaOptions extends Depth {
	readonly kind: "e-spa";
	/**
	 * γ_L, the decay a token after the last layer. Default 0.005, that of both published implementations, for sequences
	 * of about 512 tokens: see `gammaRange`.
	 */
	readonly gammaL?: number;
}

export interface USpaOptions extends Depth {
	readonly kind: "u-spa";
	/** ρ_L, the cosine of any two tokens after the last layer. Default 0.8, not confirmed as the paper's. */
	readonly rhoL?: number;
	/** ρ_0, their cosine before the first, such as the share of repeated tokens. Default 0. */
	readonly start?: number;
	/**
	 * What a feed-forward network does to cosines, C(c): then the path leaves room for it (`mlpAwareRhos`). Default: the
	 * path of attention alone.
	 */
	readonly cMap?: (cosine: number) => number;
}

export type SpaOptions = ESpaOptions | USpaOptions;

/**
 * The attention layers of a network, the first first. Throws UserError where the path cannot be made: layers not a
 * positive integer, γ_L not finite and above 0, not 0 ≤ ρ_0 < ρ_L < 1, feed-forward networks that go beyond ρ_L alone.
 */
export function spaLayers(options: SpaOptions & { readonly mask?: "causal" }): CausalSpaLayer[];
export function spaLayers(options: SpaOptions): SpaLayer[];
export function spaLayers(options: SpaOptions): SpaLayer[] {
	const { layers, mask = "causal" } = options;
	if (options.kind === "e-spa") {
		const steps = gammaSteps(espaGammas(layers, options.gammaL ?? 0.005));
		return steps.map(mask === "causal" ? eSpa : bidirectionalESpa);
	}
	const { rhoL = 0.8, start, cMap } = options;
	const steps = cMap
		? mlpAwareRhos(layers, rhoL, cMap, start).steps
		: rhoSteps(uspaRhos(layers, rhoL, start));
	return steps.map(mask === "causal" ? uSpa : bidirectionalUSpa);
}

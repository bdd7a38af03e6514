/**
 * Paths of target kernels through depth: how alike tokens may be after each layer.
 *
 *     E-SPA   α_l = α_L^(l/L),  α² = 1 − e^(−2γ)          γ_0 = ∞ ≥ γ_1 ≥ … ≥ γ_L
 *     U-SPA   1 − ρ_l = (1 − ρ_L)^(l/L)                    ρ_0 = 0 ≤ ρ_1 ≤ … ≤ ρ_L
 *
 * α is the diagonal of the Cholesky factor, so in both every layer's attention matrix has the same diagonal (U-SPA's in
 * the limit of late tokens): no layer keeps more of its own token than another. The first is that of both published
 * implementations of He et al. 2023, the second its analogue (specification, §2.4).
 */
import { UserError } from "../../error.ts";
import { checkCount, checkGamma, checkRho } from "./checks.ts";
import { log1mexp } from "./logarithms.ts";

/** One layer of E-SPA leads from the kernel e^(−gammaIn·|i−j|) to e^(−gammaOut·|i−j|). */
export interface GammaStep {
	/** Infinity: the identity. */
	readonly gammaIn: number;
	readonly gammaOut: number;
}

/** One layer of U-SPA leads from the cosine rhoIn of any two tokens to rhoOut. */
export interface RhoStep {
	readonly rhoIn: number;
	readonly rhoOut: number;
}

/**
 * Decays γ_0 … γ_L, [layers + 1]: Infinity down to `gammaL`, so that all layers of E-SPA have the diagonal α_L^(1/L).
 * Throws UserError unless γ_L is finite and above 0, and the layers are a positive integer.
 */
export function espaGammas(layers: number, gammaL: number): Float64Array {
	checkCount("layers", layers);
	checkGamma("gammaL", gammaL);
	if (gammaL === Number.POSITIVE_INFINITY)
		throw new UserError(
			"Expected `gammaL` to be finite, got Infinity. For attention that begins as the identity use Value-SkipInit.",
		);
	const logAlphaSquare = log1mexp(-2 * gammaL);
	const gammas = Float64Array.from(
		{ length: layers + 1 },
		(_, l) => -log1mexp((l / layers) * logAlphaSquare) / 2,
	);
	gammas[layers] = gammaL;
	return gammas;
}

/**
 * Cosines ρ_0 … ρ_L, [layers + 1], from `start` to `rhoL`, with 1 − ρ geometric. A `start` of r suits tokens that share
 * a cosine r before the first layer, as repeated ones do (§2.6). Throws UserError unless 0 ≤ start < rhoL < 1.
 */
export function uspaRhos(layers: number, rhoL: number, start = 0): Float64Array {
	checkPath(layers, rhoL, start);
	const from = Math.log1p(-start);
	const to = Math.log1p(-rhoL);
	const rhos = Float64Array.from(
		{ length: layers + 1 },
		(_, l) => -Math.expm1(from + (l / layers) * (to - from)),
	);
	rhos[0] = start;
	rhos[layers] = rhoL;
	return rhos;
}

/** The steps between neighbours of a path of decays. */
export const gammaSteps = (gammas: Float64Array): GammaStep[] =>
	Array.from(gammas.subarray(1), (gammaOut, l) => ({ gammaIn: gammas[l]!, gammaOut }));

/** The steps between neighbours of a path of cosines. */
export const rhoSteps = (rhos: Float64Array): RhoStep[] =>
	Array.from(rhos.subarray(1), (rhoOut, l) => ({ rhoIn: rhos[l]!, rhoOut }));

/** A path of U-SPA through blocks of attention and a feed-forward network. */
export interface MlpAwarePath {
	/** What each attention layer does; the feed-forward network leads from its rhoOut to the next rhoIn. */
	readonly steps: RhoStep[];
	/** k: each attention layer leaves this share of 1 − ρ. */
	readonly ratio: number;
}

/**
 * The path of U-SPA that knows of the feed-forward networks (specification, §2.7). Their activation maps a cosine c
 * to C(c) ≥ c, and uniform kernels to uniform ones, so it is exact to let attention do the rest:
 *
 *     1 − ρ'_l = k (1 − ρ_(l−1)),  ρ_l = C(ρ'_l),  ρ_0 = start,  and k such that ρ_L = rhoL after the last network
 *
 * `cMap` is C, continuous and increasing with C(1) = 1. Throws UserError unless 0 ≤ start < rhoL < 1, and where the
 * networks alone raise the cosine above rhoL.
 */
export function mlpAwareRhos(
	layers: number,
	rhoL: number,
	cMap: (cosine: number) => number,
	start = 0,
): MlpAwarePath {
	checkPath(layers, rhoL, start);
	const walk = (ratio: number) => {
		const steps: RhoStep[] = [];
		let rho = start;
		for (let l = 0; l < layers; l++) {
			// 1 − ratio·(1 − ρ) would not return ρ itself where the ratio is 1.
			const rhoOut = rho + (1 - ratio) * (1 - rho);
			steps.push({ rhoIn: rho, rhoOut });
			rho = cMap(rhoOut);
		}
		return { steps, final: rho };
	};
	const { final: alone } = walk(1);
	if (!(alone <= rhoL))
		throw new UserError(
			`Expected \`rhoL\` to be at least ${alone}, the cosine that ${layers} feed-forward networks reach alone, ` +
				`got ${rhoL}. Raise it, or take an activation nearer to linear.`,
		);
	// The final cosine falls as the ratio grows; halving ends where no number lies between both ends.
	let [low, high] = [0, 1];
	for (;;) {
		const ratio = (low + high) / 2;
		if (ratio <= low || ratio >= high) return { steps: walk(high).steps, ratio: high };
		if (walk(ratio).final > rhoL) low = ratio;
		else high = ratio;
	}
}

function checkPath(layers: number, rhoL: number, start: number): void {
	checkCount("layers", layers);
	checkRho("start", start);
	checkRho("rhoL", rhoL);
	if (rhoL <= start)
		throw new UserError(
			`Expected \`rhoL\` to be above \`start\` (${start}), got ${rhoL}. ` +
				"For attention that begins as the identity use Value-SkipInit.",
		);
}

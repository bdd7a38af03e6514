/** The paths of kernels through depth that this part looks at: the layers, and the targets before and after each. */
import type { CausalSpaLayer } from "../../../model/signal/layer.ts";
import { espaGammas, uspaRhos } from "../../../model/signal/schedule.ts";
import { spaLayers } from "../../../model/signal/spa.ts";
import type { TargetKernel } from "../../../model/signal/target-kernel.ts";

export type SpaName = "E-SPA" | "U-SPA";

/** γ_L of both published implementations; ρ_L as recalled, not confirmed as the paper's. */
export const gammaL = 0.005;
export const rhoL = 0.8;

export interface Path {
	readonly method: SpaName;
	readonly layers: readonly CausalSpaLayer[];
	/** γ_0 … γ_L or ρ_0 … ρ_L. */
	readonly parameters: Float64Array;
	/** Σ_0 … Σ_L. */
	readonly targets: readonly TargetKernel[];
	/** The diagonal of every layer: of token 1 on for E-SPA, of late tokens for U-SPA. */
	readonly diagonal: number;
}

export function eSpaPath(layers: number, last = gammaL): Path {
	const parameters = espaGammas(layers, last);
	return {
		method: "E-SPA",
		layers: spaLayers({ kind: "e-spa", layers, gammaL: last }),
		parameters,
		targets: Array.from(parameters, (gamma) => ({ kernel: "exponential", gamma })),
		diagonal: (-Math.expm1(-2 * last)) ** (1 / (2 * layers)),
	};
}

export function uSpaPath(layers: number, last = rhoL, start = 0): Path {
	const parameters = uspaRhos(layers, last, start);
	return {
		method: "U-SPA",
		layers: spaLayers({ kind: "u-spa", layers, rhoL: last, start }),
		parameters,
		targets: Array.from(parameters, (rho) => ({ kernel: "uniform", rho })),
		diagonal: ((1 - last) / (1 - start)) ** (1 / (2 * layers)),
	};
}

export const bothPaths = (layers: number): Path[] => [eSpaPath(layers), uSpaPath(layers)];

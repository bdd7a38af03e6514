/**
 * Weight decay ends norm growth: decay shrinks the norm in proportion, steps at right angles lengthen it, and where
 * both are equal it stays, turning by the same angle at every step.
 *
 *     r² ← (1 − ηλ)²r² + u²     steps of length u:  r_eq² = u² / (1 − (1 − ηλ)²),  approached with time constant 1/(2ηλ)
 *
 * With optimizers the length of a step follows from the gradient. Let the loss be scale-invariant with gradients in
 * random directions, as noise is: ‖g‖ = G/r, at right angles to θ, C parameters. Each gradient moves θ by u in all,
 * over however many steps momentum spreads it.
 *
 *     SGD, momentum α       u = ηG / (r(1 − α)), decay ηλ/(1 − α)     r⁴ = ηG² / (2λ(1 − α))
 *     AdamW                 u = η√C, decay ηλ                         r² = ηC / (2λ)
 *     Adam, λθ in gradient  u = η√C, decay ηλ·r√C/G                   r³ = η√C·G / (2λ)
 *
 * The first two are those of Kosson, Messmer & Jaggi, "Rotational equilibrium" (ICML 2024, arXiv 2305.17212). In the
 * third the decay passes through Adam's normaliser √v ≈ G/(r√C), which λθ is taken to be too small to change
 * (λr² ≪ G): so the decay is stronger where gradients are smaller, and the norm depends on their scale. All three are
 * to first order in ηλ, and suppose momentum to forget faster than decay acts.
 */
import type { OptimizerConfig } from "../optimizer/config.ts";

export interface Equilibrium {
	/** r_eq. */
	readonly norm: number;
	/** Angle between parameters before and after a step, in radians. */
	readonly angle: number;
}

/** Steps of length `u` at right angles, decoupled decay: exact. Without decay there is none: Infinity. */
export const fixedStepEquilibrium = (u: number, rate: number, weightDecay: number): Equilibrium => {
	const norm = u / Math.sqrt(rate * weightDecay * (2 - rate * weightDecay));
	// The step is at right angles to the parameters, which decay has shortened.
	return { norm, angle: Math.atan2(u, (1 - rate * weightDecay) * norm) };
};

/**
 * r after t updates of steps whose equilibrium is `equilibrium`, at a constant rate: r² = r_eq² + (r_0² − r_eq²)·
 * (1 − ηλ)^2t. With this the norm grows if and only if r_0 < r_eq (Fig. 6's boundary).
 */
export const normAfter = (
	initial: number,
	equilibrium: number,
	rate: number,
	weightDecay: number,
	t: number,
): number =>
	Math.sqrt(equilibrium ** 2 + (initial ** 2 - equilibrium ** 2) * (1 - rate * weightDecay) ** (2 * t));

/** Updates in which the distance of r² to its equilibrium falls to 1/e. */
export const timeConstant = (rate: number, weightDecay: number): number =>
	-1 / (2 * Math.log1p(-rate * weightDecay));

export interface RandomGradients {
	/** G = r‖g‖: the gradient's norm at parameters of norm 1. */
	readonly gradient: number;
	/** C: how many parameters. */
	readonly parameters: number;
}

/**
 * Where an optimizer at a constant learning rate holds parameters of a scale-invariant loss with random gradients.
 * Undefined for Adafactor, whose steps are in proportion to the norm, and without weight decay.
 */
export function equilibriumOf(
	optimizer: OptimizerConfig,
	{ gradient: G, parameters: C }: RandomGradients,
): Equilibrium | undefined {
	const { learningRate: rate, weightDecay: decay } = optimizer;
	if (rate * decay === 0 || optimizer.name === "adafactor") return undefined;
	if (optimizer.name === "sgd") {
		const alpha = optimizer.momentum;
		return {
			norm: ((rate * G ** 2) / (2 * decay * (1 - alpha))) ** (1 / 4),
			angle: Math.sqrt((2 * rate * decay) / (1 + alpha)),
		};
	}
	const beta = optimizer.betas[0];
	// One step's length beside the way that one gradient makes in all.
	const spread = Math.sqrt((1 - beta) / (1 + beta));
	const norm =
		optimizer.name === "adamw"
			? Math.sqrt((rate * C) / (2 * decay))
			: ((rate * Math.sqrt(C) * G) / (2 * decay)) ** (1 / 3);
	return { norm, angle: (rate * Math.sqrt(C) * spread) / norm };
}

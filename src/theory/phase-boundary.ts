/**
 * Where the norm grows and where it shrinks, in the plane of learning rate η and weight decay λ (Merrill et al. 2021,
 * §5.6, App. F and Fig. 6).
 *
 *     r² ← (1 − ηλ)²r² + (ηs)²        steps of length ηs at right angles to the parameters, and decoupled decay
 *
 * The norm grows as long as it is below its equilibrium r_eq. The boundary is the decay λ*(η) whose r_eq is the norm
 * at initialisation; to first order λ* = ηs²/(2r_0²): on two logarithmic axes a line of slope 1.
 *
 * s, the length of the way that one gradient moves the parameters at η = 1, is read in three ways:
 *
 *     a priori       √n: Adam moves each of n parameters by about η for each gradient
 *     measured       ‖δ‖/η of single optimizer steps, decay taken out: right if each step had a direction of its own
 *     with momentum  √((1 + β₁)/(1 − β₁)) times that: Adam spreads one gradient over some 1/(1 − β₁) steps, which
 *                    overlap and add up. (For independent gradients: the step's length is s·√((1 − β₁)/(1 + β₁)).)
 */
import { fixedStepEquilibrium, normAfter } from "./equilibrium.ts";

/** λ*: below it the norm grows. Infinite where one step is longer than the norm. */
export function boundaryDecay(initial: number, s: number, rate: number): number {
	const share = (rate * s) / initial;
	return share >= 1 ? Number.POSITIVE_INFINITY : -Math.expm1(Math.log1p(-share * share) / 2) / rate;
}

/** ‖θ‖ after t updates from `initial`, at a constant rate. */
export function predictedNorm(
	initial: number,
	s: number,
	rate: number,
	weightDecay: number,
	t: number,
): number {
	if (rate * weightDecay === 0) return Math.hypot(initial, rate * s * Math.sqrt(t));
	return normAfter(initial, fixedStepEquilibrium(rate * s, rate, weightDecay).norm, rate, weightDecay, t);
}

/** One measured optimizer step of a set of parameters. */
export interface MeasuredStep {
	/** ‖θ‖ before it. */
	readonly norm: number;
	/** 2θᵀδ and ‖δ‖² of the whole step, decay included. */
	readonly radial: number;
	readonly squaredStep: number;
}

/** ‖δ + ηλθ‖/η: the length of a step without its decay, at η = 1. */
export const stepPerRate = (
	{ norm, radial, squaredStep }: MeasuredStep,
	rate: number,
	weightDecay: number,
): number => {
	const decay = rate * weightDecay;
	return Math.sqrt(Math.max(0, squaredStep + decay * radial + (decay * norm) ** 2)) / rate;
};

/** What one gradient moves in all, beside the length of one of the steps that it is spread over. */
export const momentumFactor = (beta1: number): number => Math.sqrt((1 + beta1) / (1 - beta1));

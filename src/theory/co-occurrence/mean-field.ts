/**
 * The idealised flow of phases 1 and 2: two numbers in place of a network.
 *
 * Uniform attention makes the network logistic regression on bags of words; with infinitely many samples (no irrelevant
 * word matters), G(0) = 0 and a constant speed κ, only u = G(μ₁) = G(μ₂) and v = G(μ₃) are left. In τ = κt
 *
 *     u′ = ½σ(−(2u+v)) − ⅙σ(u+v)
 *     v′ = ½σ(−(2u+v)) − ⅓σ(u+v) − ⅙σ(v)                σ(x) = 1/(1 + e^−x),  u(0) = v(0) = 0
 *
 * The limit of Yang et al. 2024, §4, that their lemmas bound by constants; the constants here are derived, not theirs.
 */

import { dormandPrince } from "../../flow/dormand-prince.ts";
import { crossings } from "../../flow/event.ts";
import type { Step, VectorField } from "../../flow/field.ts";
import { logisticLoss, residual } from "../../model/co-occurrence/logistic.ts";

/** A point of the idealised flow. */
export interface MeanFieldPoint {
	/** τ = κt. */
	readonly time: number;
	readonly u: number;
	readonly v: number;
	/** ½ℓ₁ + ⅓ℓ₂ + ⅙ℓ₄. */
	readonly loss: number;
	/** ℓ₁ … ℓ₄; ℓ₃ = ℓ₂. */
	readonly classLosses: readonly [number, number, number, number];
	/** S_1/n … S_4/n. */
	readonly sums: readonly [number, number, number, number];
	/** R = (S₂ + S₃ + S₄ − S₁)/(S₁ − S₂) = −v′/u′; NaN where u′ = 0. */
	readonly ratio: number;
}

/** S_k/n: half of the samples are of class 1, a sixth of each other. Margins 2u + v, −(u + v) twice, −v. */
function sumsAt(u: number, v: number): [number, number, number, number] {
	const second = residual(-(u + v)) / 6;
	return [residual(2 * u + v) / 2, second, second, residual(-v) / 6];
}

/** d(u, v)/dτ. */
const meanFieldRates: VectorField = (_, state, out) => {
	const [s1, s2, s3, s4] = sumsAt(state[0]!, state[1]!);
	out[0] = s1 - s2;
	out[1] = s1 - s2 - s3 - s4;
};

export function meanFieldPoint(time: number, u: number, v: number): MeanFieldPoint {
	const [first, second, fourth] = [2 * u + v, -(u + v), -v].map(logisticLoss) as [number, number, number];
	const sums = sumsAt(u, v);
	const [s1, s2, s3, s4] = sums;
	return {
		time,
		u,
		v,
		loss: first / 2 + second / 3 + fourth / 6,
		classLosses: [first, second, second, fourth],
		sums,
		ratio: (s2 + s3 + s4 - s1) / (s1 - s2),
	};
}

const accuracy = { relativeTolerance: 1e-12, absoluteTolerance: 1e-14 } as const;
const start = new Float64Array(2);

const pointOf = (time: number, state: Float64Array) => meanFieldPoint(time, state[0]!, state[1]!);

/** The flow at these times, in increasing order, to some 1e-10. */
export function meanFieldAt(times: readonly number[]): MeanFieldPoint[] {
	const points = times.filter((time) => time === 0).map(() => pointOf(0, start));
	const last = times.at(-1) ?? 0;
	if (last === 0) return points;
	for (const step of dormandPrince(meanFieldRates, start, { to: last, ...accuracy }))
		for (const time of times)
			if (time > step.start && time <= step.end) points.push(pointOf(time, step.restep(time)));
	return points;
}

export interface MeanFieldEvents {
	/** −v′ = u′, R = 1: the losses of classes 2 and 3 are at their peak. τ = 3.564722. */
	readonly half: MeanFieldPoint;
	/** u + v = 0: the last classes are correct. τ = 12.979411. */
	readonly end: MeanFieldPoint;
}

/** The end of phase 1 and the moment before at which the common word overtakes, as roots. */
export function meanFieldEvents(): MeanFieldEvents {
	const found = new Map<string, MeanFieldPoint>();
	const rates = new Float64Array(2);
	const events = [
		{
			name: "half",
			direction: "up",
			value(time: number, state: Float64Array) {
				meanFieldRates(time, state, rates);
				return -rates[1]! - rates[0]!;
			},
		},
		// At τ = 0 u + v is 0 too, and leaves it upwards; it comes back once.
		{
			name: "end",
			direction: "down",
			value: (_: number, state: Float64Array) => state[0]! + state[1]!,
		},
	] as const;
	const look = (step: Step) => {
		for (const { name, time, state } of crossings(step, events)) found.set(name, pointOf(time, state));
	};
	for (const step of dormandPrince(meanFieldRates, start, { to: 20, ...accuracy })) look(step);
	return { half: found.get("half")!, end: found.get("end")! };
}

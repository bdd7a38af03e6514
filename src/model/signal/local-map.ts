/**
 * Local maps: what one layer of an activation f, wide and randomly initialised, does to the second moment q of its
 * input and to the cosine c of two inputs (Poole et al. 2016; Martens et al. 2021, "Deep Kernel Shaping").
 *
 *     Q(q)  = E[f(√q z)²]                         Q′(1)  = E[z·f(z)·f′(z)]
 *     C(c)  = E[f(u)f(v)] / Q(1),  corr(u, v) = c
 *     C′(c) = E[f′(u)f′(v)] / Q(1)                C″(c) = E[f″(u)f″(v)] / Q(1)
 *
 * Only smooth f; leaky relu is in `leaky-relu.ts`. Relative errors are below 1e-11 for the activations of
 * `smooth-activation.ts` at q ≤ 1. A steep tanh is the hardest: at q = 4 (f(2z) in the place of f) C is right to 4e-9
 * and C′(1) by the series to 4e-7.
 */
import { covarianceMap, gaussianMean } from "./gaussian.ts";
import type { Smooth } from "./smooth-activation.ts";

/** Q(q). */
export const secondMoment = (f: Smooth, q: number): number => {
	const scale = Math.sqrt(q);
	return gaussianMean((z) => f(scale * z)[0] ** 2);
};

/** The maps of cosines of an activation whose inputs have second moment 1, each for c in [−1, 1]. */
export interface CosineMaps {
	readonly value: (c: number) => number;
	readonly slope: (c: number) => number;
	readonly curvature: (c: number) => number;
}

export function cosineMaps(f: Smooth): CosineMaps {
	const q = secondMoment(f, 1);
	const of = (derivative: 0 | 1 | 2) => {
		const map = covarianceMap((z) => f(z)[derivative]);
		return (c: number) => map(c) / q;
	};
	return { value: of(0), slope: of(1), curvature: of(2) };
}

/** What shaping sets: of the maps only their values and derivatives at two points, each a mean over one number. */
export interface LocalConditions {
	/** Q(1), Q′(1). */
	readonly q: number;
	readonly qSlope: number;
	/** C(0), C′(1), C″(1). */
	readonly c0: number;
	readonly slope: number;
	readonly curvature: number;
}

export function localConditions(f: Smooth): LocalConditions {
	const q = secondMoment(f, 1);
	return {
		q,
		qSlope: gaussianMean((z) => {
			const [value, slope] = f(z);
			return z * value * slope;
		}),
		c0: gaussianMean((z) => f(z)[0]) ** 2 / q,
		slope: gaussianMean((z) => f(z)[1] ** 2) / q,
		curvature: gaussianMean((z) => f(z)[2] ** 2) / q,
	};
}

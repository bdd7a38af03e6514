/**
 * The calculus of degrees: what becomes of f(x; cθ) when all parameters θ are multiplied by c → ∞, operation by
 * operation (Merrill et al. 2021, Appendix C, Table 1; Li & Arora 2019).
 *
 *     f(x; cθ) = c^k (s(x; θ) + error(c))
 *
 * k is the degree of f and s its limit, the saturated f. A degree is followed through a network by rules; so is how
 * fast the error falls, relative to s:
 *
 *     exact            no error at any c: f is k-homogeneous
 *     exponential      less than any power of c: softmax, gelu, silu and tanh near their limits
 *     polynomial, p    as c^-p: a term of degree k − p was added; 1 − cos then falls as c^-2p
 *
 * Assumed of θ and x is what holds for all but exceptional ones: no limit is identically zero (leading terms do not
 * cancel, not all units of a relu are off, no normalised vector is constant), no argument of gelu or silu is zero in
 * the limit, and where a row of scores has several largest in the limit, their keys stand for equal states.
 */

export type Approach =
	| { readonly kind: "exact" }
	| { readonly kind: "exponential" }
	| { readonly kind: "polynomial"; readonly order: number };

/** A value's degree k ≥ 0 in θ and how it approaches its limit. */
export interface Homogeneous {
	readonly degree: number;
	readonly approach: Approach;
}

const exact: Approach = { kind: "exact" };
const exponential: Approach = { kind: "exponential" };

/** How many powers of c the error falls by. */
const speed = (approach: Approach): number =>
	approach.kind === "polynomial" ? approach.order : Number.POSITIVE_INFINITY;

/** The error of a value made of several: the one that falls slowest. */
function slowest(...approaches: readonly Approach[]): Approach {
	const rank = (a: Approach) => (a.kind === "exact" ? 1 : 0);
	return approaches.reduce((a, b) => ((speed(b) - speed(a) || rank(b) - rank(a)) < 0 ? b : a), exact);
}

/** A parameter is 1-homogeneous in itself. */
export const parameter: Homogeneous = { degree: 1, approach: exact };

/** What does not depend on θ: sines of positions, epsilon. */
export const constant: Homogeneous = { degree: 0, approach: exact };

/** W x, and any product: degrees add. */
export const product = (a: Homogeneous, b: Homogeneous): Homogeneous => ({
	degree: a.degree + b.degree,
	approach: slowest(a.approach, b.approach),
});

/** Whether `term` is among the terms of highest degree, those that remain of a sum in the limit. */
export const remains = (term: Homogeneous, terms: readonly Homogeneous[]): boolean =>
	terms.every(({ degree }) => degree <= term.degree);

/** A sum has the degree of its highest terms; one of p degrees less is an error that falls as c^-p. */
export function sum(terms: readonly Homogeneous[]): Homogeneous {
	const degree = Math.max(...terms.map((term) => term.degree));
	return {
		degree,
		approach: slowest(
			...terms.map((term) =>
				term.degree === degree
					? term.approach
					: ({ kind: "polynomial", order: degree - term.degree } satisfies Approach),
			),
		),
	};
}

/** x / √(mean square + epsilon), with or without the mean removed: the scale is divided out. */
export function normalised(x: Homogeneous, epsilon: boolean): Homogeneous {
	const square = product(x, x);
	const { approach } = epsilon ? sum([square, constant]) : square;
	return { degree: 0, approach };
}

/** gelu and silu of x with k > 0 are relu in the limit: exactly it but for an error like e^(−|c^k x|). */
export const smoothRelu = (x: Homogeneous): Homogeneous => ({
	degree: x.degree,
	approach: slowest(x.approach, exponential),
});

/** tanh of x with k > 0 is its sign in the limit, but for an error like e^(−2|c^k x|). */
export const smoothSign = (): Homogeneous => ({ degree: 0, approach: exponential });

/** The sign of x: errors of x change none from some c on. */
export const sign = (x: Homogeneous): Homogeneous => ({
	degree: 0,
	approach: x.approach.kind === "exact" ? exact : exponential,
});

/**
 * Softmax of scores of degree k > 0: argmax in the limit. What falls behind by a gap does so exponentially, and errors
 * of the scores, however slowly they fall, change no argmax from some c on.
 */
export const softmaxed = (): Homogeneous => ({ degree: 0, approach: exponential });

/** Hard attention depends on the order of the scores alone: errors of the scores change nothing from some c on. */
export const argmaxed = (scores: Homogeneous): Homogeneous => ({
	degree: 0,
	approach: scores.approach.kind === "exact" ? exact : exponential,
});

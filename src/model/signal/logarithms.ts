/**
 * Logarithms of sums and differences of powers of e, without the powers.
 *
 * A weight of attention that decays like e^(−γ·512) is no number in float32, but its logarithm is, and it is the
 * logarithm that a softmax takes.
 */

/**
 * ln(1 − e^x) for x ≤ 0; −∞ at 0. Mächler, "Accurately computing log(1 − exp(−|a|))" (2012): of the two forms each
 * loses its digits where the other keeps them.
 */
export const log1mexp = (x: number): number =>
	x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));

/** ln(e^x + e^y); −∞ if both are. */
export function logAddExp(x: number, y: number): number {
	const top = Math.max(x, y);
	return top === Number.NEGATIVE_INFINITY ? top : top + Math.log1p(Math.exp(Math.min(x, y) - top));
}

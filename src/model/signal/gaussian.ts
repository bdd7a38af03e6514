/**
 * Means over normal numbers, by two classical facts.
 *
 * One number z ~ N(0, 1): the trapezoidal rule. Against e^(−z²/2) its error falls as e^(−2πd/h), d the distance from
 * the real line to the nearest pole of f. At h = ⅛ that is below rounding for tanh (d = π/2), and 2e-10 for tanh(3z).
 *
 * Two numbers of correlation c: Mehler's formula. With h_k the normalised Hermite polynomials and a_k = E[f(z)h_k(z)],
 *
 *     E[f(u)·g(v)] = Σ_k a_k(f)·a_k(g)·c^k
 *
 * so a map of c is a power series, computed once. For f with poles at distance d, a_k² falls as e^(−2d√k); a kink
 * leaves k^(−5/2), too slow: leaky relu has a closed form (`leaky-relu.ts`).
 */

const step = 1 / 8;
const reach = 12;

const nodes = Float64Array.from({ length: (2 * reach) / step + 1 }, (_, i) => i * step - reach);
const weights = nodes.map((z) => (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));

/** E[f(z)], z ~ N(0, 1), for smooth f that grows less than e^(z²/4). */
export function gaussianMean(f: (z: number) => number): number {
	let sum = 0;
	for (let i = 0; i < nodes.length; i++) sum += weights[i]! * f(nodes[i]!);
	return sum;
}

const order = 160;

/** h_k at the nodes times their weights, [order, nodes]: (k + 1)^½ h_{k+1} = z·h_k − k^½ h_{k−1}. */
const hermite: readonly Float64Array[] = (() => {
	const rows = [weights, weights.map((w, i) => w * nodes[i]!)];
	for (let k = 1; k < order - 1; k++)
		rows.push(nodes.map((z, i) => (z * rows[k]![i]! - Math.sqrt(k) * rows[k - 1]![i]!) / Math.sqrt(k + 1)));
	return rows;
})();

/** a_k = E[f(z)h_k(z)], k below 160. */
export function hermiteCoefficients(f: (z: number) => number): Float64Array {
	const values = nodes.map(f);
	return Float64Array.from(hermite, (row) => row.reduce((sum, w, i) => sum + w * values[i]!, 0));
}

/**
 * The map c ↦ E[f(u)g(v)] of normal u and v, each of variance 1, with correlation c in [−1, 1]. Inputs of variances
 * q and q′: hand over f(√q·z) and g(√q′·z).
 */
export function covarianceMap(f: (z: number) => number, g: (z: number) => number = f): (c: number) => number {
	const a = hermiteCoefficients(f);
	const b = f === g ? a : hermiteCoefficients(g);
	return (c) => a.reduceRight((sum, _, k) => sum * c + a[k]! * b[k]!, 0);
}

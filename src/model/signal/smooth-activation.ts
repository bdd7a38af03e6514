/**
 * Smooth activations with their first two derivatives, in float64: what the maps of signal propagation are computed
 * of. `src/model/functional.ts` has those that train.
 *
 * Value and derivatives share their exponentials, so one function returns all three.
 */

/** f(x), f′(x) and f″(x). */
export type Smooth = (x: number) => readonly [value: number, slope: number, curvature: number];

export type SmoothActivation = "tanh" | "sigmoid" | "softplus" | "gelu" | "gelu-tanh" | "silu";

/**
 * The error function to 4e-16. Its series e^(−x²)·(2/√π)·Σ 2ⁿx^(2n+1)/(2n+1)!! (DLMF 7.6.2) has terms of one sign,
 * so it loses no digits; from |x| = 6 on the float64 nearest to erf is ±1.
 */
export function erf(x: number): number {
	if (Math.abs(x) >= 6) return Math.sign(x);
	let term = x;
	let sum = x;
	for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
		term *= (2 * x * x) / (2 * n + 1);
		sum += term;
	}
	return 2 * sum * Math.exp(-x * x) * Math.sqrt(1 / Math.PI);
}

/** σ(x) = 1 / (1 + e^−x) and its first two derivatives. */
const sigmoid: Smooth = (x) => {
	const s = 1 / (1 + Math.exp(-x));
	const slope = s * (1 / (1 + Math.exp(x)));
	return [s, slope, slope * (1 - 2 * s)];
};

const tanh: Smooth = (x) => {
	const t = Math.tanh(x);
	const slope = 1 / Math.cosh(x) ** 2;
	return [t, slope, -2 * t * slope];
};

/** ln(1 + e^x): the integral of σ. */
const softplus: Smooth = (x) => {
	const [s, slope] = sigmoid(x);
	return [Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), s, slope];
};

/** x·Φ(x), Φ the normal distribution function. */
const gelu: Smooth = (x) => {
	const cdf = (1 + erf(x * Math.SQRT1_2)) / 2;
	const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
	return [x * cdf, cdf + x * density, (2 - x * x) * density];
};

/** x·σ(2u), u = √(2/π)(x + 0.044715x³): GPT-2's form of gelu. */
const geluTanh: Smooth = (x) => {
	const rate = 2 * Math.sqrt(2 / Math.PI);
	const argument = rate * (x + 0.044715 * x ** 3);
	const [first, second] = [rate * (1 + 3 * 0.044715 * x * x), rate * 6 * 0.044715 * x];
	const [s, slope, curvature] = sigmoid(argument);
	return [x * s, s + x * slope * first, 2 * slope * first + x * (curvature * first ** 2 + slope * second)];
};

/** x·σ(x). */
const silu: Smooth = (x) => {
	const [s, slope, curvature] = sigmoid(x);
	return [x * s, s + x * slope, 2 * slope + x * curvature];
};

export const smoothActivations: Readonly<Record<SmoothActivation, Smooth>> = {
	tanh,
	sigmoid,
	softplus,
	gelu,
	"gelu-tanh": geluTanh,
	silu,
};

/**
 * The building blocks of a transformer as functions of arrays, each with a gradient that needs few passes.
 *
 * jax-js has no custom gradients. Where the derivative that falls out of the forward operations is wasteful, a
 * function here is *linearised at the point*: with x̂ = stop_gradient(x) and d = x − x̂,
 *
 *     y = f(x̂) + J(x̂)·d,
 *
 * whose value is f(x), because d is exactly zero (and the engine simplifies it away), and whose gradient is the
 * Jacobian J in the form written down, of quantities that the forward pass has already computed. The price: second
 * derivatives through these functions are wrong (J counts as a constant). Nothing here takes any.
 *
 * Inputs must be finite: x − x̂ is not zero at an infinity.
 */
import { type Array as JaxArray, lax, numpy as np } from "@jax-js/jax";

/** The point x̂ at which a function is linearised, and the displacement d = x − x̂: zero, with gradient one. */
function linearisedAt(x: JaxArray): [point: JaxArray, displacement: JaxArray] {
	const point = lax.stopGradient(x.ref);
	return [point, x.sub(point.ref)];
}

const keepdims = { keepdims: true };

/** Mean over the last axis, kept with length 1. [..., n] -> [..., 1]. */
const mean = (x: JaxArray): JaxArray => np.mean(x, -1, keepdims);

/** Softmax over the last axis; the row maximum is subtracted first. [..., n] -> [..., n]. */
export function softmax(x: JaxArray): JaxArray {
	const [point, d] = linearisedAt(x);
	const e = np.exp(point.ref.sub(np.max(point, -1, keepdims)));
	const p = e.ref.mul(np.reciprocal(np.sum(e, -1, keepdims)));
	const expected = np.sum(p.ref.mul(d.ref), -1, keepdims);
	return p.ref.add(p.mul(d.sub(expected)));
}

/**
 * (x − mean) / √(variance + epsilon) over the last axis, with the biased variance. [..., n] -> [..., n].
 * With epsilon 0 a constant row has no value (NaN).
 */
export function standardise(x: JaxArray, epsilon: number): JaxArray {
	const [point, d] = linearisedAt(x);
	const centred = point.ref.sub(mean(point));
	const variance = mean(np.square(centred.ref));
	const inverse = np.reciprocal(np.sqrt(variance.add(epsilon)));
	const y = centred.mul(inverse.ref);
	const along = mean(y.ref.mul(d.ref));
	return y.ref.add(inverse.mul(d.ref.sub(mean(d)).sub(y.mul(along))));
}

/** Layer normalisation over the last axis. x [..., n], weight [n], bias [n] or none. */
export function layerNorm(
	x: JaxArray,
	weight: JaxArray,
	bias: JaxArray | undefined,
	epsilon: number,
): JaxArray {
	const y = standardise(x, epsilon).mul(weight);
	return bias ? y.add(bias) : y;
}

/** x / √(mean(x²) + epsilon) · weight over the last axis. x [..., n], weight [n]. */
export function rmsNorm(x: JaxArray, weight: JaxArray, epsilon: number): JaxArray {
	const [point, d] = linearisedAt(x);
	const meanSquare = mean(np.square(point.ref));
	const inverse = np.reciprocal(np.sqrt(meanSquare.add(epsilon)));
	const y = point.mul(inverse.ref);
	const along = mean(y.ref.mul(d.ref));
	return y.ref.add(inverse.mul(d.sub(y.mul(along)))).mul(weight);
}

/** max(x, 0), elementwise. Its gradient at 0 is 0, as in PyTorch. */
export function relu(x: JaxArray): JaxArray {
	const [point, d] = linearisedAt(x);
	// A product with 0 or 1: natively a choice takes twice as long.
	const slope = point.ref.greater(0).astype(point.dtype);
	return np.maximum(point, 0).add(slope.mul(d));
}

/** max(x, slope·x), 0 ≤ slope ≤ 1, elementwise. Its gradient at 0 is the slope, as in PyTorch. */
export function leakyRelu(x: JaxArray, slope: number): JaxArray {
	const [point, d] = linearisedAt(x);
	const rate = point.ref
		.greater(0)
		.astype(point.dtype)
		.mul(1 - slope)
		.add(slope);
	return rate.ref.mul(point).add(rate.mul(d));
}

/** tanh x, elementwise. */
export function tanh(x: JaxArray): JaxArray {
	const [point, d] = linearisedAt(x);
	const y = np.tanh(point);
	return y.ref.add(np.square(y).mul(-1).add(1).mul(d));
}

/** −1, 0 or 1, elementwise. Its gradient is 0. */
export function sign(x: JaxArray): JaxArray {
	const point = lax.stopGradient(x);
	const positive = point.ref.greater(0).astype(point.dtype);
	return positive.sub(point.less(0).astype(point.dtype));
}

/** log(1 + eˣ), elementwise, as max(x, 0) + log(1 + e^−|x|), which no x overflows. */
export function softplus(x: JaxArray): JaxArray {
	const [point, d] = linearisedAt(x);
	const e = np.exp(np.negative(np.absolute(point.ref)));
	const positive = point.ref.greater(0).astype(point.dtype);
	const share = np.reciprocal(e.ref.add(1)); // σ(|x|)
	const sigma = positive.ref.add(e.ref.mul(positive.mul(-1).add(1))).mul(share);
	return np
		.maximum(point, 0)
		.add(np.log(e.add(1)))
		.add(sigma.mul(d));
}

/** x·Φ(x), elementwise, with Φ the normal distribution function. */
export function gelu(x: JaxArray): JaxArray {
	const [point, d] = linearisedAt(x);
	const cdf = lax.erf(point.ref.mul(Math.SQRT1_2)).add(1).mul(0.5);
	const density = np.exp(np.square(point.ref).mul(-0.5)).mul(1 / Math.sqrt(2 * Math.PI));
	return point.ref.mul(cdf.ref).add(cdf.add(point.mul(density)).mul(d));
}

/** GELU with Φ(x) ≈ ½(1 + tanh u) = σ(2u), u = √(2/π)(x + 0.044715x³), as in GPT-2; elementwise. */
export function geluTanh(x: JaxArray): JaxArray {
	const rate = 2 * Math.sqrt(2 / Math.PI);
	const cubic = 0.044715 * rate;
	const [point, d] = linearisedAt(x);
	const square = np.square(point.ref);
	const u = point.ref.mul(square.ref.mul(cubic).add(rate));
	const cdf = np.reciprocal(np.exp(np.negative(u)).add(1));
	const density = cdf.ref.mul(cdf.ref.mul(-1).add(1)).mul(square.mul(3 * cubic).add(rate));
	return point.ref.mul(cdf.ref).add(cdf.add(point.mul(density)).mul(d));
}

/** x·σ(x) with σ the logistic function, elementwise. Also called swish. */
export function silu(x: JaxArray): JaxArray {
	const [point, d] = linearisedAt(x);
	const s = np.reciprocal(np.exp(np.negative(point.ref)).add(1));
	const y = point.mul(s.ref);
	return y.ref.add(s.ref.add(y.ref).sub(s.mul(y)).mul(d));
}

/** Rows of `table` [n, width] by `tokens` int32 [...]: [..., width]. */
export function embed(table: JaxArray, tokens: JaxArray): JaxArray {
	// The gradient scatters by the same indices, and jax-js on WebAssembly takes no view (a slice, say) for them.
	return np.take(table, lax.stopGradient(tokens), 0);
}

/** x Wᵀ + b. x [..., in], weight [out, in], bias [out] or none: [..., out]. */
export function linear(x: JaxArray, weight: JaxArray, bias: JaxArray | undefined): JaxArray {
	const y = np.matmul(x, np.transpose(weight));
	return bias ? y.add(bias) : y;
}

/**
 * Mean cross-entropy in nats, −Σ w·log softmax(logits)[target] / Σ w: a scalar.
 * logits [..., classes], targets int32 [...], weights [...] (default: all 1).
 */
export function crossEntropy(logits: JaxArray, targets: JaxArray, weights?: JaxArray): JaxArray {
	const classes = logits.shape[logits.ndim - 1];
	const rows = targets.size;
	const [point, d] = linearisedAt(logits.reshape([rows, classes]));
	const index = np.arange(0, rows * classes, classes).add(targets.reshape([rows]));
	const picked = (x: JaxArray) => np.take(x.reshape([rows * classes]), index.ref, 0); // [rows]

	const top = np.max(point.ref, -1, keepdims); // [rows, 1]
	const e = np.exp(point.ref.sub(top.ref));
	const total = np.sum(e.ref, -1, keepdims);
	const p = e.mul(np.reciprocal(total.ref)); // [rows, classes]
	const value = np.log(total.reshape([rows])).add(top.reshape([rows]).sub(picked(point)));
	const each = value.add(np.sum(p.mul(d.ref), -1).sub(picked(d)));
	if (!weights) return np.mean(each);
	const w = weights.astype(logits.dtype).reshape([rows]);
	return np.sum(each.mul(w.ref)).mul(np.reciprocal(np.sum(w)));
}

/**
 * Mean binary cross-entropy in nats, −Σ w·(y log σ(z) + (1 − y) log(1 − σ(z))) / (n Σ w), of n independent yes-or-no
 * answers at each place: a scalar. logits z and targets y in [0, 1]: [..., n]; weights [...] (default: all 1).
 *
 * As max(z, 0) − y·z + log(1 + e^−|z|), which no logit overflows; the gradient is σ(z) − y.
 */
export function binaryCrossEntropy(logits: JaxArray, targets: JaxArray, weights?: JaxArray): JaxArray {
	const [point, d] = linearisedAt(logits);
	const e = np.exp(np.negative(np.absolute(point.ref)));
	const positive = point.ref.greater(0).astype(point.dtype);
	const share = np.reciprocal(e.ref.add(1)); // σ(|z|)
	const sigma = positive.ref.add(e.ref.mul(positive.mul(-1).add(1))).mul(share);
	const value = np
		.maximum(point.ref, 0)
		.sub(point.mul(targets.ref))
		.add(np.log(e.add(1)));
	const each = np.mean(value.add(sigma.sub(targets).mul(d)), -1); // [...]
	if (!weights) return np.mean(each);
	const w = weights.astype(each.dtype);
	return np.sum(each.mul(w.ref)).mul(np.reciprocal(np.sum(w)));
}

/** The logistic loss ℓ(z) = log(1 + e^−z) of a margin z = yF, and what its gradient weighs a sample with. */

/** ℓ(z) without overflow, and without loss of digits where it is small. */
export const logisticLoss = (margin: number): number =>
	Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)));

/** g(z) = −ℓ′(z) = 1/(1 + e^z), in (0, 1). */
export function residual(margin: number): number {
	const small = Math.exp(-Math.abs(margin));
	return (margin > 0 ? small : 1) / (1 + small);
}

/** Mean ℓ(y_i F_i) of outputs F and labels y, both [samples] (eq. 2). */
export function meanLoss(outputs: Float64Array, labels: Int8Array): number {
	let sum = 0;
	for (let i = 0; i < outputs.length; i++) sum += logisticLoss(labels[i]! * outputs[i]!);
	return sum / outputs.length;
}

/** min_i y_i F_i. */
export function leastMarginOf(outputs: Float64Array, labels: Int8Array): number {
	let least = Number.POSITIVE_INFINITY;
	for (let i = 0; i < outputs.length; i++) least = Math.min(least, labels[i]! * outputs[i]!);
	return least;
}

/**
 * Student's t distribution, for confidence intervals of fitted coefficients.
 *
 * For whole degrees of freedom the distribution function is a finite sum of powers of cos φ, φ = atan(t/√ν)
 * (Abramowitz & Stegun 26.7.3 and 26.7.4), so no series has to be cut off.
 */

/** P(|T| ≤ t) for `degrees` degrees of freedom, a positive whole number. */
export function studentProbability(t: number, degrees: number): number {
	const angle = Math.atan(t / Math.sqrt(degrees));
	const cosine = Math.cos(angle);
	const odd = degrees % 2 === 1;
	let term = odd ? cosine : 1;
	let sum = degrees === 1 ? 0 : term;
	for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
		term *= ((k - 1) / k) * cosine ** 2;
		sum += term;
	}
	return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/** The t with P(|T| ≤ t) = `probability`, in (0, 1). */
export function studentQuantile(probability: number, degrees: number): number {
	// Bisection on the angle, which is bounded where t is not.
	let [low, high] = [0, Math.PI / 2];
	for (let i = 0; i < 60; i++) {
		const middle = (low + high) / 2;
		if (studentProbability(Math.tan(middle) * Math.sqrt(degrees), degrees) < probability) low = middle;
		else high = middle;
	}
	return Math.tan(low) * Math.sqrt(degrees);
}

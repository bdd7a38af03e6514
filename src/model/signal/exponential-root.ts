/**
 * Powers of the exponential kernel Σ_ij = e^(−γ|i − j|), from its eigenvectors, which are sines and cosines.
 *
 * Σ⁻¹ is tridiagonal, constant along its diagonals but for two corners. Its eigenvectors are therefore waves, even or odd
 * about the centre c = (T − 1) / 2, and the corners ask that a wave, one place beyond the end, is b = e^−γ times its end:
 *
 *     even: v_i = cos((i − c) θ),  cos((c + 1) θ) = b cos(c θ)        λ = sinh γ / (cosh γ − cos θ)
 *     odd:  v_i = sin((i − c) θ),  sin((c + 1) θ) = b sin(c θ)
 *
 * One θ_k lies in each interval ((k − 1)π/T, kπ/(T + 1)), k = 1 … T, even and odd in turn: its ends are the solutions for
 * b = 1 and for b = 0. (Kac, Murdock & Szegő 1953.) A product of two waves is a sum of one in i − j and one in i + j, so
 * a power of Σ is a Toeplitz matrix plus a Hankel matrix: O(T²), no iteration over matrices.
 */
import { checkCount, checkGamma } from "./checks.ts";

/** Σ^power, [T, T] row by row, for a decay γ above 0; Infinity gives the identity. */
export function exponentialPower(gamma: number, length: number, power: number): Float64Array {
	checkGamma("gamma", gamma);
	checkCount("length", length);
	const centre = (length - 1) / 2;
	const toeplitz = new Float64Array(length); // of |i − j|
	const hankel = new Float64Array(2 * length - 1); // of i + j
	if (gamma === Number.POSITIVE_INFINITY) toeplitz[0] = 1;
	else
		for (let k = 1; k <= length; k++) {
			const sign = k % 2 ? 1 : -1; // even, odd
			const theta = waveNumber(gamma, length, k);
			const square = (length + (sign * Math.sin(length * theta)) / Math.sin(theta)) / 2; // Σ v_i²
			const weight = eigenvalue(gamma, theta) ** power / (2 * square);
			for (let n = 0; n < length; n++) toeplitz[n]! += weight * Math.cos(n * theta);
			for (let n = 0; n < 2 * length - 1; n++)
				hankel[n]! += sign * weight * Math.cos((n - 2 * centre) * theta);
		}
	return Float64Array.from({ length: length * length }, (_, at) => {
		const [i, j] = [Math.floor(at / length), at % length];
		return toeplitz[Math.abs(i - j)]! + hankel[i + j]!;
	});
}

/** λ = sinh γ / (cosh γ − cos θ), written so that no digits are lost at small γ and θ, nor range at large γ. */
function eigenvalue(gamma: number, theta: number): number {
	const missing = -Math.expm1(-gamma); // 1 − b
	return -Math.expm1(-2 * gamma) / (missing ** 2 + 4 * Math.exp(-gamma) * Math.sin(theta / 2) ** 2);
}

/** θ_k, by halving its interval until no number lies between its ends. */
function waveNumber(gamma: number, length: number, k: number): number {
	const missing = -Math.expm1(-gamma);
	const centre = (length - 1) / 2;
	// Wave beyond the end minus b times the wave at the end, as a sum without large terms that cancel.
	const mismatch = (theta: number) =>
		k % 2
			? missing * Math.cos(centre * theta) - 2 * Math.sin((length / 2) * theta) * Math.sin(theta / 2)
			: missing * Math.sin(centre * theta) + 2 * Math.cos((length / 2) * theta) * Math.sin(theta / 2);
	let low = ((k - 1) * Math.PI) / length;
	let high = (k * Math.PI) / (length + 1);
	const below = Math.sign(mismatch(low));
	for (;;) {
		const middle = (low + high) / 2;
		if (middle <= low || middle >= high) return middle;
		if (Math.sign(mismatch(middle)) === below) low = middle;
		else high = middle;
	}
}

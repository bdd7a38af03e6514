/**
 * Quotients of gamma functions, which are products of equal steps: Γ(x + n + s) / Γ(x + s) = Π (x + i + s), i < n.
 *
 * Logarithms of gamma functions are large where x is, and their differences small. Stirling's series for the quotient
 * itself, with its large terms cancelled by hand, keeps all digits. Complex shifts give products of squares:
 * |Γ(x + n + iy) / Γ(x + iy)|² = Π ((x + i)² + y²).
 */

/** B₂ₖ / (2k(2k − 1)), the coefficients of Stirling's series in 1/z, 1/z³, ... (DLMF 5.11.1). */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];

/** From this real part on the series of seven terms is right to the last bit. */
const large = 16;

export type Complex = readonly [real: number, imaginary: number];

/**
 * ln |Γ(z + shift) / Γ(z)| for real parts of z and z + shift above 0. The error of the quotient is about 1e-16 times
 * the larger of its logarithm and |shift|·ln |z|.
 */
export function logGammaRatio([x, y]: Complex, [s, u]: Complex): number {
	let sum = 0;
	for (; x < large; x++) sum -= Math.log(Math.hypot(x + s, y + u) / Math.hypot(x, y));
	const end: Complex = [x + s, y + u];
	const modulus = Math.hypot(...end);
	// ln |z + shift| − ln |z|, and the angle between them, from the shift: their difference would lose its digits.
	const growth = Math.log1p((s * (2 * x + s) + u * (2 * y + u)) / (x * x + y * y)) / 2;
	const turn = Math.atan2(x * u - y * s, x * end[0] + y * end[1]);
	// Re of (z − ½)(ln(z + shift) − ln z) + shift·(ln(z + shift) − 1).
	const main = (x - 0.5) * growth - y * turn + s * (Math.log(modulus) - 1) - u * Math.atan2(end[1], end[0]);
	return sum + main + series(end) - series([x, y]);
}

/** Re Σ cₖ z^(1 − 2k), the part of ln Γ(z) that vanishes for large z. */
function series([x, y]: Complex): number {
	const [modulus, angle] = [Math.hypot(x, y), Math.atan2(y, x)];
	return stirling.reduce((sum, c, k) => {
		const power = 2 * k + 1;
		return sum + (c * Math.cos(power * angle)) / modulus ** power;
	}, 0);
}

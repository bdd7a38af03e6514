/**
 * How the parameter norm grows if the steps have a given length and lie in a given direction to the parameters
 * (Merrill et al. 2021, §5, Appendices E and F).
 *
 *     ‖θ + δ‖² = ‖θ‖² + 2θᵀδ + ‖δ‖²        for any step
 *
 *     aligned       θᵀδ = ‖θ‖‖δ‖      r ← r(1 + aη)         under Assumption 1, ‖δ‖ = a·η‖θ‖
 *     misaligned    θᵀδ = 0           r² ← r²(1 + a²η²)     under Assumption 1
 *                                     r² ← r² + η²s²        for steps of length ηs, as Adam's
 *                                     r² ← r² + η²G²/r²     for scale-invariant losses, ‖∇L‖ = G/r
 *
 * The recursions are exact. The closed forms multiply the recursions out: Γ quotients, sinh, and an Euler–Maclaurin
 * sum for aligned steps at 1/√t. The paper's eq. 2 ff. are their leading terms with a = 1.
 */
import { type Complex, logGammaRatio } from "./gamma.ts";
import type { RateLaw, RatePiece } from "./rate-law.ts";

export type Direction = "aligned" | "misaligned";

/** The learning rate of update t = 1, 2, .... */
export type Rate = (t: number) => number;

const one = (direction: Direction, a: number, rate: number): number =>
	direction === "aligned" ? Math.log1p(a * rate) : Math.log1p((a * rate) ** 2) / 2;

/**
 * ln(r_t / r_0) after each number of updates in `times` (ascending) under Assumption 1, one update after the other.
 * Sums are compensated (Kahan), so that a million terms lose no digits.
 */
export function recursion(direction: Direction, a: number, rate: Rate, times: readonly number[]): number[] {
	let [sum, lost, t] = [0, 0, 0];
	return times.map((time) => {
		while (t < time) {
			const term = one(direction, a, rate(++t)) - lost;
			const next = sum + term;
			lost = next - sum - term;
			sum = next;
		}
		return sum;
	});
}

/** ln(r_t / r_0) after t updates under Assumption 1, in closed form. */
export function closedForm(direction: Direction, a: number, law: RateLaw, t: number): number {
	let sum = 0;
	for (const piece of law) if (piece.from <= t) sum += ofPiece(direction, a, piece, Math.min(t, piece.to));
	return sum;
}

/** Σ ln(1 + b·i^p), or Σ ½ln(1 + b²i^2p), for i from `from` to `last`, with b = a·scale. */
function ofPiece(direction: Direction, a: number, { from, scale, power }: RatePiece, last: number): number {
	const b = a * scale;
	const n = last - from + 1;
	if (b === 0) return 0;
	if (power === 0) return n * one(direction, a, scale);
	if (direction === "aligned") {
		if (power === -0.5) return alignedInverseSqrt(b, from, last);
		// Π(1 + b/i) = Π(i + b)/i, and Π(1 + bi) = bⁿ·Π(1/b + i).
		if (power === -1) return quotient(from, last, [b, 0]);
		return n * Math.log(b) + logGammaRatio([1 / b + from, 0], [n, 0]);
	}
	if (power === -0.5) return quotient(from, last, [b ** 2, 0]) / 2;
	// Π(1 + b²/i²) = Π|i + jb|²/i², and Π(1 + b²i²) = b²ⁿ·Π|i + j/b|², where j² = −1.
	if (power === -1) return quotient(from, last, [0, b]);
	return n * Math.log(b) + logGammaRatio([from, 1 / b], [n, 0]);
}

/** ln Π |i + shift| / i for i from `from` to `last`. */
const quotient = (from: number, last: number, shift: Complex): number =>
	logGammaRatio([last + 1, 0], shift) - logGammaRatio([from, 0], shift);

/** Σ ln(1 + b/√i) for i from `from` to `last`: the first terms themselves, the rest by Euler and Maclaurin. */
function alignedInverseSqrt(b: number, from: number, last: number): number {
	const start = Math.min(last + 1, Math.max(from, Math.ceil(64 * (1 + b * b))));
	let sum = 0;
	for (let i = from; i < start; i++) sum += Math.log1p(b / Math.sqrt(i));
	if (start > last) return sum;
	const f = (t: number) => Math.log1p(b / Math.sqrt(t));
	const integral = (t: number) => t * f(t) + b * Math.sqrt(t) - b * b * Math.log(Math.sqrt(t) + b);
	// f′ = −b / (2t(s + b)) and f‴ = −b(15s² + 21bs + 8b²) / (8t³(s + b)³), s = √t.
	const first = (t: number) => -b / (2 * t * (Math.sqrt(t) + b));
	const third = (t: number) => {
		const s = Math.sqrt(t);
		return (-b * (15 * t + 21 * b * s + 8 * b * b)) / (2 * t * (s + b)) ** 3;
	};
	return (
		sum +
		(integral(last) - integral(start)) +
		(f(start) + f(last)) / 2 +
		(first(last) - first(start)) / 12 -
		(third(last) - third(start)) / 720
	);
}

/**
 * The constant a of ‖δ‖ = a·η‖θ‖ with which the norm grows by `ratio` > 1, where `growth(a)` is ln(r_t / r_0), by
 * `closedForm` or `recursion`: its inverse, by bisection.
 */
export function stepConstantOf(ratio: number, growth: (a: number) => number): number {
	const wanted = Math.log(ratio);
	let [low, high] = [0, 1];
	while (growth(high) < wanted) high *= 2;
	for (let i = 0; i < 60; i++) {
		const middle = (low + high) / 2;
		if (growth(middle) < wanted) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/** ζ(½) and Euler's γ. */
const [zetaHalf, gammaEuler] = [-1.4603545088095868, 0.5772156649015329];

/**
 * What ln(r_t / r_1) tends to for aligned steps at η = 1/√t, r_t the norm before update t:
 * 2a√t + ζ(½)a − ½a²(ln t + γ) + O(a³). The paper keeps the first term, with a = ½: r ∝ exp(√t).
 */
export const alignedInverseSqrtAsymptote = (a: number, t: number): number =>
	2 * a * Math.sqrt(t) + zetaHalf * a - (a ** 2 / 2) * (Math.log(t) + gammaEuler);

/** What r_t / r_1 tends to for misaligned steps at η = 1/√t, r_t the norm before update t: t^(a²/2) / √Γ(1 + a²). */
export const misalignedInverseSqrtAsymptote = (a: number, t: number): number =>
	t ** (a ** 2 / 2) / Math.exp(logGammaRatio([1, 0], [a ** 2, 0]) / 2);

/** The bound of r² / r_0² for misaligned steps at η = 1/t: Π(1 + a²/i²) = sinh(πa) / (πa). */
export const misalignedInverseBound = (a: number): number => Math.sinh(Math.PI * a) / (Math.PI * a);

/**
 * The norms after each number of updates in `times` (ascending) for misaligned steps of length η·s, as Adam's, with
 * decoupled weight decay λ (θ ← (1 − ηλ)θ first): r² ← (1 − ηλ)²r² + η²s².
 */
export function fixedLength(
	initial: number,
	s: number,
	rate: Rate,
	times: readonly number[],
	weightDecay = 0,
): number[] {
	let [square, t] = [initial ** 2, 0];
	return times.map((time) => {
		while (t < time) {
			const eta = rate(++t);
			square = (1 - eta * weightDecay) ** 2 * square + (eta * s) ** 2;
		}
		return Math.sqrt(square);
	});
}

/**
 * The norms after each number of updates in `times` (ascending) for gradient descent on a scale-invariant loss,
 * ‖∇L‖ = G/r at right angles to θ: r² ← r² + η²G²/r², hence r⁴ ≈ r_0⁴ + 2G²Ση².
 */
export function scaleInvariant(initial: number, G: number, rate: Rate, times: readonly number[]): number[] {
	let [square, t] = [initial ** 2, 0];
	return times.map((time) => {
		while (t < time) square += (rate(++t) * G) ** 2 / square;
		return Math.sqrt(square);
	});
}

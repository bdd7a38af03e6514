/**
 * Learning rates that are powers of time, piece by piece: η_t = scale · t^power for from ≤ t ≤ to, t = 1, 2, ....
 *
 * Constant, 1/√t and 1/t are one piece, a linear warm-up (power 1) is one more before them, and T5's 1/√max(t, k) is
 * two. For such rates the norm's growth has closed forms (`dynamics.ts`); a run's rate at any other schedule is a
 * function of t, which the recursions take as well.
 */

export interface RatePiece {
	/** The first and the last update that it holds for, counted from 1; the last may be Infinity. */
	readonly from: number;
	readonly to: number;
	readonly scale: number;
	readonly power: 1 | 0 | -0.5 | -1;
}

/** Pieces in order of time, without gaps, the first from 1 and the last without end. */
export type RateLaw = readonly RatePiece[];

const piece = (from: number, to: number, scale: number, power: RatePiece["power"]): RatePiece => ({
	from,
	to,
	scale,
	power,
});
const forever = Number.POSITIVE_INFINITY;

export const constantRate = (rate: number): RateLaw => [piece(1, forever, rate, 0)];

/** rate / √t. */
export const inverseSqrtRate = (rate: number): RateLaw => [piece(1, forever, rate, -0.5)];

/** rate / t. */
export const inverseRate = (rate: number): RateLaw => [piece(1, forever, rate, -1)];

/** Rises in a straight line to `rate` at t = warmup and stays there. */
export const warmupConstantRate = (rate: number, warmup: number): RateLaw => [
	piece(1, warmup, rate / warmup, 1),
	piece(warmup + 1, forever, rate, 0),
];

/** Rises in a straight line to `rate` at t = warmup and falls like 1/√t from there. */
export const warmupInverseSqrtRate = (rate: number, warmup: number): RateLaw => [
	piece(1, warmup, rate / warmup, 1),
	piece(warmup + 1, forever, rate * Math.sqrt(warmup), -0.5),
];

/** 1/√max(t, k), T5's schedule with k = 10,000 (Raffel et al. 2020, §3.1.2). */
export const t5Rate = (k = 10_000): RateLaw => [
	piece(1, k, 1 / Math.sqrt(k), 0),
	piece(k + 1, forever, 1, -0.5),
];

/** The learning rate of update t = 1, 2, .... */
export function rateAt(law: RateLaw, t: number): number {
	const { scale, power } = law.find(({ to }) => t <= to)!;
	return scale * t ** power;
}

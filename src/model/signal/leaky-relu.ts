/**
 * Leaky relu, scaled so that it keeps second moments: √(2 / (1 + a²))·(x if x > 0, else a·x), with slope a in [0, 1].
 *
 * It is homogeneous, so Q(q) = q for every q and the map of cosines does not depend on q; that map has a closed form
 * (Cho & Saul 2009 for a = 0), with C′(1) = 1 at every a.
 */

/** √(2 / (1 + a²)). */
export const leakyReluScale = (slope: number): number => Math.sqrt(2 / (1 + slope ** 2));

/** The scaled leaky relu itself. */
export const leakyRelu =
	(slope: number) =>
	(x: number): number =>
		leakyReluScale(slope) * (x > 0 ? x : slope * x);

/**
 * C(c) = c + (1 − a)² / (π(1 + a²)) · (√(1 − c²) − c·arccos c). Cosines beyond ±1, as rounding leaves them, count as
 * ±1.
 */
export const leakyReluMap =
	(slope: number) =>
	(cosine: number): number => {
		const c = Math.min(1, Math.max(-1, cosine));
		const bend = (1 - slope) ** 2 / (Math.PI * (1 + slope ** 2));
		return c + bend * (Math.sqrt((1 - c) * (1 + c)) - c * Math.acos(c));
	};

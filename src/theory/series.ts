/**
 * What a series of norms and cosines says of the steps between: the law of cosines.
 *
 * Two parameter vectors of norms ρ and ρ′ with cosine c span a triangle, whose third side is the step δ = θ′ − θ:
 *
 *     ‖δ‖² = ρ² + ρ′² − 2ρρ′c        cos(θ, δ) = (ρ′c − ρ) / ‖δ‖
 *
 * The second is the *alignment* of Merrill et al. 2021 (§5, Fig. 5). Both are of the difference between two
 * measured points, not of one optimizer step.
 */

export interface Step {
	/** ‖θ′ − θ‖. */
	readonly size: number;
	/** cos(θ, θ′ − θ); undefined for a step of length 0. */
	readonly alignment: number | undefined;
}

/** The step between two parameter vectors of the given norms and cosine. */
export function stepBetween(before: number, after: number, cosine: number): Step {
	// (ρ − ρ′)² + 2ρρ′(1 − c): the same as above, without cancellation between near-equal norms.
	const size = Math.sqrt(Math.max(0, (after - before) ** 2 + 2 * before * after * (1 - cosine)));
	return { size, alignment: size === 0 ? undefined : (after * cosine - before) / size };
}

/**
 * The two parts of ρ′² − ρ² = 2θᵀδ + ‖δ‖²: what the step adds to the squared norm by going along the parameters
 * (`radial`), and by its length (`squared`).
 */
export function contributions(before: number, after: number, cosine: number) {
	const { size } = stepBetween(before, after, cosine);
	return { radial: (after - before) * (after + before) - size ** 2, squared: size ** 2 };
}

/**
 * 1 − cos of two vectors from their squared norms and squared distance; 0 where a norm is. Exact where they are equal:
 *
 *     1 − cos(θ, θ') = (‖θ − θ'‖² − (‖θ‖ − ‖θ'‖)²) / (2 ‖θ‖ ‖θ'‖)
 */
export function oneMinusCosine(squared: number, otherSquared: number, squaredDistance: number): number {
	const product = 2 * Math.sqrt(squared * otherSquared);
	if (!(product > 0)) return 0;
	return (squaredDistance - (Math.sqrt(squared) - Math.sqrt(otherSquared)) ** 2) / product;
}

/** Norm of a vector whose parts have these norms. */
export const jointNorm = (parts: readonly number[]): number => Math.hypot(...parts);

/** Cosine of two vectors from the norms and cosines of their parts. */
export function jointCosine(
	before: readonly number[],
	after: readonly number[],
	cosines: readonly number[],
): number {
	const inner = before.reduce((total, norm, i) => total + norm * after[i]! * cosines[i]!, 0);
	return inner / (jointNorm(before) * jointNorm(after));
}

/**
 * The share of ‖θ_T‖² − ‖θ_0‖² that is Σ‖δ‖², the rest being 2Σθᵀδ: 1 if every step is at right angles to the
 * parameters, as the misaligned dynamics of §5 supposes.
 */
export function misalignedShare(norms: readonly number[], steps: readonly Step[]): number {
	const growth = norms.at(-1)! ** 2 - norms[0]! ** 2;
	return steps.reduce((total, { size }) => total + size ** 2, 0) / growth;
}

/**
 * Which measured steps (ascending) lie at equal distances: the multiples of the commonest distance, and the last. Of a
 * series that begins elsewhere (250, 750, 1250, …), those with the commonest remainder.
 * Schedules measure densely at first; a fit over all points would weigh the first steps of training most.
 */
export function evenlySpaced(steps: readonly number[]): number[] {
	const distance = commonestDistance(steps);
	const counts = new Map([[0, 0]]);
	for (const step of steps) counts.set(step % distance, (counts.get(step % distance) ?? 0) + 1);
	const [remainder] = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best));
	return steps.filter((step, i) => step % distance === remainder || i === steps.length - 1);
}

/** The steps whose predecessor in the list is at the commonest distance: comparable with each other. */
export function equallyDistant(steps: readonly number[]): number[] {
	const distance = commonestDistance(steps);
	return steps.filter((step, i) => i > 0 && step - steps[i - 1]! === distance);
}

/** The distance between neighbours that occurs most often; of several, the longest. */
function commonestDistance(steps: readonly number[]): number {
	const counts = new Map<number, number>();
	for (const [i, step] of steps.entries())
		if (i > 0) counts.set(step - steps[i - 1]!, (counts.get(step - steps[i - 1]!) ?? 0) + 1);
	const ranked = [...counts].sort(([d1, n1], [d2, n2]) => n2 - n1 || d2 - d1);
	return ranked[0]?.[0] ?? 1;
}

/** The middle of a list; of an even number of values the mean of the two in the middle. NaN of an empty list. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = (sorted.length - 1) / 2;
	return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

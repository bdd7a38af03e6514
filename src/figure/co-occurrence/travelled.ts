/**
 * How far a flow has come in the time of the idealised equations, τ = ∫κdt: they suppose a constant speed κ, a flow's
 * grows. On this scale theory and measurement differ only by what the theory leaves out.
 */
import type { Row } from "../figure.ts";
import { clockOf, flowRows, numberAt } from "./flow-rows.ts";

/** ∫κdt from the first row of a flow to each, by trapezoids, in order of time. */
export function travelled(rows: readonly Row[], run: string): Map<Row, number> {
	const sums = new Map<Row, number>();
	let sum = 0;
	let before: Row | undefined;
	for (const row of flowRows(rows, run)) {
		const [time, kappa] = [numberAt(row, "flow/time"), numberAt(row, "flow/kappa")];
		if (time === undefined || kappa === undefined) continue;
		if (before)
			sum += ((time - numberAt(before, "flow/time")!) * (kappa + numberAt(before, "flow/kappa")!)) / 2;
		sums.set(row, sum);
		before = row;
	}
	return sums;
}

/** Points of theory at τ, moved to the κ₀t at which the flow has come as far; those beyond its end are left out. */
export function atItsPace<T extends { readonly time: number }>(
	points: readonly T[],
	way: ReadonlyMap<Row, number>,
): (T & { readonly clock: number })[] {
	const course = [...way].map(([row, distance]) => ({ clock: clockOf(row), distance }));
	return points.flatMap((point) => {
		const i = course.findIndex(({ distance }) => distance >= point.time);
		const [after, before] = [course[i], course[i - 1]];
		if (!after || !before) return [];
		const share = (point.time - before.distance) / (after.distance - before.distance);
		return [{ ...point, clock: before.clock + share * (after.clock - before.clock) }];
	});
}

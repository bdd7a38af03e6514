/** The path of some tensors through a series, as lengths: how far from one checkpoint to the next, and where they are. */
import type { TensorSeries } from "../series-measure.ts";

/** From one checkpoint to the next that differs. */
export interface Move {
	/** Indices of the steps. Of several identical checkpoints the last is left and the first is reached. */
	readonly from: number;
	readonly to: number;
	/** ‖δ‖. */
	readonly length: number;
	/** ‖δ‖ over the larger norm of the two. */
	readonly share: number;
	/** Where `to` is: log ‖θ‖, and log ‖θ − θ₀‖. */
	readonly levels: readonly [number, number];
}

/** Values that are not finite, and tensors that are not there, count as nothing. */
export function movesOf(tensors: readonly TensorSeries[], count: number): Move[] {
	const sumAt = (i: number, key: "squared" | "squaredStep" | "squaredDistance") =>
		sum(tensors.map(({ measures }) => measures[i]?.[key]));
	const moves: Move[] = [];
	let from = 0;
	let before = sumAt(0, "squared");
	for (let to = 1; to < count; to++) {
		const now = sumAt(to, "squared");
		const squared = sumAt(to, "squaredStep");
		if (squared > 0)
			moves.push({
				from,
				to,
				length: Math.sqrt(squared),
				share: Math.sqrt(squared / Math.max(before, now)),
				levels: [Math.log(now) / 2, Math.log(sumAt(to, "squaredDistance")) / 2],
			});
		before = now;
		from = to;
	}
	return moves;
}

function sum(values: readonly (number | undefined)[]): number {
	let total = 0;
	for (const value of values) if (value !== undefined && Number.isFinite(value)) total += value;
	return total;
}

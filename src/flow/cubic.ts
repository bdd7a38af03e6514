/** The cubic that has given values and slopes at both ends of a step (Hermite's): dense output of fixed-step methods. */
export function cubic(
	theta: number,
	h: number,
	before: Float64Array,
	after: Float64Array,
	slopeBefore: Float64Array,
	slopeAfter: Float64Array,
): Float64Array {
	const rest = 1 - theta;
	return Float64Array.from(before, (value, i) => {
		const change = after[i]! - value;
		const bend = h * slopeBefore[i]! - change;
		const twist = h * slopeAfter[i]! - change;
		return value + theta * (change + rest * (rest * bend - theta * twist));
	});
}

/** What a trajectory is asked most often: its end, and its states at given times. */
import { UserError } from "../error.ts";
import type { Trajectory, Work } from "./field.ts";

export interface End {
	readonly time: number;
	readonly state: Float64Array;
	readonly work: Work;
}

/** Follows a trajectory to its end. Throws UserError if it has no step. */
export function endOf(trajectory: Trajectory): End {
	let last: { time: number; state: Float64Array } | undefined;
	for (let next = trajectory.next(); ; next = trajectory.next()) {
		if (!next.done) last = { time: next.value.end, state: next.value.after };
		else if (last) return { time: last.time, state: last.state.slice(), work: next.value };
		else
			throw new UserError("Expected a trajectory of at least one step, got none. End later than it starts.");
	}
}

/**
 * The states at these times, which ascend from the start of the trajectory to its end, to the full accuracy of the
 * method: each costs a step of its own. Throws UserError for a time that the trajectory does not reach.
 */
export function* statesAt(
	trajectory: Trajectory,
	times: readonly number[],
): Generator<{ time: number; state: Float64Array }, void, void> {
	let at = 0;
	for (const step of trajectory)
		for (; at < times.length && times[at]! <= step.end; at++)
			yield { time: times[at]!, state: step.restep(times[at]!) };
	if (at < times.length)
		throw new UserError(
			`Expected \`times\` to lie within the trajectory, got ${times[at]}, after its end. Integrate further.`,
		);
}

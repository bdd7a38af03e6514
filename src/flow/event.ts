/**
 * Where a function of the state crosses 0 along a trajectory: phase boundaries as roots, not as grid points.
 *
 *     value   ·                       the step's ends and a few points between are looked at;
 *               ·        ·            a dip towards 0 between them is looked at once more, at the bottom of its parabola;
 *     0 ──────────\────/─────────     each change of sign is closed in upon along the dense output,
 *                   ·                 then polished on states of the method's full accuracy
 */
import type { Step } from "./field.ts";
import { rootBetween } from "./root.ts";

export interface EventFunction {
	readonly name: string;
	/**
	 * Continuous along the trajectory; NaN where it is not defined, and then it does not cross. Must not keep the state.
	 * At one point all events are asked one after the other, with the same array.
	 */
	value(time: number, state: Float64Array): number;
	readonly direction: "up" | "down" | "either";
}

export interface Crossing {
	readonly name: string;
	readonly direction: "up" | "down";
	readonly time: number;
	/** The state there, to the full accuracy of the method. */
	readonly state: Float64Array;
}

/**
 * All crossings of these events within a step, in order of time. A value that comes to 0 has crossed; one that starts
 * from 0 has not. `interior` points between the ends are looked at, default 3; of descent, whose steps are straight,
 * none is needed.
 */
export function crossings(step: Step, events: readonly EventFunction[], interior = 3): Crossing[] {
	if (events.length === 0) return [];
	const samples = samplesOf(step, events, interior);
	return events.flatMap((event, e) => crossingsOf(step, event, samples[e]!)).sort((a, b) => a.time - b.time);
}

interface Sample {
	readonly time: number;
	readonly value: number;
}

/** Of each event, its values at the ends of the step and between. */
function samplesOf(step: Step, events: readonly EventFunction[], interior: number): Sample[][] {
	const samples = events.map((): Sample[] => []);
	for (let i = 0; i <= interior + 1; i++) {
		const isLast = i === interior + 1;
		const time = isLast ? step.end : step.start + ((step.end - step.start) * i) / (interior + 1);
		const state = i === 0 ? step.before : isLast ? step.after : step.at(time);
		for (const [e, event] of events.entries()) samples[e]!.push({ time, value: event.value(time, state) });
	}
	return samples;
}

function crossingsOf(step: Step, event: EventFunction, samples: readonly Sample[]): Crossing[] {
	const valueAt = (time: number) => event.value(time, step.at(time));
	const found: Crossing[] = [];
	let last: Sample | undefined;
	for (const next of withDips(samples, valueAt)) {
		const direction = last && directionOf(last.value, next.value);
		if (last && direction && (event.direction === "either" || event.direction === direction)) {
			const root = rootBetween(valueAt, last.time, next.time);
			found.push({ name: event.name, direction, ...polished(step, event, root) });
		}
		last = next;
	}
	return found;
}

function directionOf(before: number, after: number): "up" | "down" | undefined {
	if (before < 0 && after >= 0) return "up";
	return before > 0 && after <= 0 ? "down" : undefined;
}

/** The samples, and the bottom of each dip towards 0 that three of them outline. */
function withDips(samples: readonly Sample[], valueAt: (time: number) => number): Sample[] {
	const bottoms = samples.slice(2).flatMap((right, i): Sample[] => {
		const left = samples[i]!;
		const middle = samples[i + 1]!;
		const sign = Math.sign(middle.value);
		const bend = left.value - 2 * middle.value + right.value;
		const isHollow = sign * left.value > 0 && sign * right.value > 0 && sign * bend > 0;
		if (!isHollow) return [];
		const half = (right.time - left.time) / 2;
		const time = middle.time + (half * (left.value - right.value)) / (2 * bend);
		return time > left.time && time < right.time ? [{ time, value: valueAt(time) }] : [];
	});
	return [...samples, ...bottoms].sort((a, b) => a.time - b.time);
}

/** A root of the dense output made one of the method itself, by secants. */
function polished(step: Step, event: EventFunction, root: number): { time: number; state: Float64Array } {
	const { start, end } = step;
	const away = 1e-3 * (end - start);
	let previous = root + away <= end ? root + away : root - away;
	let previousValue = event.value(previous, step.restep(previous));
	let best = { time: root, state: step.restep(root) };
	let bestValue = event.value(root, best.state);
	for (let i = 0; i < 8 && bestValue !== 0; i++) {
		const slope = (bestValue - previousValue) / (best.time - previous);
		const time = Math.min(end, Math.max(start, best.time - bestValue / slope));
		if (!Number.isFinite(time) || time === best.time) break;
		const state = step.restep(time);
		const value = event.value(time, state);
		// Where it no longer comes nearer, rounding is reached.
		if (!(Math.abs(value) < Math.abs(bestValue))) break;
		previous = best.time;
		previousValue = bestValue;
		best = { time, state };
		bestValue = value;
	}
	return best;
}

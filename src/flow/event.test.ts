import fc from "fast-check";
import { expect, test } from "vitest";
import { descent } from "./descent.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { type Crossing, crossings, type EventFunction } from "./event.ts";
import type { Trajectory, VectorField } from "./field.ts";

const oscillator: VectorField = (_, [x, v], out) => out.set([v!, -x!]);
/** Time itself: one step goes anywhere. */
const clock: VectorField = (_, __, out) => out.fill(1);

const event = (
	value: EventFunction["value"],
	direction: EventFunction["direction"] = "either",
	name = "zero",
): EventFunction => ({ name, value, direction });

function collect(trajectory: Trajectory, ...events: EventFunction[]): Crossing[] {
	const found: Crossing[] = [];
	for (const step of trajectory) found.push(...crossings(step, events));
	return found;
}

const oneStep = (from: number, to: number): Trajectory =>
	dormandPrince(clock, Float64Array.of(from), { from, to, firstStep: to - from });

test("the zeros of a cosine of any frequency and phase are all found, to 1e-9 of their place, up and down in turn", () => {
	fc.assert(
		fc.property(
			fc.double({ min: 0.1, max: 10, noNaN: true }),
			fc.double({ min: -3, max: 3, noNaN: true }),
			(frequency, phase) => {
				const field: VectorField = (_, [x, v], out) => out.set([frequency * v!, -frequency * x!]);
				const state = Float64Array.of(Math.cos(phase), -Math.sin(phase));
				const found = collect(
					dormandPrince(field, state, { to: 10, relativeTolerance: 1e-11 }),
					event((_, [x]) => x!),
				);
				const zeros: number[] = [];
				for (let k = -2; k < 40; k++) {
					const time = ((k + 0.5) * Math.PI - phase) / frequency;
					if (time > 1e-9 && time < 10 - 1e-9) zeros.push(time);
				}
				expect(found).toHaveLength(zeros.length);
				for (const [i, { time, state, direction }] of found.entries()) {
					expect(Math.abs(time - zeros[i]!)).toBeLessThan(1e-9);
					expect(Math.abs(state[0]!)).toBeLessThan(1e-13);
					expect(direction).toBe(state[1]! > 0 ? "up" : "down");
				}
			},
		),
		{ numRuns: 40 },
	);
});

test("two crossings within one step are both found, however near to each other", () => {
	fc.assert(
		fc.property(
			fc.double({ min: 1, max: 9, noNaN: true }),
			fc.double({ min: 1e-6, max: 1, noNaN: true }),
			(centre, half) => {
				const found = collect(
					oneStep(0, 10),
					event((time) => (time - centre) ** 2 - half ** 2),
				);
				expect(found.map(({ direction }) => direction)).toEqual(["down", "up"]);
				expect(found[0]!.time).toBeCloseTo(centre - half, 8);
				expect(found[1]!.time).toBeCloseTo(centre + half, 8);
			},
		),
	);
});

test("only crossings of the direction asked for are given, those of several events in order of time", () => {
	const found = collect(
		dormandPrince(oscillator, Float64Array.of(0, 1), { to: 10 }),
		event((_, [x]) => x!, "down", "x falls"),
		event((_, [, v]) => v!, "up", "v rises"),
	);
	expect(found.map(({ name, time }) => `${name} at ${(time / Math.PI).toFixed(4)}π`)).toEqual([
		"x falls at 1.0000π",
		"v rises at 1.5000π",
		"x falls at 3.0000π",
	]);
});

test("a crossing is a state of the method, not of its dense output: a loose tolerance leaves its own error only", () => {
	const tolerance = { relativeTolerance: 1e-3, to: 1.7 };
	const [found] = collect(
		dormandPrince(oscillator, Float64Array.of(1, 0), tolerance),
		event((_, [x]) => x!),
	);
	// Integrated to just that time, in the same steps before, the state is the same.
	let within: Float64Array | undefined;
	for (const step of dormandPrince(oscillator, Float64Array.of(1, 0), tolerance))
		if (step.start < found!.time && found!.time <= step.end) within = step.restep(found!.time);
	expect(found!.state).toEqual(within);
	expect(Math.abs(found!.state[0]!)).toBeLessThan(1e-14);
});

test("a value that starts from 0 has not crossed, one that comes to 0 at the end of a step has, once", () => {
	const value = event((time) => time - 5);
	expect(collect(oneStep(5, 6), value)).toEqual([]);
	const twoSteps = [...collect(oneStep(4, 5), value), ...collect(oneStep(5, 6), value)];
	expect(twoSteps.map(({ time, direction }) => ({ time, direction }))).toEqual([
		{ time: 5, direction: "up" },
	]);
});

test("where a value is NaN it does not cross", () => {
	expect(
		collect(
			oneStep(0, 10),
			event((time) => (time < 4.5 ? -1 : time < 5.5 ? Number.NaN : 1)),
		),
	).toEqual([]);
});

test("of descent the crossing of the straight line between two steps is found", () => {
	const found: Crossing[] = [];
	const quadratic: VectorField = (_, [y], out) => out.set([-y!]);
	for (const step of descent(quadratic, Float64Array.of(1), { rate: 0.5, steps: 4 }))
		found.push(...crossings(step, [event((_, [y]) => y! - 0.375)], 0));
	// From 0.5 at time 0.5 to 0.25 at time 1.
	expect(found.map(({ time, state }) => [time, state[0]])).toEqual([[0.75, 0.375]]);
});

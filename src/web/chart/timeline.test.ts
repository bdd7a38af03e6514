import { get } from "svelte/store";
import { afterEach, expect, test, vi } from "vitest";
import { Timeline } from "./timeline.ts";

const steps = [0, 1, 4, 16, 100, 225, 400];
const clockOf = (timeline: Timeline, name = "step") =>
	get(timeline).clocks.find((clock) => clock.name === name)!;

function timelineOf(times: readonly number[] = steps) {
	const timeline = new Timeline();
	const figure = {};
	timeline.register(figure, "step", times, "sqrt");
	return { timeline, figure };
}

afterEach(() => vi.useRealTimers());

test("a clock has the times of all its figures, ascending and once each, and goes with the last of them", () => {
	const { timeline, figure } = timelineOf([0, 10, 20]);
	const other = {};
	timeline.register(other, "step", [5, 10, 15], "band");
	timeline.register({}, "κ₀t", [0.1, 1], "log");
	expect(clockOf(timeline).times).toEqual([0, 5, 10, 15, 20]);
	expect(clockOf(timeline).kind).toBe("sqrt");
	timeline.remove(figure);
	expect(clockOf(timeline).times).toEqual([5, 10, 15]);
	timeline.remove(other);
	expect(get(timeline).clocks.map(({ name }) => name)).toEqual(["κ₀t"]);
});

test("a figure that shows more replaces what it has shown, and a play-head at the end stays at the end", () => {
	const { timeline, figure } = timelineOf([0, 10]);
	timeline.register(figure, "step", [0, 10, 20], "sqrt");
	expect(clockOf(timeline)).toMatchObject({ times: [0, 10, 20], head: undefined });
});

test("a play-head put somewhere before any figure is drawn stands there when one is", () => {
	const timeline = new Timeline();
	timeline.move("step", 100);
	timeline.register({}, "step", steps, "sqrt");
	expect(clockOf(timeline).head).toBe(100);
	timeline.reset();
	expect(clockOf(timeline).head).toBeUndefined();
});

test("an arrow leads to the next measured time, a large step about a tenth of the axis further, the end to the end", () => {
	const { timeline } = timelineOf();
	timeline.nudge(-1);
	expect(clockOf(timeline).head).toBe(225);
	timeline.nudge(-1);
	expect(clockOf(timeline).head).toBe(100);
	timeline.nudge(1);
	timeline.nudge(1);
	expect(clockOf(timeline).head).toBeUndefined();
	timeline.nudge(1);
	expect(clockOf(timeline).head).toBeUndefined();
	const dense = timelineOf(Array.from({ length: 1001 }, (_, step) => step)).timeline;
	dense.nudge(-1, true);
	// (0.9)² of 1000.
	expect(clockOf(dense).head).toBe(810);
	dense.nudge(-1);
	expect(clockOf(dense).head).toBe(792);
});

test("it plays from the beginning to the end in twelve seconds, evenly on the axis, and then stands at the end", () => {
	vi.useFakeTimers();
	const { timeline } = timelineOf();
	timeline.toggle();
	expect(get(timeline).playing).toBe("step");
	expect(clockOf(timeline).head).toBe(0);
	vi.advanceTimersByTime(6000);
	expect(clockOf(timeline).head).toBeCloseTo(100, 6);
	vi.advanceTimersByTime(6100);
	expect(get(timeline).playing).toBeUndefined();
	expect(clockOf(timeline).head).toBeUndefined();
});

test("a pause holds it where it is, and a hand on the play-head stops it", () => {
	vi.useFakeTimers();
	const { timeline } = timelineOf();
	timeline.toggle();
	vi.advanceTimersByTime(3000);
	timeline.toggle();
	const { head } = clockOf(timeline);
	// Of a step half done nothing can be shown, and the address would round it.
	expect(head).toSatisfy(Number.isInteger);
	vi.advanceTimersByTime(3000);
	expect(clockOf(timeline).head).toBe(head);
	timeline.toggle();
	timeline.move("step", 16.3);
	vi.advanceTimersByTime(3000);
	expect(clockOf(timeline).head).toBe(16);
});

test("a run that grows while it plays is played to its new end", () => {
	vi.useFakeTimers();
	const { timeline, figure } = timelineOf();
	timeline.toggle();
	vi.advanceTimersByTime(3000);
	timeline.register(figure, "step", [...steps, 1600], "sqrt");
	vi.advanceTimersByTime(20_000);
	expect(get(timeline).playing).toBeUndefined();
	expect(clockOf(timeline).head).toBeUndefined();
});

test("figures and runs that have one time only have nothing to play", () => {
	const { timeline } = timelineOf([0]);
	timeline.toggle();
	timeline.nudge(1);
	expect(get(timeline).playing).toBeUndefined();
	expect(new Timeline().clocks).toEqual([]);
});

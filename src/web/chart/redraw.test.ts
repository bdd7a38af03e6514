import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Redraw } from "./redraw.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A figure that takes some milliseconds to draw. */
function redrawOf(cost = 0) {
	const idle: (() => void)[] = [];
	const draw = vi.fn(() => void vi.setSystemTime(Date.now() + cost) ?? vi.advanceTimersByTime(cost));
	return { draw, idle, redraw: new Redraw(draw, (work) => idle.push(work)) };
}

test("in view it is drawn at once, and many changes within a pause are drawn once after it", () => {
	const { draw, redraw } = redrawOf();
	redraw.setVisible(true);
	redraw.request();
	vi.advanceTimersByTime(0);
	expect(draw).toHaveBeenCalledTimes(1);
	for (let i = 0; i < 50; i++) redraw.request();
	vi.advanceTimersByTime(190);
	expect(draw).toHaveBeenCalledTimes(1);
	vi.advanceTimersByTime(20);
	expect(draw).toHaveBeenCalledTimes(2);
	vi.advanceTimersByTime(5000);
	expect(draw).toHaveBeenCalledTimes(2);
});

test("out of view it is drawn first in idle time, and again only when it comes into view", () => {
	const { draw, idle, redraw } = redrawOf();
	redraw.request();
	vi.advanceTimersByTime(5000);
	expect(draw).not.toHaveBeenCalled();
	for (const work of idle.splice(0)) work();
	expect(draw).toHaveBeenCalledTimes(1);
	redraw.request();
	vi.advanceTimersByTime(5000);
	expect([idle.length, draw.mock.calls.length]).toEqual([0, 1]);
	redraw.setVisible(true);
	vi.advanceTimersByTime(300);
	expect(draw).toHaveBeenCalledTimes(2);
});

test("a figure that is slow to draw leaves the page four fifths of its time", () => {
	const { draw, redraw } = redrawOf(300);
	redraw.setVisible(true);
	const begin = Date.now();
	for (let i = 0; i < 1000; i++) {
		redraw.request();
		vi.advanceTimersByTime(10);
	}
	expect((draw.mock.calls.length * 300) / (Date.now() - begin)).toBeLessThan(0.25);
	expect(draw.mock.calls.length).toBeGreaterThan(3);
});

test("a download has what is there now, and a figure that is gone is not drawn any more", () => {
	const { draw, redraw } = redrawOf();
	redraw.request();
	redraw.flush();
	redraw.flush();
	expect(draw).toHaveBeenCalledTimes(1);
	redraw.setVisible(true);
	redraw.request();
	redraw.stop();
	vi.advanceTimersByTime(5000);
	expect(draw).toHaveBeenCalledTimes(1);
});

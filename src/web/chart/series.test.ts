import fc from "fast-check";
import { expect, test } from "vitest";
import { nearest, placesOf, pointAt, seriesOf, shownBy } from "./series.ts";

test("every column of a run is a series, named by what tells it apart", () => {
	const rows = [
		{ run: "pre", step: 0, a: 1, b: 2 },
		{ run: "pre", step: 10, a: 3 },
		{ run: "post", step: 5, a: 4 },
	];
	const series = seriesOf(rows, "step");
	expect(series.map(({ label, points }) => [label, points.length])).toEqual([
		["pre, a", 2],
		["pre, b", 1],
		["post, a", 1],
	]);
	expect(placesOf(series)).toEqual([0, 5, 10]);
	expect(shownBy(series, { values: ["a"], where: { run: "pre" } }).map(({ label }) => label)).toEqual([
		"pre, a",
	]);
	expect(seriesOf(rows, "x")).toEqual([]);
	expect(seriesOf([{ step: 1, loss: 2 }], "step")[0]!.label).toBe("loss");
});

test("numbers that only tell curves apart, such as seeds, are no values where the drawing says so", () => {
	const rows = [1, 2].flatMap((curve) =>
		[3, 1].map((x) => ({ panel: "", series: "a", curve, x, y: x * curve })),
	);
	const series = seriesOf(rows, "x", ["y"]);
	expect(series.map(({ label }) => label)).toEqual(["a, 1", "a, 2"]);
	expect(series[1]!.points).toEqual([
		{ at: 1, value: 2 },
		{ at: 3, value: 6 },
	]);
});

test("a reading is that of the last point at or before the time; before the first there is none", () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 1 }),
			fc.integer({ min: -5, max: 210 }),
			(times, at) => {
				const [series] = seriesOf(
					times.map((step) => ({ run: "a", step, value: 2 * step })),
					"step",
				);
				const expected = Math.max(...times.filter((time) => time <= at));
				expect(pointAt(series!, at)?.at).toBe(Number.isFinite(expected) ? expected : undefined);
			},
		),
	);
});

test("the nearest place is nearest on the axis, not in steps", () => {
	expect(nearest([0, 100, 400], Math.sqrt(225), Math.sqrt)).toBe(100);
	expect(nearest([0, 100, 400], Math.sqrt(226), Math.sqrt)).toBe(400);
	expect(nearest([], 1, Math.sqrt)).toBeUndefined();
	expect(nearest([5], -100, Number)).toBe(5);
});

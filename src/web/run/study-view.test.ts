import { expect, test } from "vitest";
import type { Entry } from "../../query/entry.ts";
import { mostShown, nameWithin, shownRuns } from "./study-view.ts";

const runs = Array.from(
	{ length: 9 },
	(_, i): Entry => ({
		path: `study/${i}`,
		kind: "training",
		hasReport: false,
		changed: 0,
		...(i > 0 && { step: 0 }),
	}),
);
const numbers = (entries: readonly Entry[]) => entries.map(({ path }) => Number(path.split("/")[1]));

test("a run is called by its place in the study", () => {
	expect(nameWithin("a/study", "a/study/sweep/cells/1f")).toBe("sweep/cells/1f");
	expect(nameWithin("", "pre")).toBe("pre");
	expect(nameWithin("a/stud", "a/study/pre")).toBe("a/study/pre");
});

test("chosen runs are shown in the study's order, and without a choice those that began, as many as there are colours", () => {
	expect(numbers(shownRuns(runs, ["study/7", "study/2", "gone"]))).toEqual([2, 7]);
	expect(numbers(shownRuns(runs, ["gone"]))).toEqual([1, 2, 3, 4, 5, 6]);
	expect(
		shownRuns(
			runs,
			runs.map(({ path }) => path),
		),
	).toHaveLength(mostShown);
});

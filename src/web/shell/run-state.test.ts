import { expect, test } from "vitest";
import { describeProgress, shareDone } from "./run-state.ts";

test.each([
	[{ kind: "training", step: 120, steps: 1200 }, "120 of 1,200"],
	[{ kind: "training", step: 1200, steps: 1200 }, "1,200 steps"],
	[{ kind: "flow", step: 7 }, "7 steps"],
	[{ kind: "sweep", step: 12, steps: 40 }, "12 of 40 cells"],
	[{ kind: "sweep", steps: 40 }, "40 cells"],
	[{ kind: "series", step: 143_000 }, "to step 143,000"],
	[{ kind: "study" }, ""],
] as const)("%j is told as %j", (entry, words) => expect(describeProgress(entry)).toBe(words));

test("the share that is done is between 0 and 1, and none where nothing is counted", () => {
	expect(shareDone({ step: 3, steps: 12 })).toBe(0.25);
	expect(shareDone({ step: 13, steps: 12 })).toBe(1);
	expect([shareDone({ steps: 12 }), shareDone({ step: 0, steps: 0 })]).toEqual([undefined, undefined]);
});

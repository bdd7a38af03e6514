import { expect, test } from "vitest";
import { emptyRecord, type LabRecord } from "../lab-record.ts";
import { readPlay } from "../play-state.ts";
import { normGrowth } from "./norm-growth.ts";

/** Steps of length 2η at right angles, from the norm 10. */
const recordOf = (query: string): LabRecord => ({
	...emptyRecord(1, readPlay(new URLSearchParams(query)).config, "pre"),
	rows: [25, 50, 75, 100].map((step) => ({
		run: "pre",
		step,
		"dyn/norm.encoder": 10,
		"dyn/squared_step.encoder": 0.01 ** 2 * 4,
		"dyn/radial.encoder": 0,
		"optim/lr": 0.01,
	})),
});
const end = (query: string) =>
	normGrowth
		.facts(recordOf(`learningRate=0.01&weightDecay=0.1&${query}`))
		.find(({ name }) => /decay/.test(name));

test("where decay ends growth: √(η/2λ) times what one gradient moves, for AdamW at a constant rate", () => {
	// s = 2, and momentum .9 makes it √19 times as long; 1/(2·.01·.1) steps.
	expect(Number(/= ([\d.]+)/.exec(end("")!.predicted!)![1])).toBeCloseTo(
		2 * Math.sqrt(19) * Math.sqrt(0.05),
		2,
	);
	expect(end("")!.predicted).toContain("500 steps");
	expect(end("schedule=cosine")).toBeUndefined();
	expect(end("optimizer=sgd")).toBeUndefined();
});

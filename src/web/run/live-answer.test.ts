import { get } from "svelte/store";
import { expect, test } from "vitest";
import type { Entry } from "../../query/entry.ts";
import { LiveAnswer } from "./live-answer.ts";

const entry = (changed: number): Entry => ({ path: "a", kind: "sweep", hasReport: false, changed });
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

test("many changes are few questions, the last of them after the last change", async () => {
	let now = 0;
	const asked: number[] = [];
	const live = new LiveAnswer(async () => {
		asked.push(now);
		return now;
	}, 60);
	const first = entry(0);
	live.follow("a", [first]);
	await pause(20);
	live.follow("a", [first]);
	for (now = 1; now <= 10; now++) {
		live.follow("a", [entry(now)]);
		await pause(5);
	}
	now = 10;
	await pause(120);
	expect(asked.length).toBeLessThanOrEqual(3);
	expect(get(live)).toEqual({ answer: 10 });
	live.stop();
});

test("what cannot be answered is said, beside the last answer", async () => {
	let isBroken = false;
	const live = new LiveAnswer(async () => {
		if (isBroken) throw new Error("Expected a sweep.");
		return 1;
	}, 1);
	live.follow("a", [entry(0)]);
	await pause(20);
	isBroken = true;
	live.follow("a", [entry(1)]);
	await pause(30);
	expect(get(live)).toEqual({ answer: 1, problem: "Expected a sweep." });
});

import { expect, test } from "vitest";
import { emptyRecord, type LabRecord, received, standingAt } from "./lab-record.ts";
import type { FromWorker } from "./worker/protocol.ts";

const after = (...messages: FromWorker[]): LabRecord => messages.reduce(received, emptyRecord(3, {}, "pre"));
const signals = (step: number): FromWorker => ({
	type: "signals",
	lab: 3,
	step,
	rows: [],
	kernels: [],
	notes: [],
});

test("rows take the run's name, in the order of their coming; what another lab says is dropped", () => {
	const { rows, step, state, tokensPerSecond } = after(
		{ type: "rows", lab: 3, rows: [{ step: 0, "train/loss": 4 }] },
		{ type: "rows", lab: 2, rows: [{ step: 9, "train/loss": 1 }] },
		{ type: "rows", lab: 3, rows: [{ step: 1, "train/loss": 3 }] },
		{ type: "state", lab: 3, state: "playing", step: 2, tokensPerSecond: 100 },
		{ type: "failed", lab: 2, message: "gone", user: false },
	);
	expect(rows).toEqual([
		{ run: "pre", step: 0, "train/loss": 4 },
		{ run: "pre", step: 1, "train/loss": 3 },
	]);
	expect([state, step, tokensPerSecond]).toEqual(["playing", 2, 100]);
});

test("of many pictures some stay, the first and the last among them, and the play-head finds the one before it", () => {
	const steps = Array.from({ length: 500 }, (_, i) => i);
	const { signals: kept } = after(...steps.map(signals));
	expect(kept.length).toBeLessThanOrEqual(40);
	expect(kept[0]!.step).toBe(0);
	expect(kept.at(-1)!.step).toBe(499);
	expect(standingAt(kept, undefined)!.step).toBe(499);
	expect(standingAt(kept, 250)!.step).toBeLessThanOrEqual(250);
	expect(standingAt(kept, -1)!.step).toBe(0);
	expect(standingAt([], 3)).toBeUndefined();
});

test("a failure says whose it is", () => {
	expect(after({ type: "failed", lab: 3, message: "Expected …", user: true })).toMatchObject({
		state: "failed",
		isBug: false,
		message: "Expected …",
	});
	expect(after({ type: "failed", lab: 3, message: "null", user: false }).isBug).toBe(true);
});

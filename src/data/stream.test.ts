import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../error.ts";
import type { Split } from "./split.ts";
import { streamBatches } from "./stream.ts";

/** Tokens that are their own positions, so that a batch shows where it was cut from. */
const positions = (length: number): Int32Array => Int32Array.from({ length }, (_, i) => i);

const open = (train: number, validation: number, batch = 2, context = 3, seed = 0) =>
	streamBatches(
		new Map<Split, Int32Array>([
			["train", positions(train)],
			["validation", positions(validation)],
		]),
		{ batch, context, seed },
	);

const rows = (tokens: Int32Array, context: number): number[][] =>
	Array.from({ length: tokens.length / (context + 1) }, (_, row) => [
		...tokens.subarray(row * (context + 1), (row + 1) * (context + 1)),
	]);

describe("training on a stream", () => {
	it("sees windows of consecutive tokens, from the first token to the last", () => {
		const [train, context] = [12, 3];
		const batches = open(train, train, 4, context);
		const starts = new Set<number>();
		for (let step = 0; step < 100; step++) {
			for (const row of rows(batches.trainBatch(step).tokens, context)) {
				expect(row).toEqual([0, 1, 2, 3].map((i) => row[0]! + i));
				starts.add(row[0]!);
			}
		}
		expect([...starts].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
	});

	it("gives a step the same batch in any order of asking, and in a program started anew", () => {
		const inOrder = open(1000, 10);
		const expected = [0, 1, 2, 3].map((step) => inOrder.trainBatch(step));
		const resumed = open(1000, 10);
		resumed.evaluationBatches("train");
		expect([3, 1, 2, 0].map((step) => resumed.trainBatch(step))).toEqual(
			[3, 1, 2, 0].map((i) => expected[i]),
		);
		expect(open(1000, 10, 2, 3, 1).trainBatch(0)).not.toEqual(expected[0]);
		expect(expected[0]).not.toEqual(expected[1]);
	});
});

describe("evaluating on a stream", () => {
	it("predicts no token twice, and almost all of them without a limit", () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 5 }),
				fc.integer({ min: 1, max: 5 }),
				fc.integer({ min: 0, max: 99 }),
				fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
				(batch, context, extra, count) => {
					const length = batch * context + 1 + extra;
					const seen = open(length, length, batch, context).evaluationBatches("validation", count);
					const targets = seen.flatMap(({ tokens }) => rows(tokens, context).flatMap((row) => row.slice(1)));
					expect(new Set(targets).size).toBe(targets.length);
					const all = Math.floor((length - 1) / (batch * context));
					expect(seen).toHaveLength(Math.min(all, count ?? all));
				},
			),
		);
	});

	it("spreads few windows over the whole split", () => {
		const [batch] = open(8, 101, 3, 4).evaluationBatches("validation", 1);
		expect(rows(batch!.tokens, 4).map(([start]) => start)).toEqual([0, 48, 96]);
	});

	it("fills one batch with overlapping windows where the split is shorter", () => {
		const seen = open(8, 5, 3, 3).evaluationBatches("validation");
		expect(rows(seen[0]!.tokens, 3).map(([start]) => start)).toEqual([0, 0, 1]);
		expect(seen).toHaveLength(1);
	});

	it("names the splits there are when another is wanted", () => {
		expect(() => open(9, 9).evaluationBatches("test")).toThrow(/a test split, got train, validation/);
	});
});

it("a text that is too short for one window is refused by its split and length", () => {
	expect(() => open(9, 3)).toThrow(UserError);
	expect(() => open(9, 3)).toThrow(/the validation text to have at least 4 tokens .* got 3/);
	expect(() => open(3, 9)).toThrow(/the train text/);
	expect(open(4, 4).trainBatch(5).tokens).toEqual(Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3]));
});

import { describe, expect, it } from "vitest";
import { UserError } from "../error.ts";
import { lineBatches, sequencesOf } from "./lines.ts";

/** Lines of one token each, which is the line's number plus one. */
const numbered = (n: number): Int32Array[] => Array.from({ length: n }, (_, i) => Int32Array.of(i + 1));

const open = (train: Int32Array[], batch: number, context = 3, validation = train) =>
	lineBatches(
		new Map([
			["train", train],
			["validation", validation],
		] as const),
		{ batch, context, seed: 0 },
	);

it("sequences are the lines that are neither blank nor headings", () => {
	expect(sequencesOf(" \n = Title = \n the cat \n\n= = Part = =\na = b\n")).toEqual(["the cat", "a = b"]);
});

describe("a batch of lines", () => {
	it("is padded with token 0, and weighs each prediction from a real input, the first pad's included", () => {
		const { tokens, weights } = open([Int32Array.of(7, 8)], 1).trainBatch(0);
		expect([...tokens]).toEqual([7, 8, 0, 0]);
		expect([...weights!]).toEqual([1, 1, 0]);
	});

	it("can weigh each line the same, so that the weighted mean is the mean over lines of their means", () => {
		const lines = [Int32Array.of(7), Int32Array.of(7, 8), Int32Array.of(1, 2, 3, 4)];
		const losses = [5, 0, 0, 1, 2, 0, 3, 6, 9];
		for (const [weighting, mean] of [
			["token", (5 + (1 + 2) + (3 + 6 + 9)) / 6],
			["sentence", (5 + (1 + 2) / 2 + (3 + 6 + 9) / 3) / 3],
		] as const) {
			const shape = { batch: 3, context: 3, seed: 0 };
			const batches = lineBatches(new Map([["train", lines]] as const), shape, weighting);
			const weights = [...batches.evaluationBatches("train")[0]!.weights!];
			const total = weights.reduce((a, b) => a + b);
			expect(weights.reduce((sum, w, i) => sum + w * losses[i]!, 0) / total).toBeCloseTo(mean, 6);
		}
	});

	it("has lines as long as the window in full, and cuts longer ones", () => {
		for (const line of [Int32Array.of(1, 2, 3, 4), Int32Array.of(1, 2, 3, 4, 5)]) {
			const batches = open([line], 1);
			expect(batches.trainBatch(0)).toEqual({
				tokens: Int32Array.of(1, 2, 3, 4),
				weights: Float32Array.of(1, 1, 1),
			});
			expect(batches.trainTokens).toBe(4);
		}
	});
});

describe("training on lines", () => {
	const epoch = (batches: ReturnType<typeof open>, index: number) =>
		Array.from({ length: batches.stepsPerEpoch }, (_, i) =>
			batches.trainBatch(index * batches.stepsPerEpoch + i),
		)
			.flatMap(({ tokens }) => [...tokens])
			.filter((token) => token > 0);

	it("sees each line once an epoch, in another order each time, but for the last incomplete batch", () => {
		const batches = open(numbered(11), 3);
		expect(batches.stepsPerEpoch).toBe(3);
		const [first, second] = [epoch(batches, 0), epoch(batches, 1)];
		for (const seen of [first, second]) expect(new Set(seen).size).toBe(9);
		expect(first).not.toEqual(second);
		expect(epoch(open(numbered(12), 3), 0).sort((a, b) => a - b)).toEqual(numbered(12).map(([i]) => i));
	});

	it("gives a step the same batch in any order of asking, and in a program started anew", () => {
		const expected = [0, 1, 2, 3, 4, 5].map((step) => open(numbered(11), 3).trainBatch(step));
		const batches = open(numbered(11), 3);
		for (const step of [5, 0, 3, 2, 4, 1]) expect(batches.trainBatch(step)).toEqual(expected[step]);
	});
});

describe("evaluating on lines", () => {
	it("sees every line once; rows that are left over weigh nothing", () => {
		const seen = open(numbered(3), 3, 2, numbered(7)).evaluationBatches("validation");
		expect(seen.flatMap(({ tokens }) => [...tokens]).filter((token) => token > 0)).toEqual([
			1, 2, 3, 4, 5, 6, 7,
		]);
		expect(seen.map(({ weights }) => [...weights!])).toEqual([
			[1, 0, 1, 0, 1, 0],
			[1, 0, 1, 0, 1, 0],
			[1, 0, 0, 0, 0, 0],
		]);
	});

	it("spreads few batches over the whole split", () => {
		const [batch] = open(numbered(9), 3, 1).evaluationBatches("train", 1);
		expect([...batch!.tokens].filter((token) => token > 0)).toEqual([1, 4, 7]);
	});
});

it("too few lines for a batch, or none to evaluate on, are refused", () => {
	expect(() => open(numbered(2), 3)).toThrow(UserError);
	expect(() => open(numbered(2), 3)).toThrow(/the train text to have at least 3 lines .* got 2/);
	expect(() => open(numbered(3), 3, 3, [])).toThrow(/the validation text/);
});

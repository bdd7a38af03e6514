import type { Array as JaxArray } from "@jax-js/jax";
import { expect, test } from "vitest";
import { openEngine } from "../engine/engine.ts";
import { accuracy, wrongIn } from "./recognition.ts";

test("a string's wrong answers are the symbols wrongly in or out of its sets; padding does not count", async () => {
	const engine = await openEngine({ threads: 1 });
	const program = await engine.compile(
		(logits: JaxArray, targets: JaxArray, weights: JaxArray) => wrongIn(logits, targets, weights),
		[
			{ shape: [3, 2, 2], dtype: "float32" },
			{ shape: [3, 2, 2], dtype: "float32" },
			{ shape: [3, 2], dtype: "float32" },
		],
		{ name: "wrong" },
	);
	const targets = Float32Array.of(1, 0, 0, 1, /**/ 1, 0, 0, 1, /**/ 1, 0, 0, 0);
	// Right; one left out (0 is not above 0) and one too many; wrong only where there is no string any more.
	const logits = Float32Array.of(3, -1, -2, 1e-9, /**/ 0, -1, 5, 1, /**/ 1, -1, 7, 7);
	const weights = Float32Array.of(1, 1, 0.5, 0.5, 1, 0);
	expect([...(await (await program(logits, targets, weights)).read())]).toEqual([0, 2, 0]);
	await engine.dispose();
});

test("accuracy is the share of strings without a wrong answer; rows without weight are no strings", () => {
	const weights = [Float32Array.of(1, 1, 1, 0), Float32Array.of(1, 0, 0, 0)];
	expect(
		accuracy(
			[
				[0, 1],
				[0, 0],
			],
			weights,
		),
	).toBe(2 / 3);
});

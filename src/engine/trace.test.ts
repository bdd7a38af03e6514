import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { openEngine } from "./engine.ts";
import { trace } from "./trace.ts";
import type { Spec } from "./types.ts";

const vector: Spec = { shape: [3], dtype: "float32" };

test("a large program is traced without its memory", async () => {
	const before = process.memoryUsage().arrayBuffers;
	const huge: Spec = { shape: [40_000, 40_000], dtype: "float32" };
	const { outputs } = await trace((x: JaxArray) => np.sum(x.mul(2)), [huge], [], "huge");
	expect(outputs).toEqual([{ shape: [], dtype: "float32" }]);
	expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e8);
});

test("numbers in a float64 program keep all their digits", async () => {
	const engine = await openEngine({ device: "cpu" });
	const scale = await engine.compile(
		(x: JaxArray) => x.mul(0.1).add(1 / 3),
		[{ shape: [1], dtype: "float64" }],
	);
	const y = await scale(Float64Array.of(1));
	expect((await y.read())[0]).toBe(1 * 0.1 + 1 / 3);
});

test("a donated argument must come back with the same specs, and the message says which does not", async () => {
	const grow = (s: { w: JaxArray }) => [{ w: np.concatenate([s.w.ref, s.w]) }];
	await expect(trace(grow, [{ w: vector }], [0], "grow")).rejects.toThrow(
		/`grow` to replace `arguments\[0\]\.w` \(float32\[3\]\), got float32\[6\]/,
	);
});

test("a call with the wrong shape, tree or number of arguments names the place", async () => {
	const engine = await openEngine({ device: "cpu" });
	const sum = await engine.compile((s: { w: JaxArray }) => np.sum(s.w), [{ w: vector }], { name: "sum" });
	await expect(sum({ w: engine.tensor([1, 2], [2]) })).rejects.toThrow(
		/`arguments\[0\]\.w`.*float32\[3\], got float32\[2\]/,
	);
	await expect(sum({ v: engine.tensor([1, 2, 3], [3]) })).rejects.toThrow(
		/`arguments\[0\]\.w`.*got `arguments\[0\]\.v`/,
	);
	await expect(sum()).rejects.toThrow(/Expected 1 arguments for `sum`, got 0/);
	await expect(sum({ w: Float32Array.of(1, 2) })).rejects.toThrow(/3 values/);
});

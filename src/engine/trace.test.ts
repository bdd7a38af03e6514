import { grad, type Array as JaxArray, makeJaxpr, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { openEngine } from "./engine.ts";
import { openJaxEngine } from "./jax.ts";
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

test("of gradients that were traced nothing stays on jax-js's stack", async () => {
	const depth = (): number => {
		let level = -1;
		makeJaxpr((x: JaxArray) => {
			({ level } = x._trace.main);
			return x;
		})(np.zeros([]));
		return level;
	};
	const before = depth();
	const engine = await openJaxEngine("wasm");
	const slope = await engine.compile(
		grad((x: JaxArray) => np.sum(np.sin(x))),
		[vector],
	);
	for (const x of [0, 1]) {
		const y = await slope(Float32Array.of(x, 0, 0));
		expect((await y.read())[0]).toBeCloseTo(Math.cos(x), 5);
		y.dispose();
	}
	expect(depth()).toBe(before);
	const failing = grad((x: JaxArray) => {
		np.sin(x);
		throw new Error("within");
	});
	await expect(engine.compile(failing as never, [vector])).rejects.toThrow("within");
	expect(depth()).toBe(before);
});

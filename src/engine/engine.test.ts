import { type Array as JaxArray, numpy as np, valueAndGrad } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { openEngine } from "./engine.ts";
import type { Device, Spec } from "./types.ts";

describe.each<Device>(["cpu", "wasm"])("on device %s", (device) => {
	test("a donated training step takes and returns trees", async () => {
		const engine = await openEngine({ device });
		const w: Spec = { shape: [3], dtype: "float32" };
		const step = await engine.compile(
			(state: { w: JaxArray }, batch: { x: JaxArray; rate: JaxArray }) => {
				const loss = (s: { w: JaxArray }) => np.sum(np.square(s.w.sub(batch.x.ref)));
				const [value, g] = valueAndGrad(loss)({ w: state.w.ref });
				return [{ w: state.w.sub(g.w.mul(batch.rate)) }, { value }] as const;
			},
			[{ w }, { x: w, rate: { shape: [], dtype: "float32" } }],
			{ donate: [0] },
		);
		let state = { w: engine.tensor([1, 2, 3], [3]) };
		const values: number[] = [];
		for (let i = 0; i < 2; i++) {
			const [next, metrics] = await step(state, { x: Float32Array.of(0, 0, 0), rate: 0.25 });
			state = next;
			values.push((await metrics.value.read())[0]);
		}
		expect(values).toEqual([14, 3.5]);
		expect(Array.from(await state.w.read())).toEqual([0.25, 0.5, 0.75]);
	});

	test("a tensor can be read, and written in place", async () => {
		const engine = await openEngine({ device });
		const x = engine.tensor([1, 0, 1], [3], "bool");
		await x.write(Uint8Array.of(0, 1, 1));
		expect(Array.from(await x.read())).toEqual([0, 1, 1]);
		expect(() => engine.tensor([1, 2], [3])).toThrow(/3 values/);
	});

	test("a profile of one step sums to a positive time and changes no result", async () => {
		const engine = await openEngine({ device });
		const square = await engine.compile(
			(x: JaxArray) => np.sum(np.square(x)),
			[{ shape: [4], dtype: "float32" }],
		);
		const { result, rows } = await square.profile(Float32Array.of(1, 2, 3, 4));
		expect((await result.read())[0]).toBe(30);
		expect(rows.reduce((sum, r) => sum + r.milliseconds, 0)).toBeGreaterThan(0);
	});
});

test("jax-js is not asked for float64, in which its gradients are wrong", async () => {
	const engine = await openEngine({ device: "wasm" });
	const spec: Spec = { shape: [7], dtype: "float64" };
	await expect(engine.compile((x: JaxArray) => np.sum(x), [spec], { name: "mean" })).rejects.toThrow(
		"Expected float32 in `mean` on device wasm, got float64[7] for `arguments[0]`",
	);
});

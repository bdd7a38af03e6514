import { numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect, test } from "vitest";
import { openEngine } from "../engine.ts";
import type { Spec } from "../types.ts";

test("a donated training step runs natively and its state stays in the engine's memory", async () => {
	const engine = await openEngine({ device: "cpu" });
	const w: Spec = { shape: [3], dtype: "float32" };
	const step = await engine.compile(
		(state: { w: np.Array }, batch: { x: np.Array; rate: np.Array }) => {
			const [loss, g] = valueAndGrad((s: { w: np.Array }) => np.sum(np.square(s.w.sub(batch.x.ref))))({
				w: state.w.ref,
			});
			return [{ w: state.w.sub(g.w.mul(batch.rate)) }, { loss }] as const;
		},
		[{ w }, { x: w, rate: { shape: [], dtype: "float32" } }],
		{ donate: [0] },
	);
	let state = { w: engine.tensor([1, 2, 3], [3]) };
	for (let i = 0; i < 2; i++) {
		const [next, metrics] = await step(state, { x: Float32Array.of(0, 0, 0), rate: 0.25 });
		state = next;
		if (i === 0) expect(Array.from(await metrics.loss.read())).toEqual([14]);
	}
	expect(Array.from(await state.w.read())).toEqual([0.25, 0.5, 0.75]);
});

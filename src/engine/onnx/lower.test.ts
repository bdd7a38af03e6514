import { grad, type Array as JaxArray, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import proto from "onnx-proto";
import { expect, test } from "vitest";
import { crossEntropy, layerNorm, relu } from "../../model/functional.ts";
import { graphOf } from "../builder.ts";
import { openEngine } from "../engine.ts";
import { trace } from "../trace.ts";
import type { Spec, TracedFunction, Tree } from "../types.ts";
import { lower } from "./lower.ts";

const f32 = (...shape: number[]): Spec => ({ shape, dtype: "float32" });

/** How often each operator stands in the lowered graph. */
async function operators(
	fn: TracedFunction<Tree<JaxArray>>,
	...specs: Spec[]
): Promise<Record<string, number>> {
	const { closed } = await trace(fn, specs, [], "test");
	const { bytes } = lower(graphOf(closed), "test", "cpu");
	const counts: Record<string, number> = {};
	for (const { opType } of proto.onnx.ModelProto.decode(bytes).graph?.node ?? [])
		counts[opType ?? ""] = (counts[opType ?? ""] ?? 0) + 1;
	return counts;
}

test("transposes, broadcasts and factors around a product cost nothing", async () => {
	const counts = await operators(
		(x: JaxArray, w: JaxArray) => np.matmul(np.transpose(x).mul(0.5), np.transpose(w)),
		f32(4, 6),
		f32(5, 4),
	);
	expect(counts).toEqual({ Gemm: 1 });
});

test("softmax and layer normalisation become the runtime's own operators", async () => {
	expect(await operators((x: JaxArray) => nn.softmax(x), f32(3, 4))).toEqual({ Softmax: 1 });
	const normed = await operators((x, w, b) => layerNorm(x, w, b, 1e-5), f32(3, 4), f32(4), f32(4));
	expect(normed).toEqual({ LayerNormalization: 1, Mul: 1, Add: 1 });
});

test("the gradient of a cross-entropy makes no array of zeros and no pass for its factor", async () => {
	const counts = await operators(
		(logits: JaxArray, targets: JaxArray) =>
			valueAndGrad((x: JaxArray) => crossEntropy(x, targets.ref))(logits),
		f32(8, 11),
		{ shape: [8], dtype: "int32" },
	);
	expect(counts["Softmax"]).toBe(1);
	expect(counts["ScatterElements"]).toBe(1);
	expect(counts["Exp"]).toBeUndefined();
});

test("the gradient of a ReLU reads its result, in one pass", async () => {
	const counts = await operators(
		(x: JaxArray, w: JaxArray) => valueAndGrad((y: JaxArray) => np.sum(relu(y).mul(w)))(x),
		f32(8, 11),
		f32(8, 11),
	);
	expect(counts).toEqual({ Relu: 1, HardSigmoid: 1, Mul: 2, ReduceSum: 1 });
});

test("a step is 1 above zero, however little, and 0 elsewhere", async () => {
	const engine = await openEngine({ device: "cpu" });
	const x = [-Infinity, -3e38, -1e-38, -0, 0, 1.2e-38, 1e-20, 1, 3e38, Infinity];
	const specs = [f32(x.length)];
	const step = await engine.compile((v: JaxArray) => v.greater(0).astype(np.float32), specs);
	const expected = x.map((v) => Number(v > 0));
	expect(Array.from(await (await step(Float32Array.from(x))).read(), Math.abs)).toEqual(expected);
});

test("a gradient that nobody reads further is computed as soon as it can be", async () => {
	const loss = (w: JaxArray[], x: JaxArray) => np.sum(np.square(w.reduce((y, v) => np.matmul(y, v), x)));
	const { closed } = await trace(
		(w: JaxArray[], x: JaxArray) => grad((v: JaxArray[]) => loss(v, x))(w),
		[[f32(5, 5), f32(5, 5), f32(5, 5)], f32(7, 5)],
		[],
		"test",
	);
	const { node } = proto.onnx.ModelProto.decode(lower(graphOf(closed), "test", "cpu").bytes).graph!;
	// The runtime begins with the last of them: the gradient of the last map.
	expect(node!.slice(-3).map((n) => n.output?.[0])).toEqual(["o0", "o1", "o2"]);
});

test("the value of x − stop_gradient(x) is not computed", async () => {
	const counts = await operators(
		(x: JaxArray) => np.exp(x.ref).add(x.ref.sub(lax.stopGradient(x)).mul(3)),
		f32(5),
	);
	expect(counts).toEqual({ Exp: 1 });
});

test("an unsupported primitive fails at compile time with its name, place and program", async () => {
	const { closed } = await trace((x: JaxArray) => lax.linalg.cholesky(x), [f32(3, 3)], [], "factor");
	expect(() => lower(graphOf(closed), "factor", "cpu")).toThrow(/`cholesky` .*float32\[3,3\].*`factor`/);
});

test("single-precision operators refuse float64 by name", async () => {
	const spec: Spec = { shape: [3], dtype: "float64" };
	const { closed } = await trace((x: JaxArray) => np.arctan(x), [spec], [], "test");
	expect(() => lower(graphOf(closed), "test", "cpu")).toThrow(/`atan` of float64/);
});

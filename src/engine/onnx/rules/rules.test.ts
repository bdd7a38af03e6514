import { defaultDevice, init, type Array as JaxArray, lax, nn, numpy as np } from "@jax-js/jax";
import { beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../engine.ts";
import type { DType, Engine, Spec, Tensor, Tree } from "../../types.ts";

let native: Engine;
beforeAll(async () => {
	native = await openEngine({ device: "cpu" });
	await init("cpu");
	defaultDevice("cpu");
});

type Case = [
	name: string,
	fn: (...args: JaxArray[]) => JaxArray | JaxArray[],
	...inputs: [DType, number[], number[]][],
];

const x: [DType, number[], number[]] = ["float32", [2, 3], [0.5, -1.25, 2, -0.75, 0.25, 3]];
const y: [DType, number[], number[]] = ["float32", [2, 3], [1.5, 0.5, -2, 0.75, -0.25, 1]];
const row: [DType, number[], number[]] = ["float32", [3], [1, -2, 0.5]];
const i: [DType, number[], number[]] = ["int32", [4], [7, -7, 3, 9]];
const j: [DType, number[], number[]] = ["int32", [4], [2, 2, -2, 4]];
const flags: [DType, number[], number[]] = ["bool", [2, 3], [1, 0, 1, 1, 0, 0]];
const other: [DType, number[], number[]] = ["bool", [2, 3], [1, 1, 0, 1, 0, 1]];
const rows: [DType, number[], number[]] = ["int32", [3], [1, 0, 1]];
const within: [DType, number[], number[]] = ["float32", [4], [-0.9, -0.1, 0.3, 0.8]];

const cases: Case[] = [
	["add of booleans is or", (a, b) => a.add(b), flags, other],
	["mul of booleans is and", (a, b) => a.mul(b), flags, other],
	["add broadcasts a row", (a, b) => a.add(b), x, row],
	["add of a factor and its opposite is a difference", (a, b) => a.mul(2).add(b.mul(-2)), x, y],
	["add of two different factors", (a, b) => a.mul(2).add(b.mul(-3)), x, y],
	["mul of integers", (a, b) => a.mul(b), i, j],
	["idiv of integers truncates", (a, b) => a.div(b), i, j],
	["mod of integers has the sign of the dividend", (a, b) => a.mod(b), i, j],
	["mod of floats", (a) => a.mod(0.75), x],
	["neg of integers", (a) => np.negative(a), i],
	["reciprocal", (a) => np.reciprocal(a), x],
	["min and max with numbers", (a) => np.minimum(np.maximum(a, -1), 1), x],
	["max with zero", (a) => np.maximum(a, 0), x],
	["less", (a, b) => a.less(b), x, y],
	["less than or equal, integers", (a, b) => a.lessEqual(b), i, j],
	["equal to a number", (a) => a.equal(2), x],
	["not equal", (a, b) => a.notEqual(b), i, j],
	["greater, mixed types", (a, b) => a.greater(b), i, within],
	["where with numbers", (a) => np.where(a.ref.less(0), -1, 1), x],
	["where on a broadcast condition", (c, a) => np.where(c, a, 0), ["bool", [3], [1, 0, 1]], x],
	["cast to int truncates", (a) => a.astype(np.int32), x],
	["cast to bool and back", (a) => a.astype(np.bool).astype(np.float32), i],
	["cast to float64", (a) => a.astype(np.float64), x],
	["exp, log, sqrt", (a) => np.sqrt(np.log(np.exp(a).add(1))), x],
	["sin and cos", (a) => np.sin(a.ref).add(np.cos(a).mul(2)), x],
	["asin and atan", (a) => np.arcsin(a.ref).add(np.arctan(a)), within],
	["floor and ceil", (a) => np.floor(a.ref).add(np.ceil(a).mul(10)), x],
	["erf and erfc", (a) => lax.erf(a.ref).add(lax.erfc(a).mul(3)), x],
	["sum over both axes", (a) => np.sum(a), x],
	["sum over a repeated axis", (a) => np.sum(np.broadcastTo(a, [4, 3]), 0), row],
	["sum of booleans counts", (a) => np.sum(a.astype(np.int32)), flags],
	["product", (a) => np.prod(a, 1), x],
	["largest and smallest", (a) => np.max(a.ref, 0).sub(np.min(a, 0)), x],
	["all and any", (a) => [np.all(a.ref, 1), np.any(a, 0)], flags],
	["argmax", (a) => np.argmax(a, 1), x],
	[
		"transpose of a broadcast",
		(a, b) => np.transpose(np.broadcastTo(b, [2, 3])).add(np.transpose(a)),
		x,
		row,
	],
	["reshape of a transpose", (a) => np.transpose(a).reshape([6]), x],
	["shrink", (a) => a.slice([0, 1], [1, 3]), x],
	[
		"pad",
		(a) =>
			np.pad(a, [
				[1, 0],
				[0, 2],
			]),
		x,
	],
	["flip of both axes", (a) => np.flip(a, [0, 1]), x],
	["concatenate", (a, b) => np.concatenate([a, b], 1), x, y],
	["split", (a) => np.split(a, 3, 1), x],
	["gather of rows", (a, k) => np.take(a, k, 0), x, rows],
	["gather by two indices", (a, k) => a.slice(k.ref, k), x, rows],
	["gather behind an axis", (a, k) => np.take(a, k, 1), x, rows],
	["sort and argsort", (a) => [np.sort(a.ref), np.argsort(a)], x],
	["argsort keeps the order of equals", (a) => np.argsort(a), ["float32", [5], [1, 0, 1, 0, 1]]],
	["cumulative sum", (a) => np.cumsum(a), row],
	["constants of the function", (a) => a.add(np.array([10, 20, 30])), x],
	["dot of vectors", (a, b) => np.dot(a, b), row, row],
	["matrix times vector", (a, b) => np.dot(a, b), x, row],
	["matrix times its transpose", (a) => np.matmul(a.ref, np.transpose(a)), x],
	[
		"batched product with a shared operand",
		(a, b) => np.matmul(np.broadcastTo(a, [2, 2, 3]), np.transpose(b)),
		x,
		y,
	],
	["dot along a repeated axis", (a, b) => np.dot(np.broadcastTo(a.ref.sum(), [3]), np.transpose(b)), x, y],
	["one-hot", (k) => nn.oneHot(k, 3), rows],
];

const toJax = ([dtype, shape, values]: [DType, number[], number[]]): JaxArray => {
	const type = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Int32Array }[dtype];
	return np.array(type.from(values) as never, { shape, dtype: dtype as never });
};

describe("each operation gives what jax-js gives", () => {
	test.each(cases)("%s", async (_, fn, ...inputs) => {
		const specs: Spec[] = inputs.map(([dtype, shape]) => ({ dtype, shape }));
		const program = await native.compile(fn as (...args: JaxArray[]) => Tree<JaxArray>, specs);
		const got = [await program(...inputs.map(([d, s, v]) => native.tensor(v, s, d)))].flat() as Tensor[];
		const expected = [fn(...inputs.map(toJax))].flat();
		expect(got.length).toBe(expected.length);
		for (const [k, tensor] of got.entries()) {
			const values = Array.from(expected[k].ref.dataSync(), Number);
			expect({ shape: tensor.shape, dtype: tensor.dtype }).toEqual({
				shape: expected[k].shape,
				dtype: expected[k].dtype,
			});
			Array.from(await tensor.read()).forEach((v, n) => {
				expect(Math.abs(v - values[n])).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(values[n])));
			});
		}
	});
});

test("a function of padding sees zeros: cos of it is 1 (jax-js 0.1.25 itself says 0)", async () => {
	const program = await native.compile(
		(a: JaxArray) => np.cos(np.pad(a, [[1, 2]])),
		[{ shape: [1], dtype: "float64" }],
		{ name: "padded" },
	);
	const out = await (await program(Float64Array.of(0.5))).read();
	expect(Array.from(out)).toEqual([1, Math.cos(0.5), 1, 1]);
});

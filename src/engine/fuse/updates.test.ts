import { defaultDevice, grad, init, type Array as JaxArray, numpy as np, valueAndGrad } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { graphOf } from "../builder.ts";
import { openEngine } from "../engine.ts";
import { trace } from "../trace.ts";
import type { DType, Engine, Spec, Tensor } from "../types.ts";
import { partition } from "./partition.ts";

let native: Engine;
beforeAll(async () => {
	native = await openEngine({ device: "cpu" });
	await init("cpu");
});

type Arrays = Record<string, JaxArray>;
const state = (dtype: DType): Record<string, Spec> => ({
	w: { shape: [7, 5], dtype },
	m: { shape: [7, 5], dtype },
	v: { shape: [7, 5], dtype },
	b: { shape: [7], dtype },
});
const specsOf = (dtype: DType) => [
	state(dtype),
	{ shape: [3, 5], dtype } as Spec,
	{ shape: [], dtype } as Spec,
];

/** A linear map trained by a rule with every operation that fused updates know; the bias's step is clipped. */
function step(s: Arrays, x: JaxArray, rate: JaxArray) {
	const loss = (p: Arrays) =>
		np.sum(np.square(np.matmul(x.ref, np.transpose(p["w"].ref)).add(p["b"].ref).sub(1)));
	const [value, g] = valueAndGrad(loss)({ w: s["w"].ref, b: s["b"].ref });
	const m = s["m"].ref.mul(0.5).add(g["w"].ref.mul(0.5));
	const v = np.maximum(s["v"].ref.mul(0.75), np.square(g["w"].ref).mul(0.25));
	const w = s["w"].ref.sub(m.ref.mul(rate.ref).div(np.sqrt(v.ref).add(0.125)));
	const clipped = np.where(g["b"].ref.less(-1), -1, np.minimum(g["b"].ref, 1));
	return [{ w, m, v, b: s["b"].ref.sub(clipped.mul(rate)) }, value] as const;
}

const values = (n: number, k: number) => Array.from({ length: n }, (_, i) => Math.sin(1.3 * i + k));
const startValues = (dtype: DType, k = 0) =>
	Object.entries(state(dtype)).map(([name, { shape }], i) => {
		const all = values(
			shape.reduce((a, b) => a * b, 1),
			i + k,
		);
		return { name, shape, values: all.map((x) => (name === "v" ? x * x : x)) };
	});
const start = (dtype: DType, k = 0): Record<string, Tensor> =>
	Object.fromEntries(startValues(dtype, k).map((x) => [x.name, native.tensor(x.values, x.shape, dtype)]));

async function train(dtype: DType, steps: number): Promise<number[]> {
	const program = await native.compile(step, specsOf(dtype), { donate: [0] });
	const x = native.tensor(values(15, 9), [3, 5], dtype);
	let s = start(dtype);
	for (let i = 0; i < steps; i++) [s] = await program(s, x, 0.125);
	const all = await Promise.all(Object.values(s).map((t) => t.read()));
	return all.flatMap((a) => Array.from(a));
}

const jaxArray = (dtype: DType) => (given: number[], shape: readonly number[]) =>
	np.array(dtype === "float64" ? Float64Array.from(given) : Float32Array.from(given), {
		shape: [...shape],
		dtype: dtype as never,
	});

/** The same by jax-js's interpreter, one operation at a time. */
function trainOnJax(dtype: DType, steps: number): number[] {
	defaultDevice("cpu");
	const array = jaxArray(dtype);
	let s: Arrays = Object.fromEntries(startValues(dtype).map((x) => [x.name, array(x.values, x.shape)]));
	for (let i = 0; i < steps; i++) [s] = step(s, array(values(15, 9), [3, 5]), array([0.125], []));
	return Object.values(s).flatMap((a) => Array.from(a.dataSync() as Float64Array));
}

test("the whole rule of an optimizer leaves the graph and becomes one loop for each shape", async () => {
	const traced = await trace(step, specsOf("float32"), [0], "step");
	const { body, groups } = partition(graphOf(traced.closed), traced.donated);
	expect(groups.map((g) => g.updates.length).sort()).toEqual([1, 3]);
	expect(body.nodes.some((n) => n.op === "sqrt" || n.op === "where" || n.op === "max")).toBe(false);
});

test.each<[DType, number]>([
	["float32", 1e-5],
	["float64", 1e-14],
])("fused updates in %s agree with jax-js", async (dtype, tolerance) => {
	const [ours, theirs] = [await train(dtype, 4), trainOnJax(dtype, 4)];
	ours.forEach((x, i) => {
		expect(Math.abs(x - theirs[i])).toBeLessThan(tolerance * Math.max(1, Math.abs(theirs[i])));
	});
});

/** One step of momentum on a table of which the loss reads some rows, some of them twice. */
function tableStep({ table, m }: Arrays, at: JaxArray, rate: JaxArray) {
	const loss = (t: JaxArray) => np.sum(np.sin(np.take(t, at.ref, 0)));
	const [value, g] = valueAndGrad(loss)(table.ref);
	const next = m.mul(0.5).add(g);
	return [{ table: table.sub(next.ref.mul(rate)), m: next }, value] as const;
}
const tableSpecs = (dtype: DType) => [
	{ table: { shape: [6, 3], dtype }, m: { shape: [6, 3], dtype } } as Record<string, Spec>,
	{ shape: [2, 2], dtype: "int32" } as Spec,
	{ shape: [], dtype } as Spec,
];
const rowsRead = [
	[1, 4, 1, 5],
	[0, 0, 0, 2],
];

test("of a table's gradient the graph makes only the rows that are read", async () => {
	const traced = await trace(tableStep, tableSpecs("float32"), [0], "step");
	const { body, scattered } = partition(graphOf(traced.closed), traced.donated);
	expect(scattered.map((s) => [s.value.shape, s.rows.shape])).toEqual([
		[
			[6, 3],
			[2, 2, 3],
		],
	]);
	expect(body.nodes.some((n) => n.op === "scatter")).toBe(false);
});

test.each<[DType, number]>([
	["float32", 1e-6],
	["float64", 1e-15],
])("its update in %s agrees with jax-js", async (dtype, tolerance) => {
	const program = await native.compile(tableStep, tableSpecs(dtype), { donate: [0] });
	let s: Record<string, Tensor> = {
		table: native.tensor(values(18, 0), [6, 3], dtype),
		m: native.tensor(values(18, 3), [6, 3], dtype),
	};
	for (const at of rowsRead) [s] = await program(s, Int32Array.from(at), 0.1);

	defaultDevice("cpu");
	const array = jaxArray(dtype);
	let t: Arrays = { table: array(values(18, 0), [6, 3]), m: array(values(18, 3), [6, 3]) };
	for (const at of rowsRead)
		[t] = tableStep(t, np.array(Int32Array.from(at), { shape: [2, 2] }), array([0.1], []));
	for (const name of ["table", "m"]) {
		const theirs = t[name].dataSync();
		(await s[name].read()).forEach((x, i) => {
			expect(Math.abs(x - theirs[i])).toBeLessThan(tolerance);
		});
	}
});

test("an index outside of the table is refused, and the table is as it was", async () => {
	const rowSum = (table: JaxArray, at: JaxArray) => np.sum(np.take(table, at, 0));
	const program = await native.compile(
		(table: JaxArray, at: JaxArray) => [table.ref.sub(grad((t: JaxArray) => rowSum(t, at))(table))],
		[
			{ shape: [3, 2], dtype: "float32" },
			{ shape: [2], dtype: "int32" },
		],
		{ donate: [0] },
	);
	const table = native.tensor(new Float32Array(6), [3, 2]);
	for (const outside of [3, -1])
		await expect(program(table, Int32Array.of(1, outside))).rejects.toThrow(`0 to 2, got ${outside}`);
	const [next] = await program(table, Int32Array.of(1, 2));
	expect(Array.from(await next.read())).toEqual([0, 0, -1, -1, -1, -1]);
});

test("two states of one program do not disturb each other", async () => {
	const program = await native.compile(step, specsOf("float32"), { donate: [0] });
	const x = native.tensor(values(15, 9), [3, 5]);
	const alone = async (k: number) => {
		let s = start("float32", k);
		for (let i = 0; i < 3; i++) [s] = await program(s, x, 0.125);
		return Array.from(await s["w"].read());
	};
	const expected = [await alone(0), await alone(5)];
	const states = [start("float32", 0), start("float32", 5)];
	for (let i = 0; i < 3; i++) for (const k of [0, 1]) [states[k]] = await program(states[k], x, 0.125);
	for (const k of [0, 1]) expect(Array.from(await states[k]["w"].read())).toEqual(expected[k]);
});

test("a donated tensor cannot be used again", async () => {
	const program = await native.compile(step, specsOf("float32"), { donate: [0] });
	const s = start("float32");
	await program(s, native.tensor(values(15, 9), [3, 5]), 0.125);
	await expect(s["w"].read()).rejects.toThrow(/donated/);
});

test("a program that is nothing but updates runs without a graph", async () => {
	const halve = await native.compile((w: JaxArray) => [w.mul(0.5)], [{ shape: [5], dtype: "float32" }], {
		donate: [0],
	});
	const [w] = await halve(native.tensor([2, 4, 6, 8, 10], [5]));
	const { result, rows } = await halve.profile(w);
	expect(Array.from(await result[0].read())).toEqual([0.5, 1, 1.5, 2, 2.5]);
	expect(rows.map((row) => row.operator)).toEqual(["fused updates"]);
});

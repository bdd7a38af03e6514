import { defaultDevice, init, type Array as JaxArray, numpy as np, valueAndGrad } from "@jax-js/jax";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { randomProgram } from "../../../test/support/random-program.ts";
import { openEngine } from "../engine.ts";
import type { DType, Engine, Spec, Tensor, Tree } from "../types.ts";

let native: Engine;
beforeAll(async () => {
	native = await openEngine({ device: "cpu" });
	await init("wasm", "cpu");
});

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 3 });
const cases = fc.record({
	recipe: fc.array(fc.nat(10_000), { minLength: 4, maxLength: 40 }),
	shapes: fc.tuple(shape, shape),
	seed: fc.nat(1000),
});

type Program = (...args: JaxArray[]) => Tree<JaxArray>;

async function onEngine(program: Program, specs: Spec[], values: Float64Array[]): Promise<number[][]> {
	const compiled = await native.compile(program, specs, {
		name: "random",
	});
	const inputs = values.map((v, k) => native.tensor(Array.from(v), specs[k].shape, specs[k].dtype));
	const [y, [gx, gy]] = (await compiled(...inputs)) as [Tensor, Tensor[]];
	compiled.dispose();
	return Promise.all([y, gx, gy].map(async (t) => Array.from(await t.read())));
}

/**
 * The same by jax-js itself, one operation at a time, on each of its devices that is exact enough: its WebAssembly has
 * sin, log and their kin to single precision at best, and its interpreter decides ties of single precision in double.
 */
function onJax(device: "wasm" | "cpu", program: Program, specs: Spec[], values: Float64Array[]): number[][] {
	defaultDevice(device);
	const inputs = values.map((v, k) => {
		const data = specs[k].dtype === "float32" ? Float32Array.from(v) : v;
		return np.array(data, { shape: [...specs[k].shape], dtype: specs[k].dtype as never });
	});
	const [y, [gx, gy]] = program(...inputs) as [JaxArray, [JaxArray, JaxArray]];
	return [y, gx, gy].map((a) => Array.from(a.dataSync()));
}

/** The largest difference relative to the largest value, or to 1 where all are smaller. */
function difference(x: number[], y: number[]): number {
	expect(x.length).toBe(y.length);
	const size = Math.max(1, ...y.map(Math.abs));
	return x.reduce((worst, v, i) => Math.max(worst, Math.abs(v - y[i])), 0) / size;
}

describe.each<[DType, number, number]>([
	["float32", 1e-5, 200],
	["float64", 1e-12, 200],
])("random programs in %s", (dtype, tolerance, runs) => {
	test(`values and gradients agree with jax-js to ${tolerance}`, async () => {
		await fc.assert(
			fc.asyncProperty(cases, async ({ recipe, shapes, seed }) => {
				const program = valueAndGrad(randomProgram(recipe, dtype === "float64"), {
					argnums: [0, 1],
				}) as unknown as Program;
				const specs = shapes.map((s) => ({ shape: s, dtype }));
				const values = shapes.map((s, k) =>
					Float64Array.from(
						{ length: s.reduce((a, b) => a * b, 1) },
						(_, i) => Math.sin(seed + 7 * k + 1.7 * i) * 1.5,
					),
				);
				const got = await onEngine(program, specs, values);
				const devices = dtype === "float32" ? (["wasm", "cpu"] as const) : (["cpu"] as const);
				const differences = devices.map((device) => {
					const expected = onJax(device, program, specs, values);
					return Math.max(...expected.map((x, i) => difference(got[i], x)));
				});
				expect(Math.min(...differences)).toBeLessThan(tolerance);
			}),
			// Elsewhere each run draws anew; where a red run blocks others, the same ones.
			{ numRuns: runs, ...(process.env["CI"] && { seed: 1 }) },
		);
	}, 120_000);
});

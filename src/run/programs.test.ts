import { expect, test } from "vitest";
import { initialValues, readAll, relativeError, smallModel, type Values } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { parameterSpecs, tensorsOf } from "../model/parameters.ts";
import { optimizerConfig } from "../optimizer/config.ts";
import { createOptimizer } from "../optimizer/optimizer.ts";
import { compilePrograms } from "./programs.ts";

const config = smallModel({
	layers: 1,
	mixing: { name: "e-spa" },
	init: "signal",
	placement: "none",
	residual: "none",
});
const values = initialValues(config);
const tokens = Int32Array.from({ length: 2 * 9 }, (_, i) => (i * 5) % 11);

/** The gradient that plain descent with rate 1 sees: what a step takes from the parameters. */
async function seen(engine: Engine, clip?: number): Promise<Values> {
	const optimizer = createOptimizer(optimizerConfig.parse({ name: "sgd", learningRate: 1 }));
	const programs = await compilePrograms(engine, {
		model: config,
		optimizer,
		clip,
		batch: 2,
		weighted: false,
		probeSequences: 1,
	});
	const params = tensorsOf(engine, parameterSpecs(config), values);
	const [next] = await programs.step(params, {}, optimizer.scalars(0, 1), { tokens });
	const after = await readAll(next);
	programs.dispose();
	return Object.fromEntries(
		Object.entries(after).map(([name, x]) => [
			name,
			Float64Array.from(x, (v, i) => Math.fround(values[name]![i]!) - v),
		]),
	);
}

const flat = (gradient: Values): number[] => Object.values(gradient).flatMap((x) => Array.from(x));
const normOf = (gradient: Values): number => Math.hypot(...flat(gradient));

test("clipping shortens a long gradient to the norm asked for and turns none; a short one is untouched, bit for bit", async () => {
	const engine = await openEngine({ threads: 1 });
	const whole = await seen(engine);
	const norm = normOf(whole);
	expect(norm).toBeGreaterThan(0.1);
	for (const clip of [norm / 2, norm / 100]) {
		const short = await seen(engine, clip);
		// Parameters of size 1 are rounded to 6e-8, each difference of two of them too.
		expect(Math.abs(normOf(short) - clip)).toBeLessThan(2e-6);
		const scaled = flat(whole).map((x) => (x * clip) / norm);
		expect(Math.max(...flat(short).map((x, i) => Math.abs(x - scaled[i]!)))).toBeLessThan(5e-7);
	}
	expect(await seen(engine, norm * 1.01)).toEqual(whole);
});

test("natively and on WebAssembly a clipped step is the same, to 1e-5 of its size", async () => {
	const [native, wasm] = [await openEngine({ threads: 1 }), await openEngine({ device: "wasm" })];
	const [a, b] = [await seen(native, 0.05), await seen(wasm, 0.05)];
	expect(relativeError(flat(a), flat(b))).toBeLessThan(1e-5);
});

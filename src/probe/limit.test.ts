import type { Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import {
	initialValues,
	measured,
	parameterTensors,
	readAll,
	smallModel,
	type Values,
} from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import type { ModelConfig } from "../model/config.ts";
import { type Parameters, parameterSpecs } from "../model/parameters.ts";
import { saturated } from "../model/saturated.ts";
import { limitDistances, similarityOf } from "./limit.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 }); // Models this small gain nothing from more.
});

const tokens = [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1];

async function distances(config: ModelConfig, values: Values, factor: number, weights?: number[]) {
	const dtype = "float64";
	const program = await engine.compile(
		(params: Parameters, ids: JaxArray, c: JaxArray, w: JaxArray) =>
			limitDistances(config, params, ids, c, w),
		[
			parameterSpecs(config, dtype),
			{ shape: [2, 6], dtype: "int32" },
			{ shape: [], dtype },
			{ shape: [2, 6], dtype },
		],
		{ name: "limit" },
	);
	const params = parameterTensors(engine, config, values, dtype);
	const w = Float64Array.from(weights ?? new Array(12).fill(1));
	return readAll(await program(params, Int32Array.from(tokens), factor, w));
}

const mean = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b, 0) / x.length;

test("distances at finite c are those of saturation, token by token, and similarity is the probe's", async () => {
	const config = smallModel({ placement: "res-post" });
	const values = initialValues(config);
	const { finite, directions } = await distances(config, values, 1000);
	const row = await measured(engine, config, values, { dtype: "float64" });
	for (const [layer, suffix] of [".0", ".1", ".2", ""].entries()) {
		expect(1 - mean(finite!.slice(12 * layer, 12 * (layer + 1)))).toBeCloseTo(
			row[`dyn/saturation${suffix}`]!,
			12,
		);
		expect(similarityOf(directions!.slice(16 * layer, 16 * (layer + 1)), 12)).toBeCloseTo(
			row[`dyn/similarity${suffix}`]!,
			12,
		);
	}
});

test("c = 1000 stands for the limit to the order that the degrees predict: 1 − cos falls by 10^2p from 1000 to 10,000", async () => {
	for (const [placement, order] of [
		["res-post", 1],
		["post", 1],
		["pre", 1],
	] as const) {
		const config = smallModel({ placement });
		const values = initialValues(config);
		const [near, far] = [await distances(config, values, 1000), await distances(config, values, 10_000)];
		const last = (x: Values) => x["agreement"]!.slice(-12);
		expect(mean(last(near)), placement).toBeLessThan(1e-5);
		for (const [i, distance] of last(near).entries())
			if (distance > 1e-16) expect(Math.log10(distance / last(far)[i]!), placement).toBeCloseTo(2 * order, 0);
		expect(near["limit"]).toEqual(far["limit"]);
	}
});

test("a saturated network is its own limit, at every c", async () => {
	const config = saturated(smallModel({ placement: "post" }));
	const seen = await distances(config, initialValues(config), 1000);
	for (const name of ["finite", "limit", "agreement", "hard"])
		for (const distance of seen[name]!) expect(distance).toBeLessThan(1e-24);
});

test("without biases, epsilon and other terms to lose, the limit differs from the network by hard attention alone", async () => {
	const config = smallModel({ placement: "res-post", biases: false, normEpsilon: 0 });
	const { limit, hard } = await distances(config, initialValues(config), 1000);
	expect(hard).toEqual(limit);
	expect(mean(hard!)).toBeGreaterThan(1e-3);
});

test("tokens of weight 0 do not count in the similarity", async () => {
	const config = smallModel();
	const values = initialValues(config);
	const whole = await distances(config, values, 1);
	const half = await distances(config, values, 1, [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
	expect(half["finite"]).toEqual(whole["finite"]);
	expect(half["directions"]).not.toEqual(whole["directions"]);
	expect(similarityOf([1, 0], 1)).toBeUndefined();
	expect(similarityOf([2, 0], 2)).toBe(1);
	expect(similarityOf([1, 1], 2)).toBe(0);
});

import { beforeAll, expect, test } from "vitest";
import { initialValues, measured, smallModel, type Values } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

test("a turn by an angle of 1e-4 beside growth by 0.1 % is seen in float32: 1 − cos is 5e-9 to 1 %", async () => {
	const config = smallModel();
	const params = initialValues(config);
	const dot = (a: Values, b: Values) =>
		Object.keys(a).reduce(
			(sum, key) => sum + Array.from(a[key]!).reduce((s, x, i) => s + x * b[key]![i]!, 0),
			0,
		);
	const wave = Object.fromEntries(
		Object.entries(params).map(([key, x]) => [
			key,
			Float64Array.from(x, (_, i) => Math.sin(i * i + key.length)),
		]),
	);
	const along = dot(params, wave) / dot(params, params);
	const across = Object.fromEntries(
		Object.entries(wave).map(([key, x]) => [
			key,
			Float64Array.from(x, (v, i) => v - along * params[key]![i]!),
		]),
	);
	const angle = 1e-4 * Math.sqrt(dot(params, params) / dot(across, across));
	const turned = Object.fromEntries(
		Object.entries(params).map(([key, x]) => [
			key,
			Float64Array.from(x, (v, i) => 1.001 * (v + angle * across[key]![i]!)),
		]),
	);
	const row = await measured(engine, config, turned, { previous: params, initial: turned });
	expect(Math.abs((1 - row["dyn/direction.previous"]!) / 5e-9 - 1)).toBeLessThan(0.01);
});

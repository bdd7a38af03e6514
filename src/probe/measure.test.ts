import { beforeAll, expect, test } from "vitest";
import { initialValues, measured, smallModel } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { parameterSpecs } from "../model/parameters.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine();
});

test("a row of metrics holds norms, directions, saturation and token similarity under their agreed names", async () => {
	const config = smallModel();
	const row = await measured(engine, config, initialValues(config));
	const expected = [
		...Object.keys(parameterSpecs(config)).map((name) => `param/${name}.norm`),
		"dyn/norm.all",
		"dyn/norm.encoder",
		"dyn/norm.layer.0",
		"dyn/norm.layer.1",
		"dyn/norm.linear_columns",
		...["", "encoder.", "layer.0.", "layer.1."].flatMap((scope) => [
			`dyn/direction.${scope}previous`,
			`dyn/direction.${scope}initial`,
		]),
		...["", ".0", ".1", ".2"].flatMap((layer) => [`dyn/saturation${layer}`, `dyn/similarity${layer}`]),
	];
	expect(Object.keys(row).sort()).toEqual(expected.sort());
	for (const [key, value] of Object.entries(row)) expect(Number.isFinite(value), key).toBe(true);
});

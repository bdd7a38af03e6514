/** Every family's forward pass gives what another implementation gave: states, attention, logits, also scaled up. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
	type FamilyOracle,
	readFamilyOracle,
	runFamily,
	sequencesOf,
} from "../../../test/support/family-fixture.ts";
import { relativeError } from "../../../test/support/model.ts";
import { openEngine } from "../../engine/engine.ts";
import type { Engine } from "../../engine/types.ts";
import { openPretrained, type Pretrained } from "./pretrained.ts";

const fixtures = [
	"hf/bert",
	"hf/roberta",
	"hf/gpt2",
	"hf/gpt-neox",
	"hf/llama",
	"hf/olmo2",
	"hf-layouts/bert-gamma-beta",
	"hf-layouts/gpt2-bare",
	"hf-layouts/gpt-neox-f16",
	"hf-layouts/llama-bf16",
	"hf-layouts/llama-legacy-config",
	"hf-layouts/llama-sharded",
	"hf-layouts/gpt2-bin",
	"hf/t5",
	"hf/t5-gated",
	"hf/xlnet",
	"hf-layouts/t5-extra-tables",
];

/** Of the fixtures' README: relative to the largest value of a state; attention weights absolute. */
const tolerance = { float32: 1e-5, float64: 1e-10 };

let engine: Engine;
const engines: Partial<Record<"cpu" | "wasm", Engine>> = {};
beforeAll(async () => {
	engine = await openEngine({ device: "cpu", threads: 1 });
	Object.assign(engines, { cpu: engine, wasm: await openEngine({ device: "wasm" }) });
});
afterAll(async () => {
	for (const each of Object.values(engines)) await each.dispose();
});

type Nested = readonly Nested[] | number;
const flat = (x: Nested): number[] => (typeof x === "number" ? [x] : x.flatMap(flat));

describe.each(fixtures)("%s", (name) => {
	let oracle: FamilyOracle;
	let model: Pretrained;
	beforeAll(async () => {
		oracle = await readFamilyOracle(name);
		model = await openPretrained(oracle.folder);
	});
	afterAll(() => model.close());

	test.each(["cpu", "wasm"] as const)(
		"states and logits of a padded batch in float32 on %s",
		async (device) => {
			const engine = engines[device]!;
			const tokens = sequencesOf(oracle);
			const seen = await runFamily(engine, model, { tokens, wanted: (key) => !key.includes("attention") });
			const expected: Record<string, Nested[]> = {};
			for (const [stack, { hidden_states, logits }] of Object.entries(oracle.stacks)) {
				for (const [state, x] of Object.entries(hidden_states.f32)) expected[`${stack}.${state}`] = x;
				if (logits) expected["logits"] = logits.f32;
			}
			expect(Object.keys(seen).sort()).toEqual(Object.keys(expected).sort());
			for (const [key, x] of Object.entries(expected)) {
				const { values, shape } = seen[key]!;
				const [, time, width] = shape as [number, number, number];
				for (const [b, rows] of x.entries()) {
					const begin = b * time * width;
					const real = values.subarray(begin, begin + tokens[b]!.length * width);
					expect(relativeError(real, flat(rows)), `${key} of sequence ${b}`).toBeLessThan(tolerance.float32);
				}
			}
		},
	);

	test.each([1, 1000])("states of one sequence in float64, parameters times %d", async (factor) => {
		for (const [stack, { hidden_states }] of Object.entries(oracle.stacks)) {
			const expected = factor === 1 ? hidden_states.f64 : hidden_states.f64_scaled;
			if (!expected) continue; // hf-layouts' narrow types come without
			const tokens = [sequencesOf(oracle)[hidden_states.sequence!]!];
			const seen = await runFamily(engine, model, { tokens, dtype: "float64", factor });
			for (const [state, x] of Object.entries(expected))
				expect(relativeError(seen[`${stack}.${state}`]!.values, flat(x)), `${stack}.${state}`).toBeLessThan(
					tolerance.float64,
				);
		}
	});

	test.each([1, 1000])("attention of block 0 in float32, parameters times %d", async (factor) => {
		for (const [stack, { attention_layer0: x }] of Object.entries(oracle.stacks)) {
			const tokens = [sequencesOf(oracle)[x.sequence]!];
			const seen = await runFamily(engine, model, { tokens, factor });
			for (const [kind, own, scaled] of [
				["attention", x.f32, x.f32_scaled],
				["cross_attention", x.cross_f32, x.cross_f32_scaled],
			] as const) {
				const expected = factor === 1 ? own : scaled;
				const values = seen[`${stack}.${kind}.0`]?.values;
				expect(values?.length, kind).toBe(expected && flat(expected).length);
				const error = Math.max(0, ...flat(expected ?? []).map((p, i) => Math.abs(p - values![i]!)));
				expect(error, `${stack}.${kind}.0`).toBeLessThan(tolerance.float32);
			}
		}
	});
});

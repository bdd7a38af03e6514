import { beforeAll, expect, test } from "vitest";
import { run } from "../../../test/support/model.ts";
import { openEngine } from "../../engine/engine.ts";
import type { Engine } from "../../engine/types.ts";
import { saturated } from "../../model/saturated.ts";
import { encode } from "../../model/transformer.ts";
import { equalBlocks, isEqualBlocks } from "./equal-blocks.ts";
import { recognise } from "./recognise.ts";
import { allStrings, nearMisses, randomStrings } from "./strings.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});

test("the definition: aabb yes, abab no; aabbcc yes, abcabc and aabbc no; the empty string yes", () => {
	for (const text of ["", "ab", "aabb"]) expect(isEqualBlocks("ab", text)).toBe(true);
	for (const text of ["a", "ba", "abab", "aab", "abb", "bbaa"]) expect(isEqualBlocks("ab", text)).toBe(false);
	for (const text of ["", "abc", "aabbcc"]) expect(isEqualBlocks("abc", text)).toBe(true);
	for (const text of ["ab", "abcabc", "aabbc", "aaccbb", "cba"])
		expect(isEqualBlocks("abc", text)).toBe(false);
});

test("aⁿbⁿ: right on all 8191 strings up to length 12, with the same margin for each", async () => {
	const recogniser = equalBlocks("ab", 12);
	const judged = await recognise(engine, recogniser, allStrings("ab", 12));
	expect(judged).toMatchObject({ strings: 2 ** 13 - 1, members: 7, errors: 0 });
	expect(judged.smallest / recogniser.margin).toBeCloseTo(1, 12);
	expect(judged.largest / recogniser.margin).toBeCloseTo(1, 12);
});

test("aⁿbⁿcⁿ: right on all 29524 strings up to length 9, with the same margin for each", async () => {
	const recogniser = equalBlocks("abc", 9);
	const judged = await recognise(engine, recogniser, allStrings("abc", 9));
	expect(judged).toMatchObject({ strings: (3 ** 10 - 1) / 2, members: 4, errors: 0 });
	expect(judged.smallest / recogniser.margin).toBeCloseTo(1, 12);
});

for (const letters of ["ab", "abc", "abcd"])
	test(`${[...letters].map((letter) => `${letter}ⁿ`).join("")}: right on random strings and on near misses up to length 60`, async () => {
		const recogniser = equalBlocks(letters, 60);
		const strings = [...nearMisses(letters, 60), ...randomStrings(letters, 60, 100, 0)];
		const judged = await recognise(engine, recogniser, strings);
		expect(judged.errors).toBe(0);
		expect(judged.members).toBe(60 / letters.length + 1);
		expect(judged.strings).toBeGreaterThan(5_000);
	});

test("it is its own saturated network: states at 7.7·θ are 7.7 times those at θ to 1e-13, bit for bit at 2·θ", async () => {
	const { config, values, boundary } = equalBlocks("abc", 9);
	const tokens = [[boundary, 0, 0, 1, 1, 2, 0, 2, 1, 0]];
	const states = async (factor: number, model = config) => {
		const scaled = Object.fromEntries(
			Object.entries(values).map(([name, x]) => [name, x.map((v) => v * factor)]),
		);
		const result = await run(
			engine,
			model,
			scaled,
			tokens,
			(params, ids) => ({ state: encode(model, params, ids) }),
			"float64",
		);
		return result["state"]!;
	};
	const at = await states(1);
	expect(await states(1, saturated(config))).toEqual(at);
	expect(Array.from(await states(2))).toEqual(Array.from(at, (x) => 2 * x));
	for (const [i, x] of (await states(7.7)).entries()) expect(Math.abs(x / 7.7 - at[i]!)).toBeLessThan(1e-13);
});

test("with softmax it fails on some strings at c = 1 and on none at c = 2: the limit is reached at a finite norm", async () => {
	const recogniser = equalBlocks("ab", 40);
	const strings = nearMisses("ab", 40);
	const judged = (factor: number) => recognise(engine, recogniser, strings, { attention: "softmax", factor });
	const soft = await judged(1);
	expect(soft.errors).toBeGreaterThan(0);
	expect(soft.example).toBeDefined();
	expect((await judged(2)).errors).toBe(0);
});

test("what does not check the order of blocks is found out: without its gates it accepts ba", async () => {
	const recogniser = equalBlocks("ab", 6);
	const { feedForward } = recogniser.config;
	const name = "blocks.0.ff.w2.weight";
	// Hidden unit 0 is the gate; unit 1 the unit s.
	const ungated = recogniser.values[name]!.map((value, i) => (i % feedForward === 0 ? 0 : value));
	const values = { ...recogniser.values, [name]: ungated };
	const judged = await recognise(engine, { ...recogniser, values }, allStrings("ab", 6));
	// All strings with as many a as b: 1 + 2 + 6 + 20 of even lengths to 6, less the 4 in the language.
	expect(judged).toMatchObject({ errors: 25, example: "ba" });
});

import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { initialValues, run, smallModel, type Values } from "../../test/support/model.ts";
import { openEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/types.ts";
import { type ModelConfig, modelConfig } from "../model/config.ts";
import { attentionWeights } from "../model/transformer.ts";
import { meanHead, parkedHead } from "../theory/constructions/heads.ts";
import { leakSignature, meanHeadSignature } from "../theory/leak.ts";
import { classOf } from "./head-class.ts";
import { headQuantities, headStatistics, queryQuantities } from "./heads.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});

async function statistics(config: ModelConfig, values: Values, tokens: number[][], factor = 1) {
	const time = tokens[0]!.length;
	const { queries } = await run(
		engine,
		config,
		values,
		tokens,
		(params, ids) => headQuantities(config, params, ids, np.array(factor, { dtype: np.float64 }), 1),
		"float64",
	);
	return headStatistics({ ...config, causal: config.mask === "strict" }, [{ queries: queries!, time }]);
}

for (const time of [83, 700])
	test(`T = ${time}: a parked head behind the leaky mask and a mean head behind the strict one have their closed forms`, async () => {
		const tokens = [Array<number>(time).fill(0)];
		const parked = parkedHead(time, { mask: "leaky" });
		const mean = meanHead([[1]], time);
		// The saturated network, and the paper's way: softmax with all parameters × 1000.
		for (const [{ config, values }, expected] of [
			[parked, leakSignature(time)],
			[mean, meanHeadSignature(time)],
		] as const)
			for (const attention of ["hard", "softmax"] as const) {
				const [head] = await statistics({ ...config, attention }, values, tokens, 1000);
				expect(head!.positions).toBeCloseTo(expected.positions, 10);
				expect(head!.split).toBeCloseTo(expected.split, 12);
				expect(head!.deviation).toBeCloseTo(expected.deviation, 10);
			}
	});

test("behind the strict mask the parked head is an argmax head: one position, the share 0", async () => {
	const { config, values } = parkedHead(83);
	const [head] = await statistics(config, values, [Array<number>(83).fill(0)]);
	expect(head).toMatchObject({ positions: 1, deviation: 0, split: 0, positionsShare: 0, leak: 0 });
	expect(classOf(head!.positionsShare)).toBe("argmax-like");
	// Keys fall with the position, so the largest score is the first position's.
	expect(head!.first).toBe(1);
});

test("a mean head attends to all there is: share 1, effective and tolerance counts equal, distance t/2", async () => {
	const { config, values } = meanHead([[1]], 9);
	const [head] = await statistics({ ...config, attention: "softmax" }, values, [Array<number>(9).fill(0)]);
	expect(head!.positionsShare).toBe(1);
	expect(head!.effectiveShare).toBeCloseTo(1, 12);
	expect(head!.toleranceShare).toBe(1);
	expect(head!.effective).toBeCloseTo(5, 12);
	expect(head!.distance).toBeCloseTo(2, 12);
	expect(classOf(head!.positionsShare)).toBe("mean-like");
});

for (const mask of ["strict", "leaky"] as const)
	test(`statistics of a random network are those computed from its weights one by one, mask ${mask}`, async () => {
		const config = modelConfig.parse({ ...smallModel(), mask });
		const values = initialValues(config);
		const tokens = [
			[1, 2, 3, 4, 5, 6],
			[6, 6, 1, 0, 2, 9],
		];
		const heads = await statistics(config, values, tokens);
		const { weights } = await run(
			engine,
			config,
			values,
			tokens,
			(params, ids: JaxArray) => ({ weights: attentionWeights(config, params, ids)[1]! }),
			"float64",
		);
		// Layer 1, head 1; weights [2, 2, 6, 6].
		const rows = [0, 1].flatMap((b) =>
			Array.from({ length: 6 }, (_, t) => {
				const start = ((b * 2 + 1) * 6 + t) * 6;
				return { t, w: Array.from(weights!.subarray(start, start + 6)) };
			}),
		);
		const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
		const entropy = (w: number[]) => -w.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
		const { layer, head, ...measured } = heads[3]!;
		expect([layer, head]).toEqual([1, 1]);
		const later = rows.filter(({ t }) => t > 0);
		const available = (t: number) => (mask === "leaky" ? 6 : t + 1);
		const chosen = mask === "leaky" ? rows : later;
		const near = (w: number[]) => w.filter((p) => p > 0.9 * Math.max(...w)).length;
		const expected: Partial<typeof measured> = {
			effective: mean(rows.map(({ w }) => Math.exp(entropy(w)))),
			effectiveShare: mean(chosen.map(({ t, w }) => (Math.exp(entropy(w)) - 1) / (available(t) - 1))),
			tolerance: mean(rows.map(({ w }) => near(w))),
			leak: mean(rows.map(({ t, w }) => w.reduce((sum, p, s) => sum + (s > t ? p : 0), 0))),
			distance: mean(rows.map(({ t, w }) => w.reduce((sum, p, s) => sum + p * Math.abs(t - s), 0))),
			first: mean(later.map(({ w }) => w[0]!)),
			self: mean(later.map(({ t, w }) => w[t]!)),
			previous: mean(later.map(({ t, w }) => w[t - 1]!)),
		};
		for (const [name, value] of Object.entries(expected))
			expect(measured[name as keyof typeof measured], name).toBeCloseTo(value, 12);
		if (mask === "strict") expect(measured.leak).toBe(0);
		else expect(measured.leak).toBeGreaterThan(0.1);
	});

test("batches are pooled: two of one sentence each say what one of both says, to rounding", async () => {
	const config = smallModel();
	const values = initialValues(config);
	const sentences = [
		[1, 2, 3, 4, 5, 6],
		[6, 6, 1, 0, 2, 9],
	];
	const queries = async (tokens: number[][]) => ({
		time: 6,
		queries: (
			await run(engine, config, values, tokens, (params, ids) =>
				headQuantities(config, params, ids, np.array(1), 1),
			)
		)["queries"]!,
	});
	const whole = headStatistics({ ...config, causal: true }, [await queries(sentences)]);
	const parts = headStatistics({ ...config, causal: true }, [
		await queries([sentences[0]!]),
		await queries([sentences[1]!]),
	]);
	for (const [i, head] of whole.entries())
		for (const [name, value] of Object.entries(head))
			expect(parts[i]![name as keyof typeof head], name).toBeCloseTo(value, 5);
});

test("heads that see both ways: padding is left out, all tokens of a sentence are available, and one alone gives no share", async () => {
	/** Weights of one head for each query: uneven, of sum 1. */
	const rows = (length: number) =>
		Array.from({ length }, (_, t) => {
			const raw = Array.from({ length }, (_, s) => 1 + ((3 * t + 5 * s) % 7));
			return raw.map((w) => w / raw.reduce((a, b) => a + b));
		});
	/** Two layers of one head, [1, 1, time, time], zero where a key is padding; queries that are padding hold anything. */
	const measure = async (lengths: number[], time: number) => {
		const values = lengths.flatMap((length) =>
			Array.from({ length: time }, (_, t) =>
				Array.from({ length: time }, (_, s) =>
					t < length && s < length ? rows(length)[t]![s]! : t < length ? 0 : 0.3,
				),
			).flat(2),
		);
		const shape = [lengths.length, 1, time, time];
		const program = await engine.compile(
			(weights: JaxArray) => queryQuantities([weights.ref, np.square(weights)]),
			[{ shape, dtype: "float64" }],
			{ name: "quantities" },
		);
		const tensor = await program(Float64Array.from(values));
		const queries = await tensor.read();
		program.dispose();
		return { queries, time, lengths };
	};
	const shape = { layers: 2, heads: 1, causal: false };
	const padded = headStatistics(shape, [await measure([5, 1, 3], 7)]);
	const alone = headStatistics(shape, [await measure([5], 5), await measure([3], 3), await measure([1], 1)]);
	for (const [i, head] of alone.entries())
		for (const [name, value] of Object.entries(head))
			expect(padded[i]![name as keyof typeof head], name).toBeCloseTo(value, 12);
	const all = [5, 3, 1].flatMap((length) => rows(length).map((w) => ({ w, length })));
	const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
	const width = (w: number[]) => Math.exp(-w.reduce((sum, p) => sum + p * Math.log(p), 0));
	expect(padded[0]!.effective).toBeCloseTo(mean(all.map(({ w }) => width(w))), 12);
	const several = all.filter(({ length }) => length > 1);
	expect(padded[0]!.effectiveShare).toBeCloseTo(
		mean(several.map(({ w, length }) => (width(w) - 1) / (length - 1))),
		12,
	);
	expect(padded[0]!.positionsShare).toBe(1);
});

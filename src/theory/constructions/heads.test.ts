import type { Array as JaxArray } from "@jax-js/jax";
import { beforeAll, expect, test } from "vitest";
import { initialValues, run, smallModel } from "../../../test/support/model.ts";
import { openEngine } from "../../engine/engine.ts";
import { stream } from "../../engine/random.ts";
import type { Engine, TypedArray } from "../../engine/types.ts";
import { forward, type Observer } from "../../model/transformer.ts";
import { softmaxBound } from "../lemmas.ts";
import type { Construction } from "./construction.ts";
import { argmaxHead, meanHead } from "./heads.ts";

let engine: Engine;
beforeAll(async () => {
	engine = await openEngine({ threads: 1 });
});

/** What the one head returns [T][width], and its weights [T][T], for one sentence. */
async function look({ config, values }: Construction, tokens: number[]) {
	const time = tokens.length;
	const seen = await run(
		engine,
		config,
		{ ...values },
		[tokens],
		(params, ids) => {
			const kept: Record<string, JaxArray> = {};
			const observe: Observer = (name, value) => {
				if (/attn\.(heads|weights)$/.test(name)) kept[name.replace(/.*\./, "")] = value.ref;
			};
			forward(config, params, ids, observe);
			return kept;
		},
		"float64",
	);
	const rows = (values: TypedArray, width: number) =>
		Array.from({ length: time }, (_, t) => Array.from(values.subarray(t * width, (t + 1) * width)));
	return { heads: rows(seen["heads"]!, config.width), weights: rows(seen["weights"]!, time) };
}

const randomRows = (count: number, width: number, name: string): number[][] => {
	const values = stream(3, name).normal(count * width);
	return Array.from({ length: count }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width)));
};

const product = (h: readonly number[], m: readonly (readonly number[])[], g: readonly number[]) =>
	h.reduce((sum, x, i) => sum + x * m[i]!.reduce((inner, y, j) => inner + y * g[j]!, 0), 0);

test("an argmax head returns, bit for bit, the visible row with the largest h M gᵀ: 200 queries", async () => {
	const [rows, m] = [randomRows(50, 5, "rows"), randomRows(5, 5, "matrix")];
	for (const seed of [0, 1, 2, 3]) {
		const tokens = Array.from(stream(seed, "tokens").permutation(50));
		const { heads } = await look(argmaxHead(rows, m, 50), tokens);
		for (const [t, returned] of heads.entries()) {
			const visible = tokens.slice(0, t + 1).map((token) => rows[token]!);
			const scores = visible.map((g) => product(visible[t]!, m, g));
			expect(returned).toEqual(visible[scores.indexOf(Math.max(...scores))]);
		}
	}
});

test("m tied maxima have the weight 1/m exactly, rows sum to 1, and the mean of the tied rows is returned", async () => {
	// The score is the product of the first entries: tokens 1 and 2 tie, token 0 is less.
	const rows = [
		[1, 5],
		[2, 7],
		[2, 11],
	];
	const m = [
		[1, 0],
		[0, 0],
	];
	const tokens = [0, 1, 2, 0, 1, 2, 1];
	const { heads, weights } = await look(argmaxHead(rows, m, 7), tokens);
	for (const [t, w] of weights.entries()) {
		const best = tokens.map((token, s) => s <= t && (t === 0 || token > 0));
		const tied = best.filter(Boolean).length;
		expect(w).toEqual(best.map((yes) => (yes ? 1 / tied : 0)));
		expect(w.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 15);
		const second = tokens.reduce((sum, token, s) => sum + (best[s] ? rows[token]![1]! : 0), 0) / tied;
		expect(heads[t]![1]).toBeCloseTo(second, 14);
	}
});

test("softmax of c·s is within (n − m)e^(−cγ)/m² of saturated attention at its m maxima, e^(−cγ)/m elsewhere", async () => {
	// Products of the first entries, so with ties; the gap γ differs from query to query.
	const rows = [[1], [1.5], [2], [0.2]];
	const tokens = Array.from(stream(7, "tokens").integers(24, 4));
	const hard = (await look(argmaxHead(rows, [[1]], 24), tokens)).weights;
	let reached = 0;
	for (const c of [0.5, 1, 2, 5, 10, 20, 50]) {
		const soft = (await look(argmaxHead(rows, [[c]], 24, { attention: "softmax" }), tokens)).weights;
		for (const [t, weights] of soft.entries()) {
			const scores = tokens.slice(0, t + 1).map((token) => c * rows[tokens[t]!]![0]! * rows[token]![0]!);
			const bounds = softmaxBound(scores);
			for (const [s, bound] of bounds.entries()) {
				const error = Math.abs(weights[s]! - hard[t]![s]!);
				expect(error).toBeLessThanOrEqual(bound + 4e-16);
				if (bound < 1e-3 && error > 0.9 * bound) reached++;
			}
		}
	}
	// The bound is not idle: it is nearly reached.
	expect(reached).toBeGreaterThan(100);
});

test("a mean head returns the prefix mean, eq. 1, to 2e-15", async () => {
	const rows = randomRows(20, 6, "rows");
	const tokens = Array.from(stream(0, "tokens").integers(40, 20));
	const { heads } = await look(meanHead(rows, 40), tokens);
	for (const [t, returned] of heads.entries())
		for (const [i, value] of returned.entries()) {
			const mean = tokens.slice(0, t + 1).reduce((sum, token) => sum + rows[token]![i]!, 0) / (t + 1);
			expect(Math.abs(value - mean)).toBeLessThan(2e-15);
		}
});

test("a mean head over indicators counts: k of t is the rational k/t for all prefixes of 200 tokens", async () => {
	const rows = [
		[1, 0],
		[0, 1],
	];
	const tokens = Array.from(stream(5, "tokens").integers(200, 2));
	const { heads, weights } = await look(meanHead(rows, 200), tokens);
	let k = 0;
	for (const [i, token] of tokens.entries()) {
		const t = i + 1;
		k += 1 - token;
		const value = heads[i]![0]!;
		expect(weights[i]![0]).toBe(1 / t);
		// k/t and no other fraction with a denominator up to 200 lies as near: those differ by 1/200² or more.
		expect(Math.round(value * t)).toBe(k);
		expect(Math.abs(value - k / t)).toBeLessThan(4e-15);
		// Powers of two divide without rounding.
		if (Number.isInteger(Math.log2(t))) expect(value).toBe(k / t);
	}
});

test("the strict mask: changing later tokens changes no earlier logit by a single bit, the leaky one lets them through", async () => {
	for (const attention of ["hard", "softmax"] as const) {
		const config = smallModel({ attention });
		const values = initialValues(config);
		const logits = async (mask: "strict" | "leaky", tokens: number[]) =>
			(
				await run(
					engine,
					{ ...config, mask },
					values,
					[tokens],
					(params, ids) => ({ logits: forward({ ...config, mask }, params, ids) }),
					"float64",
				)
			)["logits"]!.subarray(0, 5 * 11);
		const [one, other] = [
			[1, 2, 3, 4, 5, 6, 7, 8],
			[1, 2, 3, 4, 5, 0, 9, 9],
		];
		expect(await logits("strict", other)).toEqual(await logits("strict", one));
		expect(await logits("leaky", other)).not.toEqual(await logits("leaky", one));
	}
});

test("without a mask, attention is permutation equivariant: here a mean head whose masked scores tie with the visible", async () => {
	// The model is causal. With the leaky mask and scores of 0 every position sees every position alike.
	const rows = randomRows(9, 4, "rows");
	const head = meanHead(rows, 9, { mask: "leaky" });
	const tokens = [4, 1, 8, 0, 2, 2, 7, 5, 3];
	const order = Array.from(stream(2, "order").permutation(9));
	const straight = (await look(head, tokens)).heads;
	const permuted = await look(
		head,
		order.map((i) => tokens[i]!),
	);
	for (const [t, i] of order.entries())
		for (const [j, value] of permuted.heads[t]!.entries()) expect(value).toBeCloseTo(straight[i]![j]!, 14);
	expect(permuted.weights.flat()).toEqual(Array(81).fill(1 / 9));
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { fixtureSeries, float32, writeSeries } from "../../test/support/series-folder.ts";
import type { Row } from "../figure/figure.ts";
import { measureSeries } from "./measure-series.ts";
import { scopesOf } from "./scopes.ts";
import { seriesRows } from "./series-rows.ts";

const rowsOf = async (...checkpoints: Parameters<typeof writeSeries>[0]): Promise<Row[]> =>
	seriesRows(await measureSeries(writeSeries(checkpoints)), "run");

const number = (row: Row, key: string): number => row[key] as number;

const vector = (...values: number[]) => ({ "blocks.0.ff.w1.bias": float32(values, [values.length]) });

test("cosines are exact at both ends: 1 of equal vectors and of multiples by two, −1 of opposite ones", async () => {
	const rows = await rowsOf(
		vector(0.1, 0.2, 0.3),
		vector(0.1, 0.2, 0.3),
		vector(-0.1, -0.2, -0.3),
		vector(0.2, 0.4, 0.6),
	);
	expect(rows.map((row) => row["dyn/direction.previous"])).toEqual([undefined, 1, -1, -1]);
	expect(rows.map((row) => row["dyn/direction.encoder.initial"])).toEqual([1, 1, -1, 1]);
});

test("the cosine of nearly equal vectors keeps what separates them", async () => {
	// 1 − cos ≈ ε²/2 for vectors at a small angle ε: 2⁻⁴¹ here, of which θ·θ′ / ‖θ‖‖θ′‖ would round off half the digits.
	const [, row] = await rowsOf(vector(1, 0), vector(1, 2 ** -20));
	expect((1 - number(row!, "dyn/direction.previous")) / 2 ** -41).toBeCloseTo(1, 3);
});

test("the budget: ‖θ‖² − ‖θ′‖² = 2θ′ᵀδ + ‖δ‖², with 2θ′ᵀδ and cos(θ′, δ) those of a plain loop", async () => {
	const values = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 20, maxLength: 20 });
	await fc.assert(
		fc.asyncProperty(values, values, async (before, after) => {
			const [first, row] = await rowsOf(vector(...before), vector(...after));
			const delta = after.map((x, i) => x - before[i]!);
			const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
			const scale = dot(before, before) + dot(after, after) + 1e-9;
			expect(Math.abs(number(row!, "dyn/radial.all") - 2 * dot(before, delta)) / scale).toBeLessThan(1e-14);
			const grown = number(row!, "dyn/norm.all") ** 2 - number(first!, "dyn/norm.all") ** 2;
			const budget = number(row!, "dyn/radial.all") + number(row!, "dyn/squared_step.all");
			expect(Math.abs(grown - budget) / scale).toBeLessThan(1e-14);
			const length = Math.sqrt(dot(before, before) * dot(delta, delta));
			if (length > 1e-3)
				expect(number(row!, "dyn/alignment.step")).toBeCloseTo(dot(before, delta) / length, 9);
		}),
		{ numRuns: 50 },
	);
});

test("scopes: the encoder is its blocks and final norm without scalars; tables and head are apart; T5 has two stacks", async () => {
	const sizes = async (name: string) => {
		const { tensors } = await measureSeries(fixtureSeries(name));
		return Object.fromEntries([...scopesOf(tensors)].map(([scope, members]) => [scope, members.length]));
	};
	expect(await sizes("hf/llama")).toMatchObject({
		all: 30,
		encoder: 28,
		embedding: 1,
		head: 1,
		"layer.0": 9,
	});
	const t5 = await sizes("hf/t5");
	expect(t5).toMatchObject({ "layer.1": 8, "norms.0": 2, "attention.0": 5, "decoder.cross_attention.1": 4 });
	expect(t5["encoder"]! + t5["decoder"]! + t5["embedding"]!).toBe(t5["all"]);
	const measure = await measureSeries(
		writeSeries([{ "blocks.0.attn.scale": float32([3], []), "blocks.0.ln1.weight": float32([4], [1]) }]),
	);
	expect(seriesRows(measure, "run")[0]).toMatchObject({ "dyn/norm.all": 5, "dyn/norm.encoder": 4 });
});

test("the encoder's square is the sum of its layers' and its final norm's", async () => {
	const measure = await measureSeries(fixtureSeries("hf/gpt2"));
	const [row] = seriesRows(measure, "run");
	const square = (...keys: string[]) => keys.reduce((sum, key) => sum + number(row!, key) ** 2, 0);
	const layers = [0, 1, 2].map((i) => `dyn/norm.layer.${i}`);
	const ends = ["param/transformer.ln_f.weight.norm", "param/transformer.ln_f.bias.norm"];
	expect(square(...layers, ...ends)).toBeCloseTo(square("dyn/norm.encoder"), 9);
	const parts = ["attention", "feed_forward", "norms"].map((module) => `dyn/norm.${module}.1`);
	expect(square(...parts)).toBeCloseTo(square("dyn/norm.layer.1"), 10);
});

test("a scope is compared only with a checkpoint in which it has the same tensors", async () => {
	const more = { ...vector(1, 2), "blocks.0.ff.w2.bias": float32([1], [1]) };
	const rows = await rowsOf(vector(1, 2), more, more);
	expect(rows.map((row) => row["dyn/step.encoder"])).toEqual([undefined, undefined, 0]);
	expect(rows.map((row) => row["dyn/direction.encoder.initial"])).toEqual([1, undefined, undefined]);
	expect(rows[2]!["dyn/norm.encoder"]).toBeCloseTo(Math.sqrt(6), 15);
});

test("values that are not finite leave their keys out, and no others", async () => {
	const [row] = await rowsOf({ ...vector(1, Number.NaN), "head.bias": float32([2], [1]) });
	expect(row).not.toHaveProperty("dyn/norm.encoder");
	expect(row).not.toHaveProperty("dyn/norm.all");
	expect(row!["dyn/norm.head"]).toBe(2);
});

test("stable ranks of a scope are means, spectral norms the largest", async () => {
	const weight = (...diagonal: number[]) => float32([diagonal[0]!, 0, 0, diagonal[1]!], [2, 2]);
	const measure = await measureSeries(
		writeSeries([{ "blocks.0.attn.q.weight": weight(2, 2), "blocks.0.attn.k.weight": weight(3, 0) }]),
		{ spectrum: true, columns: true },
	);
	const [row] = seriesRows(measure, "run");
	expect(row!["dyn/stable_rank.attention.0"]).toBeCloseTo(1.5, 8);
	expect(row!["dyn/spectral_norm.layer.0"]).toBeCloseTo(3, 8);
	expect(row!["dyn/norm.stored_columns"]).toBeCloseTo((2 + 2 + 3 + 0) / 4, 12);
});

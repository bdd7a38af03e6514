import { closeSync, openSync, truncateSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readTensors } from "../../test/support/fixtures.ts";
import { fixtureSeries, float32, type WrittenTensor, writeSeries } from "../../test/support/series-folder.ts";
import { openWeights, valuesOf } from "../checkpoint/open-weights.ts";
import { UserError } from "../error.ts";
import { measureSeries } from "./measure-series.ts";
import type { SeriesMeasure } from "./series-measure.ts";
import { seriesRows } from "./series-rows.ts";

/** Sums of squares by name, names as in the longest of the layouts. */
const squares = ({ tensors }: SeriesMeasure, prefix = "") =>
	Object.fromEntries(
		tensors
			.filter(({ copyOf }) => copyOf === undefined)
			.map(({ name, measures }) => [`${prefix}${name}`, measures[0]!.squared] as const)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);

test.each([
	["hf/llama", "hf-layouts/llama-sharded", ""],
	["hf/llama", "hf-layouts/llama-legacy-config", ""],
	["hf/gpt2", "hf-layouts/gpt2-bin", ""],
	["hf/gpt2", "hf-layouts/gpt2-bare", "transformer."],
	["hf/t5", "hf-layouts/t5-extra-tables", ""],
])("%s and %s have the same norms, bit for bit", async (one, other, prefix) => {
	const [a, b] = [await measureSeries(fixtureSeries(one)), await measureSeries(fixtureSeries(other))];
	expect(squares(b, prefix)).toEqual(squares(a));
	const rows = [a, b].map((measure) =>
		Object.fromEntries(
			Object.entries(seriesRows(measure, "run")[0]!).filter(([key]) => key.startsWith("dyn/")),
		),
	);
	expect(rows[1]).toEqual(rows[0]);
});

test("bfloat16 and its copy in float32 have the same norms and the same cosines, bit for bit", async () => {
	const half = fixtureSeries("hf-layouts/llama-bf16", "hf/llama");
	const before = await measureSeries(half);
	const weights = await openWeights(half.entries[0]!.location);
	const wide: Record<string, WrittenTensor> = {};
	for (const [name, tensor] of weights.tensors) wide[name] = float32(await valuesOf(tensor), tensor.shape);
	await weights.close();
	const written = writeSeries([wide]);
	const after = await measureSeries({
		...written,
		entries: [{ ...written.entries[0]!, step: 0 }, half.entries[1]!],
	});
	const numbers = (measure: SeriesMeasure) => seriesRows(measure, "run");
	expect(before.tensors[0]!.measures[0]!.dtype).toBe("BF16");
	expect(after.tensors[0]!.measures[0]!.dtype).toBe("F32");
	expect(numbers(after)).toEqual(numbers(before));
});

test("norms, steps and distances are those of a plain loop, to 1e-13", async () => {
	const zero = await readTensors("hf/gpt2/model.safetensors");
	const moved = (scale: number) =>
		Object.fromEntries(
			Object.entries(zero).map(([name, x]) => [
				name,
				float32(
					x.map((value, i) => value + scale * Math.sin(i)),
					[x.length],
				),
			]),
		);
	const checkpoints = [moved(0), moved(0.01), moved(0.02)];
	const measure = await measureSeries(writeSeries(checkpoints));
	for (const { name, measures } of measure.tensors) {
		const values = checkpoints.map((tensors) => new Float32Array(tensors[name]!.bytes.slice().buffer));
		const plain = (a: Float32Array, b?: Float32Array) =>
			a.reduce((sum, value, i) => sum + (value - (b?.[i] ?? 0)) ** 2, 0);
		values.forEach((x, at) => {
			expect(Math.abs(measures[at]!.squared / plain(x) - 1)).toBeLessThan(1e-13);
			if (at === 0) return;
			expect(Math.abs(measures[at]!.squaredStep! / plain(x, values[at - 1]) - 1)).toBeLessThan(1e-13);
			expect(Math.abs(measures[at]!.squaredDistance! / plain(x, values[0]) - 1)).toBeLessThan(1e-13);
		});
		expect(measures[0]).not.toHaveProperty("squaredStep");
		expect(measures[0]).not.toHaveProperty("squaredDistance");
	}
});

const generated = fc.array(
	fc.record({
		type: fc.constantFrom("F32", "F64"),
		length: fc.constantFrom(0, 1, 7, 8, 9, 100),
		scale: fc.double({ min: -2, max: 2, noNaN: true }),
		present: fc.boolean(),
	}),
	{ minLength: 1, maxLength: 6 },
);

test("whatever types, lengths and gaps a tensor has in a series, each number is that of its own two checkpoints", async () => {
	await fc.assert(
		fc.asyncProperty(generated, async (steps) => {
			const values = steps.map(({ length, scale }) =>
				Float32Array.from({ length }, (_, i) => scale * Math.cos(i)),
			);
			const anchor = float32([1], [1]);
			const checkpoints = steps.map(({ type, length, present }, at): Record<string, WrittenTensor> => {
				const bytes = new Uint8Array(
					type === "F64" ? Float64Array.from(values[at]!).buffer : values[at]!.buffer,
				);
				const tensor: WrittenTensor = { dtype: type as "F32" | "F64", shape: [length], bytes };
				return present ? { anchor, w: tensor } : { anchor };
			});
			const measure = await measureSeries(writeSeries(checkpoints));
			const w = measure.tensors.find(({ name }) => name === "w");
			for (const [at, { present, length }] of steps.entries()) {
				const found = w?.measures[at];
				if (!present) {
					expect(found).toBeUndefined();
					continue;
				}
				const apart = (to: number) => values[at]!.reduce((sum, x, i) => sum + (x - values[to]![i]!) ** 2, 0);
				const first = steps.findIndex((step) => step.present && step.length === length);
				const follows = steps[at - 1]?.present && steps[at - 1]!.length === length;
				expect(found?.squaredStep !== undefined).toBe(at > 0 && follows);
				expect(found?.squaredDistance !== undefined).toBe(first < at);
				if (follows) expect(found!.squaredStep).toBeCloseTo(apart(at - 1), 12);
				if (first < at) expect(found!.squaredDistance).toBeCloseTo(apart(first), 12);
			}
		}),
		{ numRuns: 60 },
	);
});

const pair = (values: readonly number[]) => ({
	a: float32(values, [values.length]),
	b: float32(values, [values.length]),
});

test("a checkpoint that cannot be opened is left out and named; the others are measured against each other", async () => {
	const series = writeSeries([pair([1, 2]), pair([1, 3]), pair([1, 5])]);
	writeFileSync(series.entries[1]!.location, "not a checkpoint");
	const measure = await measureSeries(series);
	expect(measure.steps).toEqual([0, 200]);
	expect(measure.tensors[0]!.measures[1]!.squaredStep).toBe(9);
	expect(measure.ignored.map(({ path }) => path)).toEqual([series.entries[1]!.location]);
});

test("a checkpoint that is cut off while it is read is left out, too", async () => {
	const large = (value: number) => {
		const x = new Float32Array(300_000).fill(value);
		return { a: float32(x, [x.length]), b: float32(x, [x.length]), c: float32(x, [x.length]) };
	};
	const series = writeSeries([large(1), large(2), large(4)]);
	let cut = false;
	const measure = await measureSeries(series, {
		onProgress: () => {
			if (cut) return;
			cut = true;
			const file = openSync(series.entries[1]!.location, "r+");
			truncateSync(series.entries[1]!.location, 1_500_000);
			closeSync(file);
		},
	});
	expect(measure.steps).toEqual([0, 200]);
	for (const { measures } of measure.tensors) expect(measures[1]!.squaredStep).toBe(9 * 300_000);
	expect(measure.ignored[0]).toMatchObject({ path: series.entries[1]!.location });
});

test("a series in which nothing can be read says why", async () => {
	const series = writeSeries([pair([1])]);
	writeFileSync(series.entries[0]!.location, "nothing");
	await expect(measureSeries(series)).rejects.toThrow(UserError);
	await expect(measureSeries(series)).rejects.toThrow(
		/to have a checkpoint that can be read, got none\. Expected/,
	);
});

test("`only` chooses tensors by their names, and one that fits none is refused", async () => {
	const measure = await measureSeries(fixtureSeries("hf/llama"), { only: "*self_attn.?_proj*" });
	expect(measure.tensors).toHaveLength(12);
	await expect(measureSeries(fixtureSeries("hf/llama"), { only: "lm_head.wieght" })).rejects.toThrow(
		/Expected `only` to fit .*, got lm_head\.wieght\. Did you mean `lm_head\.weight`\?/,
	);
});

test("checkpoints without a parameter are refused: nothing was measured, so nothing was found sound", async () => {
	const whole = { dtype: "I64", shape: [2], bytes: new Uint8Array(16) } as const;
	await expect(measureSeries(writeSeries([{ ids: whole }]))).rejects.toThrow(
		/to hold parameters, got 1 tensors, none of which is one\. \(`ids`: whole numbers \(I64\)/,
	);
	await expect(measureSeries(writeSeries([{}]))).rejects.toThrow(/to hold parameters, got 0 tensors/);
});

test("a table that the file holds twice counts once, in the embeddings", async () => {
	const table = float32([1, 2, 3, 4, 5, 6], [3, 2]);
	const other = float32([1, 2, 3, 4, 5, 7], [3, 2]);
	const tied = await measureSeries(
		writeSeries([
			{ "lm_head.weight": table, "transformer.wte.weight": table, "transformer.wpe.weight": other },
		]),
	);
	expect(tied.tensors.map(({ copyOf }) => copyOf)).toEqual(["transformer.wte.weight", undefined, undefined]);
	expect(seriesRows(tied, "run")[0]!["dyn/norm.all"]).toBe(Math.sqrt(91 + 104));
	const untied = await measureSeries(
		writeSeries([
			{ "lm_head.weight": table, "transformer.wte.weight": table },
			{ "lm_head.weight": other, "transformer.wte.weight": table },
		]),
	);
	expect(untied.tensors.map(({ copyOf }) => copyOf)).toEqual([undefined, undefined]);
});

test("spectra and columns: GPT-2's are those of the transposed weight", async () => {
	const name = "h.0.attn.c_attn.weight";
	const x = Float32Array.from({ length: 4 * 12 }, (_, i) => Math.sin(i * i));
	const transposed = Float32Array.from({ length: 48 }, (_, i) => x[(i % 4) * 12 + Math.floor(i / 4)]!);
	const options = { spectrum: true, columns: true };
	const conv = await measureSeries(writeSeries([{ [name]: float32(x, [4, 12]) }]), options);
	const linear = await measureSeries(writeSeries([{ [name]: float32(transposed, [12, 4]) }]), options);
	const [a, b] = [conv.tensors[0]!.measures[0]!, linear.tensors[0]!.measures[0]!];
	expect(a.columns!.count).toBe(4);
	expect(a.columns!.sum).toBeCloseTo(b.columns!.sum, 12);
	expect(a.spectrum!.norm).toBeCloseTo(b.spectrum!.norm, 8);
	const norms = [0, 1, 2, 3].map((row) => Math.hypot(...x.subarray(12 * row, 12 * row + 12)));
	expect(a.columns!.sum).toBeCloseTo(
		norms.reduce((sum, norm) => sum + norm),
		12,
	);
});

test("measuring stops when it is told to", async () => {
	const stop = new AbortController();
	const series = fixtureSeries("hf/llama", "hf/llama");
	const promise = measureSeries(series, {
		signal: stop.signal,
		onProgress: () => stop.abort(new Error("enough")),
	});
	await expect(promise).rejects.toThrow("enough");
});

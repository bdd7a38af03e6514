import { grad, type Array as JaxArray, nn, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { type CoOccurrenceSet, coOccurrenceSet } from "../../data/co-occurrence.ts";
import { openEngine } from "../../engine/engine.ts";
import { stream } from "../../engine/random.ts";
import { golden } from "../../study/co-occurrence/golden.ts";
import { formOf } from "./forms.ts";
import { initialise } from "./initialise.ts";
import { layoutOf } from "./layout.ts";
import type { Parameters } from "./network.ts";

const matrices = ["mlp", "value", "key", "query"] as const;

const dataset = coOccurrenceSet({ samples: 6, length: 4, irrelevant: "repeated", words: 8, seed: 4 });
const sizes = { words: 8, width: 5, neurons: 3 };
const parameters = initialise(sizes, { name: "gaussian", mlp: 0.7, value: 0.5, attention: 0.9 }, 4);
const form = formOf("full", dataset, parameters);

/** The rates that the full form's field gives, row by row as in the paper. */
function ratesOf(of: typeof form, { sizes }: Parameters, state: Float64Array) {
	const out = new Float64Array(of.length);
	of.field(0, state, out);
	const at = layoutOf(sizes, "full");
	const { words, width, neurons } = sizes;
	const matrix = (from: number) =>
		Float64Array.from(
			{ length: words * width },
			(_, i) => out[from + (i % words) * width + Math.floor(i / words)]!,
		);
	return {
		mlp: out.slice(0, neurons * width),
		value: matrix(at.value),
		key: matrix(at.key),
		query: matrix(at.query),
		energy: out[at.dissipated]!,
	};
}

/** L̂ straight from equations 1 and 2, in as many loops as they have sums. */
function lossOf({ samples, length: L, tokens, labels }: CoOccurrenceSet, p: Parameters): number {
	const { words: d, width: m, neurons } = p.sizes;
	const column = (matrix: Float64Array, word: number) =>
		Array.from({ length: m }, (_, r) => matrix[r * d + word]!);
	const dot = (x: number[], y: number[]) => x.reduce((sum, v, r) => sum + v * y[r]!, 0);
	let loss = 0;
	for (let i = 0; i < samples; i++) {
		const words = Array.from(tokens.subarray(i * L, (i + 1) * L));
		let output = 0;
		for (const query of words) {
			const weights = words.map((key) =>
				Math.exp(dot(column(p.key, key), column(p.query, query)) / Math.sqrt(m)),
			);
			const total = weights.reduce((sum, w) => sum + w, 0);
			for (const [h, key] of words.entries())
				for (let j = 0; j < neurons; j++)
					output +=
						(weights[h]! / total) *
						p.signs[j]! *
						dot(Array.from(p.mlp.subarray(j * m, (j + 1) * m)), column(p.value, key));
		}
		loss += Math.log(1 + Math.exp(-labels[i]! * output)) / samples;
	}
	return loss;
}

test("the field is minus the gradient of equations 1 and 2, by finite differences to 1e-8", () => {
	const rates = ratesOf(form, parameters, form.stateOf(parameters));
	const h = 1e-5;
	for (const name of matrices)
		for (let i = 0; i < parameters[name].length; i++) {
			const at = (change: number) =>
				lossOf(dataset, {
					...parameters,
					[name]: parameters[name].map((x, k) => (k === i ? x + change : x)),
				});
			expect(Math.abs(rates[name][i]! + (at(h) - at(-h)) / (2 * h))).toBeLessThan(1e-8);
		}
});

test("and by the engine's automatic differentiation in float64 to 1e-14", async () => {
	const { samples, length, tokens, labels } = dataset;
	const { words, width, neurons } = sizes;
	const oneHot = new Float64Array(samples * length * words);
	for (const [i, word] of tokens.entries()) oneHot[i * words + word] = 1;
	const float = (...shape: number[]) => ({ shape, dtype: "float64" as const });
	type Matrices = Record<(typeof matrices)[number], JaxArray>;
	/** x [samples, length, words], signs [1, neurons], y [samples]. */
	const loss = ({ mlp, value, key, query }: Matrices, x: JaxArray, signs: JaxArray, y: JaxArray) => {
		const of = (matrix: JaxArray) => np.matmul(x.ref, np.transpose(matrix)); // [samples, length, width]
		const queries = of(query);
		const scores = np.matmul(queries, np.transpose(of(key), [0, 2, 1])).mul(width ** -0.5); // [samples, query, key]
		const mixed = np.matmul(nn.softmax(scores), of(value)); // [samples, query, width]
		const neuron = np.matmul(signs, mlp); // [1, width]
		const outputs = np.sum(np.matmul(mixed, np.transpose(neuron)).reshape([samples, length]), -1);
		x.dispose();
		return np.mean(np.log(np.exp(outputs.mul(y).mul(-1)).add(1)));
	};
	const engine = await openEngine();
	const program = await engine.compile(
		(theta: Matrices, x: JaxArray, signs: JaxArray, y: JaxArray) => grad(loss)(theta, x, signs, y),
		[
			{
				mlp: float(neurons, width),
				value: float(width, words),
				key: float(width, words),
				query: float(width, words),
			},
			float(samples, length, words),
			float(1, neurons),
			float(samples),
		],
		{ name: "co-occurrence" },
	);
	const { mlp, value, key, query } = parameters;
	const gradient = await program(
		{ mlp, value, key, query },
		oneHot,
		parameters.signs,
		Float64Array.from(labels),
	);
	const rates = ratesOf(form, parameters, form.stateOf(parameters));
	for (const name of matrices) {
		const theirs = await gradient[name].read();
		for (let i = 0; i < theirs.length; i++)
			expect(Math.abs(theirs[i]! + rates[name][i]!)).toBeLessThan(1e-14);
	}
});

test("where outputs are in the thousands and scores in the tens of thousands, rates are finite and the loss is linear", () => {
	const far: Parameters = {
		...parameters,
		mlp: parameters.mlp.map((x) => 1e5 * x),
		key: parameters.key.map((x) => 1e5 * x),
	};
	const state = form.stateOf(far);
	const { loss, outputs } = form.observe(state);
	const wrong = outputs.map((f, i) => Math.max(0, -f * dataset.labels[i]!)).reduce((sum, x) => sum + x, 0);
	expect(wrong).toBeGreaterThan(1e4);
	expect(Math.abs(loss / (wrong / 6) - 1)).toBeLessThan(1e-4);
	const out = new Float64Array(form.length);
	form.field(0, state, out);
	expect(out.every(Number.isFinite)).toBe(true);
});

test("the golden vector's start has every printed digit, in all three forms", () => {
	const { dataset, parameters, start } = golden;
	const near = (values: ArrayLike<number>, expected: readonly number[], tolerance = 1e-12) => {
		for (const [i, x] of expected.entries()) expect(Math.abs(values[i]! - x)).toBeLessThan(tolerance);
	};
	for (const name of ["full", "reduced", "closed"] as const) {
		const golden = formOf(name, dataset, parameters);
		const state = golden.stateOf(parameters);
		const seen = golden.observe(state);
		near([seen.loss, seen.squaredGradient], [start.loss, start.squaredGradient], 1e-15);
		near(seen.outputs, start.outputs);
		near(golden.outputs(state), start.outputs);
		near(seen.G, start.G);
		near(seen.c, start.c);
		// [key, query] of sample 0: its first column.
		near(
			[0, 3, 6].map((i) => seen.attention[i]!),
			start.attention,
		);
		expect(golden.leastMargin(state)).toBeCloseTo(-start.outputs[5]!, 12);
		expect(seen.dissipated).toBe(0);
	}
	const full = formOf("full", dataset, parameters);
	const rates = ratesOf(full, parameters, full.stateOf(parameters));
	near(rates.mlp, start.mlpRate);
	near(rates.value, start.valueRate);
	near(rates.key, start.keyRate, 1e-15);
	near(rates.query, start.queryRate, 1e-15);
	expect(rates.energy).toBeCloseTo(start.squaredGradient, 14);
});

test("outputs do not see permuted positions, renamed irrelevant words, rotations, rescaling or a common shift, to 1e-12", () => {
	const { samples, length, tokens } = dataset;
	const { words, width, neurons } = sizes;
	const before = form.outputs(form.stateOf(parameters));
	const same = (changed: Partial<Parameters>, set: Partial<CoOccurrenceSet> = {}) => {
		const theta = { ...parameters, ...changed };
		const other = formOf("reduced", { ...dataset, ...set }, theta);
		for (const [i, output] of other.outputs(other.stateOf(theta)).entries())
			expect(Math.abs(output - before[i]!)).toBeLessThan(1e-12);
	};
	const backwards = tokens.map((_, at) => {
		const i = Math.floor(at / length);
		return tokens[i * length + length - 1 - (at % length)]!;
	});
	expect(backwards).not.toEqual(tokens);
	same({}, { tokens: backwards });

	const rename = (word: number) => (word < 3 ? word : 3 + ((word - 1) % (words - 3)));
	const renamed = (matrix: Float64Array) => {
		const out = matrix.slice();
		for (let r = 0; r < width; r++)
			for (let word = 0; word < words; word++) out[r * words + rename(word)] = matrix[r * words + word]!;
		return out;
	};
	same(
		{ value: renamed(parameters.value), key: renamed(parameters.key), query: renamed(parameters.query) },
		{ tokens: tokens.map(rename) },
	);

	const v = stream(7, "reflection").normal(width);
	const norm = v.reduce((sum, x) => sum + x * x, 0);
	/** I − 2vvᵀ/‖v‖² on the rows of a matrix with `columns` columns. */
	const reflect = (matrix: Float64Array, columns: number) =>
		matrix.map((x, at) => {
			const [r, column] = [Math.floor(at / columns), at % columns];
			let along = 0;
			for (let s = 0; s < width; s++) along += v[s]! * matrix[s * columns + column]!;
			return x - (2 * v[r]! * along) / norm;
		});
	const turnedMlp = parameters.mlp.map((x, at) => {
		const j = Math.floor(at / width);
		let along = 0;
		for (let s = 0; s < width; s++) along += v[s]! * parameters.mlp[j * width + s]!;
		return x - (2 * v[at % width]! * along) / norm;
	});
	expect(turnedMlp.length).toBe(neurons * width);
	same({ key: reflect(parameters.key, words), query: reflect(parameters.query, words) });
	same({ mlp: turnedMlp, value: reflect(parameters.value, words) });
	same({ key: parameters.key.map((x) => 3 * x), query: parameters.query.map((x) => x / 3) });
	same({ key: parameters.key.map((x, at) => x + v[Math.floor(at / words)]!) });
	expect(samples).toBe(before.length);
});

test("data and network of different vocabularies are refused", () => {
	for (const name of ["full", "reduced", "closed"] as const)
		expect(() => formOf(name, dataset, { ...parameters, sizes: { ...sizes, words: 10 } })).toThrow(
			"Expected `sizes.words` to be the data's 8, got 10.",
		);
});

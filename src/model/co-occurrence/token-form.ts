/** The full and the reduced form, which differ in how they hold the MLP alone. */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import { UserError } from "../../error.ts";
import type { AttentionMotion, Form, Observation } from "./form.ts";
import { dot } from "./kernels.ts";
import { layoutOf, storeByToken } from "./layout.ts";
import { leastMarginOf } from "./logistic.ts";
import type { Parameters, Sizes } from "./network.ts";
import { inner, observationOf } from "./observe.ts";
import { createPass } from "./pass.ts";
import { wordPairs } from "./word-pairs.ts";

/** How a form holds W: numbers at the beginning of its states. */
export interface MlpPart {
	readonly name: "full" | "reduced";
	store(parameters: Parameters, state: Float64Array): void;
	/** Fills w̄ = Wᵀa. */
	sum(state: Float64Array, neuron: Float64Array): void;
	/** Writes the rate of these numbers, of which W_V c is what matters. */
	rate(valueC: Float64Array, out: Float64Array): void;
	/** ‖W‖², or what the form knows of it: b/m₁. */
	squaredNorm(state: Float64Array): number;
}

export function tokenForm(
	dataset: CoOccurrenceSet,
	sizes: Sizes,
	mlp: MlpPart,
	attention: AttentionMotion,
): Form {
	checkVocabulary(dataset, sizes);
	const { words, width, neurons } = sizes;
	const { samples, length } = dataset;
	const layout = layoutOf(sizes, mlp.name);
	const size = words * width;
	const pairs = wordPairs(dataset);
	const pass = createPass(dataset, pairs, width);
	const { neuron, G, c, valueC, p } = pass;
	const trained = attention === "trained";
	const scratch = new Float64Array(layout.length);

	function field(_time: number, state: Float64Array, out: Float64Array): void {
		forward(state);
		pass.backward(state, layout.value, out, trained);
		mlp.rate(valueC, out);
		out[layout.dissipated] =
			neurons * inner(valueC, valueC) + dot(out, layout.value, out, layout.value, 3 * size);
	}

	function forward(state: Float64Array): void {
		mlp.sum(state, neuron);
		pass.forward(state, layout.value);
	}

	function observe(state: Float64Array): Observation {
		field(0, state, scratch);
		const column = (at: number, word: number) => at + word * width;
		const between = (x: Float64Array, i: number, y: Float64Array, j: number) => dot(x, i, y, j, width);
		const score = (key: number, query: number) =>
			between(state, column(layout.key, key), state, column(layout.query, query));
		const scoreRate = (key: number, query: number) =>
			trained
				? between(scratch, column(layout.key, key), state, column(layout.query, query)) +
					between(state, column(layout.key, key), scratch, column(layout.query, query))
				: 0;
		const rates = new Float64Array(pairs.count);
		for (let key = 0; key < words; key++)
			for (let pair = pairs.byKey.starts[key]!; pair < pairs.byKey.starts[key + 1]!; pair++)
				rates[pair] = scoreRate(key, pairs.byKey.partners[pair]!);
		const b = inner(neuron, neuron);
		const squares = (at: number) => dot(state, at, state, at, size);
		const gram = (at: number) => nine((k, q) => between(state, column(at, k), state, column(at, q)));
		const valueSquares = squares(layout.value);
		/** W_V G. */
		const valueG = new Float64Array(width);
		for (let word = 0; word < words; word++)
			for (let r = 0; r < width; r++) valueG[r]! += G[word]! * state[column(layout.value, word) + r]!;
		return observationOf(dataset, sizes, {
			outputs: pass.outputs.slice(),
			attention: byKey(p, samples, length),
			G: G.slice(),
			GRate: c.map((x, word) => b * x + neurons * between(state, column(layout.value, word), valueC, 0)),
			c: c.slice(),
			b,
			valueC: inner(valueC, valueC),
			scores: nine(score),
			scoreRates: nine(scoreRate),
			scoreRate: (i, h, l) => rates[pairs.index[(i * length + l) * length + h]!]!,
			valueGram: gram(layout.value),
			keyGram: gram(layout.key),
			queryGram: gram(layout.query),
			rankOneShare: inner(valueG, valueG) / (inner(G, G) * valueSquares),
			traces: {
				mlp: mlp.squaredNorm(state) - valueSquares,
				attention: squares(layout.key) - squares(layout.query),
			},
			squaredGradient: scratch[layout.dissipated]!,
			dissipated: state[layout.dissipated]!,
		});
	}

	return {
		name: mlp.name,
		attention,
		sizes,
		dataset,
		length: layout.length,
		field,
		observe,
		stateOf(parameters) {
			const state = new Float64Array(layout.length);
			mlp.store(parameters, state);
			storeByToken(parameters.value, sizes, state, layout.value);
			storeByToken(parameters.key, sizes, state, layout.key);
			storeByToken(parameters.query, sizes, state, layout.query);
			return state;
		},
		outputs(state) {
			forward(state);
			return pass.outputs.slice();
		},
		leastMargin(state) {
			forward(state);
			return leastMarginOf(pass.outputs, dataset.labels);
		},
	};
}

/** Throws UserError unless data and network have the same vocabulary. */
export function checkVocabulary(dataset: CoOccurrenceSet, sizes: Sizes): void {
	if (dataset.words !== sizes.words)
		throw new UserError(
			`Expected \`sizes.words\` to be the data's ${dataset.words}, got ${sizes.words}. Give both the same vocabulary.`,
		);
}

/** [samples, length (query), length (key)] to [samples, length (key), length (query)]. */
function byKey(p: Float64Array, samples: number, length: number): Float64Array {
	const turned = new Float64Array(p.length);
	for (let i = 0; i < samples; i++)
		for (let l = 0; l < length; l++)
			for (let h = 0; h < length; h++)
				turned[(i * length + h) * length + l] = p[(i * length + l) * length + h]!;
	return turned;
}

/** A 3 × 3 matrix of keys and queries among μ₁, μ₂, μ₃. */
export const nine = (of: (key: number, query: number) => number): Float64Array =>
	Float64Array.from({ length: 9 }, (_, at) => of(Math.floor(at / 3), at % 3));

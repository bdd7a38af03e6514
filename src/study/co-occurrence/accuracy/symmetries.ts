/**
 * Changes of data and parameters that leave every output as it is. Each continuous one is the reason for a conserved
 * quantity (Noether): rotations of W_V against W for C1, of W_K and W_Q for C2, the common shift of keys for C5.
 */
import { Matrix, QrDecomposition } from "ml-matrix";
import type { CoOccurrenceSet } from "../../../data/co-occurrence.ts";
import { type RandomStream, stream } from "../../../engine/random.ts";
import { formOf } from "../../../model/co-occurrence/forms.ts";
import type { Parameters } from "../../../model/co-occurrence/network.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { lossOf, openSetting } from "./setting.ts";

export const symmetriesName = "accuracy/symmetries";

export const symmetries = (seeds: number): Analysis => ({
	kind: "analysis",
	name: symmetriesName,
	title: "Symmetries of the network, and its gradient",
	needs: [],
	options: { seeds },
	async compute({ signal, progress }) {
		const rows: AnalysisRow[] = [];
		for (let seed = 0; seed < seeds; seed++) {
			signal.throwIfAborted();
			const network = openSetting(seed);
			const before = outputsOf(network);
			for (const [symmetry, change] of Object.entries(changes)) {
				const after = outputsOf(change(network, stream(seed, `symmetry/${symmetry}`)));
				const difference = before.reduce((most, F, i) => Math.max(most, Math.abs(F - after[i]!)), 0);
				rows.push({ part: "symmetry", symmetry, seed, difference });
			}
			rows.push({ part: "gradient", seed, difference: gradientError(seed) });
			progress((seed + 1) / seeds);
		}
		return rows;
	},
});

interface Network {
	readonly dataset: CoOccurrenceSet;
	readonly parameters: Parameters;
}

/** F_i: [samples]. */
function outputsOf({ dataset, parameters }: Network): Float64Array {
	const form = formOf("full", dataset, parameters);
	return form.outputs(form.stateOf(parameters));
}

const changes: Readonly<Record<string, (network: Network, random: RandomStream) => Network>> = {
	"positions permuted": ({ dataset, parameters }, random) => {
		const order = random.permutation(dataset.length);
		const tokens = dataset.tokens.map((_, at) => {
			const position = at % dataset.length;
			return dataset.tokens[at - position + order[position]!]!;
		});
		return { dataset: { ...dataset, tokens }, parameters };
	},
	"irrelevant words renamed": ({ dataset, parameters }, random) => {
		const { words, width } = parameters.sizes;
		const names = random.permutation(words - 3);
		const nameOf = (word: number) => (word < 3 ? word : 3 + names[word - 3]!);
		const renamed = (table: Float64Array) => {
			const out = new Float64Array(table.length);
			for (let r = 0; r < width; r++)
				for (let word = 0; word < words; word++) out[r * words + nameOf(word)] = table[r * words + word]!;
			return out;
		};
		const { value, key, query } = parameters;
		return {
			dataset: { ...dataset, tokens: dataset.tokens.map(nameOf) },
			parameters: { ...parameters, value: renamed(value), key: renamed(key), query: renamed(query) },
		};
	},
	"W_K and W_Q rotated": ({ dataset, parameters }, random) => {
		const { words, width } = parameters.sizes;
		const rotation = rotationOf(width, random);
		const rotated = (table: Float64Array) =>
			numbersOf(rotation.mmul(Matrix.from1DArray(width, words, table)));
		const { key, query } = parameters;
		return { dataset, parameters: { ...parameters, key: rotated(key), query: rotated(query) } };
	},
	"W and W_V rotated": ({ dataset, parameters }, random) => {
		const { words, width, neurons } = parameters.sizes;
		const rotation = rotationOf(width, random);
		const mlp = numbersOf(Matrix.from1DArray(neurons, width, parameters.mlp).mmul(rotation.transpose()));
		const value = numbersOf(rotation.mmul(Matrix.from1DArray(width, words, parameters.value)));
		return { dataset, parameters: { ...parameters, mlp, value } };
	},
	"W_K scaled by 1.7, W_Q by 1/1.7": ({ dataset, parameters }) => ({
		dataset,
		parameters: {
			...parameters,
			key: parameters.key.map((x) => 1.7 * x),
			query: parameters.query.map((x) => x / 1.7),
		},
	}),
	"all keys shifted": ({ dataset, parameters }, random) => {
		const { words, width } = parameters.sizes;
		const shift = random.normal(width);
		const key = parameters.key.map((x, at) => x + shift[Math.floor(at / words)]!);
		return { dataset, parameters: { ...parameters, key } };
	},
};

/** A rotation or reflection at random: the orthogonal factor of a matrix of normal numbers. */
const rotationOf = (width: number, random: RandomStream): Matrix =>
	new QrDecomposition(Matrix.from1DArray(width, width, random.normal(width * width))).orthogonalMatrix;

const numbersOf = (matrix: Matrix): Float64Array => Float64Array.from(matrix.to1DArray());

/** The largest distance of the field from −∇L̂ by central differences, over all parameters. */
function gradientError(seed: number): number {
	const { form, initial } = openSetting(seed);
	const rate = new Float64Array(form.length);
	form.field(0, initial, rate);
	const moved = initial.slice();
	const h = 1e-5;
	let largest = 0;
	for (let i = 0; i < initial.length - 1; i++) {
		const lossAt = (value: number) => {
			moved[i] = value;
			return lossOf(form, moved);
		};
		const slope = (lossAt(initial[i]! + h) - lossAt(initial[i]! - h)) / (2 * h);
		moved[i] = initial[i]!;
		largest = Math.max(largest, Math.abs(rate[i]! + slope));
	}
	return largest;
}

/**
 * One feed-forward layer of the real model against the map: pairs of embeddings with chosen cosines go in, in float64,
 * and their cosines come out. The map is the limit of infinite width; what is left is the noise of a finite one.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { stream } from "../../../engine/random.ts";
import type { Engine } from "../../../engine/types.ts";
import { type ModelConfig, type ModelOptions, modelConfig } from "../../../model/config.ts";
import { initialise } from "../../../model/initialise.ts";
import { type Parameters, parameterSpecs, tensorsOf } from "../../../model/parameters.ts";
import { haar } from "../../../model/signal/orthogonal.ts";
import { encode } from "../../../model/transformer.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";
import { mapOf } from "./networks.ts";

export const layerName = "activations/layer";

const cosines = [-0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9] as const;
/** Pairs of embeddings for each, all at right angles to each other: widths are at least 56. */
const pairs = 4;
const tokens = 2 * pairs * cosines.length;

/** The layer alone: attention has weight 0, the feed-forward network no skip. What is shaped is so for one layer. */
const layer: Partial<ModelOptions> = {
	init: "signal",
	placement: "none",
	positions: "none",
	biases: false,
	residual: { attention: { skip: 1, branch: 0 }, feedForward: "none" },
};

const activations = {
	relu: { activation: "relu" },
	"leaky relu, slope 0.5": { activation: "leaky-relu", negativeSlope: 0.5 },
	// GPT-2's form.
	gelu: { activation: "gelu-tanh" },
	tanh: { activation: "tanh" },
	"tanh, DKS": { activation: "tanh", shaping: { name: "dks" } },
} as const satisfies Readonly<Record<string, Partial<ModelOptions>>>;

/**
 * `seeds` draws of the weights; `widths` of the states.
 *
 *     kind pair   the measured cosine, by width, activation, pair and seed, beside that of the map
 *     kind map    the map, by activation
 */
export const singleLayer = (widths: readonly number[], seeds: number): Analysis => ({
	kind: "analysis",
	name: layerName,
	title: "One feed-forward layer against the map of cosines",
	needs: [],
	options: { widths, seeds, cosines, pairs, activations },
	async compute({ engine, signal, progress }) {
		const names = Object.keys(activations) as (keyof typeof activations)[];
		const rows: AnalysisRow[] = names.flatMap(mapRows);
		for (const [at, width] of widths.entries()) {
			const values = Array.from({ length: seeds }, (_, seed) => weights(configOf("relu", width), seed));
			for (const name of names) {
				signal.throwIfAborted();
				rows.push(...(await measured(engine, name, width, values)));
			}
			progress((at + 1) / widths.length);
		}
		return rows;
	},
});

const configOf = (name: keyof typeof activations, width: number): ModelConfig =>
	modelConfig.parse({
		vocabulary: tokens,
		context: tokens,
		layers: 1,
		heads: 1,
		width,
		feedForward: 2 * width,
		...layer,
		...activations[name],
	});

function mapRows(name: keyof typeof activations): AnalysisRow[] {
	const C = mapOf(configOf(name, tokens));
	return Array.from({ length: 41 }, (_, i) => ({
		kind: "map",
		activation: name,
		c: i / 20 - 1,
		map: C(i / 20 - 1),
	}));
}

const cosineOf = (pair: number): number => cosines[pair % cosines.length]!;

type Values = Readonly<Record<string, Float64Array>>;

/** Initial values, with embeddings in pairs of the chosen cosines and of mean square 1. */
function weights(config: ModelConfig, seed: number): Values {
	const { width } = config;
	const values = Object.fromEntries(
		Object.entries(initialise(config, seed)).map(([key, x]) => [key, x.values]),
	);
	const frame = haar(stream(seed, "pairs"), tokens, width);
	const embeddings = frame.map((value, k) => {
		const [token, at] = [Math.floor(k / width), k % width];
		const c = cosineOf(token >> 1);
		const first = frame[(token - 1) * width + at]!;
		return Math.sqrt(width) * (token % 2 ? c * first + Math.sqrt(1 - c * c) * value : value);
	});
	return { ...values, "tok_emb.weight": embeddings };
}

async function measured(
	engine: Engine,
	name: keyof typeof activations,
	width: number,
	draws: readonly Values[],
): Promise<AnalysisRow[]> {
	const config = configOf(name, width);
	const specs = Object.fromEntries(
		Object.entries(parameterSpecs(config, "float64")).filter(([key]) => !key.startsWith("head.")),
	);
	const C = mapOf(config);
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray) => encode(config, params, tokens),
		[specs, { shape: [1, config.context], dtype: "int32" }],
		{ name: "one layer" },
	);
	const rows: AnalysisRow[] = [];
	for (const [seed, values] of draws.entries()) {
		const params = tensorsOf(engine, specs, values);
		const output = await program(
			params,
			Int32Array.from({ length: config.context }, (_, id) => id),
		);
		const states = await output.read();
		output.dispose();
		for (const tensor of Object.values(params)) tensor.dispose();
		for (let pair = 0; pair < tokens / 2; pair++) {
			const c = cosineOf(pair);
			const dot = (a: number, b: number) => {
				let sum = 0;
				for (let k = 0; k < width; k++) sum += states[a * width + k]! * states[b * width + k]!;
				return sum;
			};
			const [u, v] = [2 * pair, 2 * pair + 1];
			const cosine = dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
			rows.push({ kind: "pair", activation: name, width, seed, pair, c, cosine, map: C(c) });
		}
	}
	program.dispose();
	return rows;
}

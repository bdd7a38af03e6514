/**
 * Networks as they begin, for the analyses of this part: parameters of many seeds in an engine's memory, and sequences
 * of different tokens.
 *
 * Initial values depend on a parameter's name, shape and scheme, not on the network, and orthogonal ones are dear: they
 * are made once for all the networks of an analysis.
 */
import { type RandomStream, stream } from "../../../engine/random.ts";
import type { Engine, Tensor, TypedArray } from "../../../engine/types.ts";
import type { ModelConfig } from "../../../model/config.ts";
import { type InitialValues, initialise } from "../../../model/initialise.ts";
import { parameterSpecs, tensorsOf } from "../../../model/parameters.ts";
import { haar, scaledOrthogonal } from "../../../model/signal/orthogonal.ts";
import { compileSignals, type Signals } from "../../../probe/signal.ts";

type Values = Record<string, TypedArray>;

export class Beginnings {
	readonly #make: typeof initialise;
	readonly #known = new Map<string, Float64Array>();

	constructor(make: typeof initialise = initialise) {
		this.#make = make;
	}

	/** Initial values of a seed. */
	of(config: ModelConfig, seed: number): Values {
		const { init, initScale, positions } = config;
		return Object.fromEntries(
			Object.entries(this.#make(config, seed)).map(([name, initial]) => {
				// Trained factors begin where the network's options say.
				if (initial.shape.length === 1) return [name, initial.values];
				const key = [seed, name, initial.shape, init, initScale, positions].join(" ");
				const values = this.#known.get(key) ?? initial.values;
				this.#known.set(key, values);
				return [name, values];
			}),
		);
	}
}

/** All values, made now. */
export const valuesOf = (initial: Readonly<Record<string, InitialValues>>): Values =>
	Object.fromEntries(Object.entries(initial).map(([name, { values }]) => [name, values]));

/** Embeddings at right angles and of mean square 1: Σ_0 = I to rounding, for width ≥ vocabulary. */
export const orthonormalEmbeddings = ({ vocabulary, width }: ModelConfig, seed: number): Float64Array =>
	haar(stream(seed, "orthonormal embeddings"), vocabulary, width).map((x) => Math.sqrt(width) * x);

/** W_V and W_O with independent entries of variance 1/width in place of orthogonal ones. */
export const gaussianMaps = (config: ModelConfig, seed: number): Values =>
	Object.fromEntries(
		Object.entries(parameterSpecs(config))
			.filter(([name]) => /\.attn\.[vo]\.weight$/.test(name))
			.map(([name, { shape }]) => [
				name,
				stream(seed, `gaussian ${name}`)
					.normal(shape[0]! * shape[1]!)
					.map((x) => x / Math.sqrt(shape[1]!)),
			]),
	);

/** How many orthogonal matrices of one shape a pool holds. */
const pooled = 6;

/**
 * Linear weights out of a few orthogonal matrices, each time with rows and columns exchanged and turned at random: as
 * likely as any (Haar's measure does not change), and without a factorisation each, which is what large widths cost. Those
 * of one pool are not independent of one another.
 */
export class OrthogonalPool {
	readonly #pools = new Map<string, readonly Float64Array[]>();

	/** As `initialise`, for `init` signal. */
	readonly initialise = (config: ModelConfig, seed: number): Record<string, InitialValues> => {
		const draw = (shape: readonly number[], name: string) =>
			this.#draw(shape as [number, number], `${seed} ${name}`);
		return Object.fromEntries(
			Object.entries(initialise(config, seed)).map(([name, initial]) => {
				if (!/^blocks\.\d+\.(attn\.[vo]|ff\.w\d)\.weight$/.test(name)) return [name, initial];
				const { shape } = initial;
				return [
					name,
					{
						shape,
						get values() {
							return draw(shape, name);
						},
					},
				];
			}),
		);
	};

	#draw([rows, columns]: readonly [number, number], purpose: string): Float64Array {
		const key = `${rows} × ${columns}`;
		let pool = this.#pools.get(key);
		if (!pool) {
			pool = Array.from({ length: pooled }, (_, k) =>
				scaledOrthogonal(stream(k, `pool ${key}`), rows, columns),
			);
			this.#pools.set(key, pool);
		}
		const from = pool[Math.floor(pooled * stream(0, purpose).uniform(1)[0]!)]!;
		const i = signedPermutation(stream(0, `${purpose} rows`), rows);
		const j = signedPermutation(stream(0, `${purpose} columns`), columns);
		const values = new Float64Array(rows * columns);
		for (let row = 0; row < rows; row++)
			for (let column = 0; column < columns; column++)
				values[row * columns + column] =
					i.signs[row]! * j.signs[column]! * from[i.places[row]! * columns + j.places[column]!]!;
		return values;
	}
}

function signedPermutation(random: RandomStream, n: number) {
	const keys = random.uniform(n);
	const places = Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
	return { places, signs: random.uniform(n, n).map((u) => (u < 0.5 ? -1 : 1)) };
}

export interface Network {
	/** Signals of parameters with these values, on tokens 0, 1, 2, … of the vocabulary, each of which occurs once. */
	measure(values: Values): Promise<Signals>;
	dispose(): void;
}

export async function openNetwork(
	engine: Engine,
	config: ModelConfig,
	options: { readonly gradients: boolean },
): Promise<Network> {
	const { context: length, vocabulary } = config;
	const program = await compileSignals(engine, config, { sequences: 1, length, ...options });
	const tokens = Int32Array.from({ length: length + 1 }, (_, i) => i % vocabulary);
	return {
		async measure(values) {
			const params: Record<string, Tensor> = tensorsOf(engine, program.specs, values);
			try {
				return await program.measure(params, tokens);
			} finally {
				for (const tensor of Object.values(params)) tensor.dispose();
			}
		},
		dispose: () => program.dispose(),
	};
}

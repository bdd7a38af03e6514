/**
 * Initial parameters, made on the host and the same on every machine.
 *
 * Each parameter has a random stream of its own, named after it: adding or removing one changes no other.
 *
 *     scheme      linear weight [out, in]      bias of it     embedding      norm weight, bias
 *     pytorch     U(±1/√in)                    U(±1/√in)      N(0, 1)        1, 0
 *     normal      N(0, 0.02²)                  0              N(0, 0.02²)    1, 0
 *     orthogonal  orthonormal rows or columns  0              N(0, 0.02²)    1, 0
 *     signal      the same × max(1, √(out/in)) 0              N(0, 1), or N(0, ½) beside positions that are added
 *
 * and in `signal` (He et al. 2023; scale-corrected uniform orthogonal weights of the authors' DKS) W_Q is 0 and W_K is
 * N(0, 1/in), as is the head. Factors of mixing and of sublayers begin where their options say.
 */
import { stream } from "../engine/random.ts";
import type { Spec } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import type { ModelConfig } from "./config.ts";
import { isEmbedding, isLinearWeight, mixingGains, parameterSpecs, residualOf } from "./parameters.ts";
import { haar, scaledOrthogonal } from "./signal/orthogonal.ts";

export interface InitialValues {
	readonly shape: readonly number[];
	/** Row-major. Computed anew whenever it is read, so that a large model need not be held on the host. */
	readonly values: Float64Array;
}

/** Initial values of all parameters, in their order. Throws UserError unless the seed is an integer, 0 to 2^53 - 1. */
export function initialise(config: ModelConfig, seed: number): Record<string, InitialValues> {
	const specs = parameterSpecs(config);
	return Object.fromEntries(
		Object.entries(specs).map(([name, { shape }]) => [
			name,
			{
				shape,
				get values() {
					return initialValues(config, seed, name, specs);
				},
			},
		]),
	);
}

function initialValues(config: ModelConfig, seed: number, name: string, specs: Record<string, Spec>) {
	const spec = specs[name]!;
	const n = sizeOf(spec.shape);
	const random = stream(seed, `init/${name}`);
	const times = (values: Float64Array, factor: number): Float64Array => {
		for (let i = 0; i < n; i++) values[i]! *= factor * config.initScale;
		return values;
	};
	const gain = gainOf(config, name);
	if (gain !== undefined) return new Float64Array(n).fill(gain);
	if (isEmbedding(name)) return times(random.normal(n), embeddingScale(config));
	// The bias of a tied head belongs to the token embedding, used as the linear map's weight.
	const weight = specs[name.replace(/bias$/, "weight")] ?? specs["tok_emb.weight"]!;
	if (weight.shape.length === 1) return new Float64Array(n).fill(spec === weight ? 1 : 0);
	const [out, into] = weight.shape as [number, number];
	if (config.init === "pytorch") {
		const values = random.uniform(n).map((u) => 2 * u - 1);
		return times(values, 1 / Math.sqrt(into));
	}
	if (!isLinearWeight(name, spec)) return new Float64Array(n);
	if (config.init === "normal") return times(random.normal(n), 0.02);
	if (config.init === "orthogonal") return times(haar(random, out, into), 1);
	if (name.endsWith(".attn.q.weight")) return new Float64Array(n);
	return name.endsWith(".attn.k.weight") || name === "head.weight"
		? times(random.normal(n), 1 / Math.sqrt(into))
		: times(scaledOrthogonal(random, out, into), 1);
}

/**
 * Standard deviation of embeddings, but for `initScale`. With `signal` tokens and positions together have mean square 1:
 * that of sines and cosines is ½.
 */
export function embeddingScale({ init, positions }: ModelConfig): number {
	if (init === "pytorch") return 1;
	if (init !== "signal") return 0.02;
	return positions === "learned" || positions === "sinusoidal" ? Math.SQRT1_2 : 1;
}

/** Where a trained factor begins; undefined for other parameters. */
function gainOf(config: ModelConfig, name: string): number | undefined {
	const at = name.lastIndexOf(".");
	const [sublayer, part] = [name.slice(0, at), name.slice(at + 1)];
	return part === "branch" ? residualOf(config, sublayer).branch : mixingGains(config)[part];
}

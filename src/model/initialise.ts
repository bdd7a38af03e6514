/**
 * Initial parameters, made on the host and the same on every machine.
 *
 * Each parameter has a random stream of its own, named after it: adding or removing one changes no other.
 *
 *     scheme      linear weight [out, in]      bias of it     embedding      norm weight, bias
 *     pytorch     U(±1/√in)                    U(±1/√in)      N(0, 1)        1, 0
 *     normal      N(0, 0.02²)                  0              N(0, 0.02²)    1, 0
 *     orthogonal  orthonormal rows or columns  0              N(0, 0.02²)    1, 0
 */
import { stream } from "../engine/random.ts";
import type { Spec } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import type { ModelConfig } from "./config.ts";
import { isEmbedding, isLinearWeight, parameterSpecs } from "./parameters.ts";

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
	const { uniform, normal } = stream(seed, `init/${name}`);
	const times = (values: Float64Array, factor: number): Float64Array => {
		for (let i = 0; i < n; i++) values[i]! *= factor * config.initScale;
		return values;
	};
	if (isEmbedding(name)) return times(normal(n), config.init === "pytorch" ? 1 : 0.02);
	// The bias of a tied head belongs to the token embedding, used as the linear map's weight.
	const weight = specs[name.replace(/bias$/, "weight")] ?? specs["tok_emb.weight"]!;
	if (weight.shape.length === 1) return new Float64Array(n).fill(spec === weight ? 1 : 0);
	const [out, into] = weight.shape as [number, number];
	if (config.init === "pytorch") {
		const values = uniform(n).map((u) => 2 * u - 1);
		return times(values, 1 / Math.sqrt(into));
	}
	if (!isLinearWeight(name, spec)) return new Float64Array(n);
	return config.init === "normal" ? times(normal(n), 0.02) : times(orthonormal(normal(n), out, into), 1);
}

/**
 * `values` [rows, columns] with its rows made orthonormal or, where there are more rows than columns, its columns.
 * Gram-Schmidt, each vector twice over: once leaves errors where vectors are nearly dependent.
 */
function orthonormal(values: Float64Array, rows: number, columns: number): Float64Array {
	const wide = rows <= columns;
	const length = wide ? columns : rows;
	const column = (j: number) => Float64Array.from({ length }, (_, i) => values[i * columns + j]!);
	const vectors = Array.from({ length: wide ? rows : columns }, (_, i) =>
		wide ? values.subarray(i * columns, (i + 1) * columns) : column(i),
	);
	const dot = (a: Float64Array, b: Float64Array): number => {
		let sum = 0;
		for (let i = 0; i < length; i++) sum += a[i]! * b[i]!;
		return sum;
	};
	for (const [i, v] of vectors.entries()) {
		for (const u of [...vectors.slice(0, i), ...vectors.slice(0, i)]) {
			const along = dot(u, v);
			for (let k = 0; k < length; k++) v[k]! -= along * u[k]!;
		}
		const norm = Math.sqrt(dot(v, v));
		for (let k = 0; k < length; k++) v[k]! /= norm;
	}
	return wide ? values : values.map((_, k) => vectors[k % columns]![Math.floor(k / columns)]!);
}

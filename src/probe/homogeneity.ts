/**
 * Homogeneity: what a function of the parameters does when all of them are multiplied by c (Merrill et al., App. C).
 *
 *     f(cθ) = c^k f(θ)  for all c > 0         f has degree k (Def. 2)
 *     ⟨θ, ∇f(θ)⟩ = k f(θ)                     Euler's identity, equivalent to it
 *     1 − cos(f(cθ), f(c'θ)), c' large        how far the direction of f is from its limit (Fig. 4)
 *
 * Cosines are ½‖û − v̂‖² below 1, exact at both ends. Cost: a forward pass a value of c.
 */
import { type Array as JaxArray, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import type { DType, Engine, Spec, Tensor, TypedArray } from "../engine/types.ts";
import { sizeOf } from "../engine/values.ts";
import type { Parameters } from "../model/parameters.ts";
import { cosineDistance } from "./saturation.ts";
import { dot, squared } from "./sums.ts";

/** All parameters times the scalar c. Traced. */
export const scaledBy = (params: Parameters, c: JaxArray): Parameters =>
	Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.mul(c.ref)]));

/** k = log(‖f(cθ)‖ / ‖f(θ)‖) / log c: the degree, if there is one. */
export const degreeOf = (norm: number, scaledNorm: number, c: number): number =>
	Math.log(scaledNorm / norm) / Math.log(c);

/** Euclidean norm without overflow. */
export function normOf(x: ArrayLike<number>): number {
	let top = 0;
	for (let i = 0; i < x.length; i++) top = Math.max(top, Math.abs(x[i]!));
	if (top === 0 || !Number.isFinite(top)) return top;
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += (x[i]! / top) ** 2;
	return top * Math.sqrt(sum);
}

/** max |f(cθ) − c^k f(θ)| / max |c^k f(θ)|: 0 where f has degree k. */
export function homogeneityError(
	value: ArrayLike<number>,
	scaled: ArrayLike<number>,
	c: number,
	k: number,
): number {
	const factor = c ** k;
	let [difference, largest] = [0, 0];
	for (let i = 0; i < value.length; i++) {
		difference = Math.max(difference, Math.abs(scaled[i]! - factor * value[i]!));
		largest = Math.max(largest, Math.abs(factor * value[i]!));
	}
	return difference / largest;
}

/** What a function of parameters and tokens gives at cθ: [..., n], any shape. */
export type Encoding = (params: Parameters, tokens: JaxArray) => JaxArray;

export interface ScalingProgram {
	/** f(x; cθ), row-major. */
	at(params: Readonly<Record<string, Tensor>>, tokens: Int32Array, c: number): Promise<TypedArray>;
	/**
	 * 1 − cos(f(x; cθ), f(x; c'θ)) for each c, all of f flattened into one vector, one c after the other: a model of
	 * the published size is scaled in place of being held once for every c. 0 for c = c'.
	 */
	distances(
		params: Readonly<Record<string, Tensor>>,
		tokens: Int32Array,
		factors: readonly number[],
		reference: number,
	): Promise<number[]>;
	dispose(): void;
}

/** Compiles `encoding` with the factor c as a scalar argument. `shape` is that of the tokens, [B, T]. */
export async function compileScaling(
	engine: Engine,
	encoding: Encoding,
	specs: Readonly<Record<string, Spec>>,
	shape: readonly [number, number],
	output: readonly number[],
): Promise<ScalingProgram> {
	const dtype: DType = Object.values(specs)[0]!.dtype;
	const program = await engine.compile(
		(params: Parameters, tokens: JaxArray, c: JaxArray, reference: JaxArray) => {
			const value = encoding(scaledBy(params, c), tokens);
			const distance = cosineDistance(value.ref.reshape([value.size]), reference.reshape([value.size]));
			return { value, distance };
		},
		[{ ...specs }, { shape, dtype: "int32" }, { shape: [], dtype }, { shape: output, dtype }],
		{ name: "scaling" },
	);
	const none = engine.tensor(new Float64Array(sizeOf(output)).fill(1), output, dtype);
	const at: ScalingProgram["at"] = async (params, tokens, c) => {
		const { value, distance } = await program(params, tokens, c, none);
		const read = await value.read();
		value.dispose();
		distance.dispose();
		return read;
	};
	return {
		at,
		async distances(params, tokens, factors, reference) {
			const limit = await program(params, tokens, reference, none);
			const rows: number[] = [];
			for (const c of factors) {
				const { value, distance } = await program(params, tokens, c, limit.value);
				rows.push((await distance.read())[0]!);
				value.dispose();
				distance.dispose();
			}
			limit.value.dispose();
			limit.distance.dispose();
			return rows;
		},
		dispose() {
			none.dispose();
			program.dispose();
		},
	};
}

/** What `eulerSums` gives, as arrays when traced and as tensors when run. */
export interface EulerSums<T> extends Record<string, T> {
	/** f(θ), a scalar. */
	value: T;
	/** ⟨θᵢ, ∂f/∂θᵢ⟩ of each tensor θᵢ, in the order of the record: [tensors]. */
	radial: T;
	/** ‖θ‖² and ‖∇f‖²: [2]. */
	squares: T;
}

/** Traced: the terms of Euler's identity for a scalar function of the parameters. */
export function eulerSums(f: (params: Parameters) => JaxArray, params: Parameters): EulerSums<JaxArray> {
	const [value, gradient] = valueAndGrad(f)(tree.ref(params));
	const terms = Object.entries(params).map(([name, p]) => {
		const g = gradient[name]!;
		return [dot(p.ref, g.ref), squared(p), squared(g)] as const;
	});
	const total = (i: 1 | 2) => np.sum(np.stack(terms.map((term) => term[i])));
	return {
		value,
		radial: np.stack(terms.map(([radial]) => radial)),
		squares: np.stack([total(1), total(2)]),
	};
}

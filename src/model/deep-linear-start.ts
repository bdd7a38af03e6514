/**
 * Where a deep linear network begins: its target with given singular values, and three kinds of initial weights.
 *
 *     aligned     every mode of the target at the same strength in every layer, and nothing else: modes never mix
 *     balanced    D_l = 0 in random directions (Arora, Cohen, Golowich & Hu 2019, Procedure 1)
 *     gaussian    independent entries of deviation scale/√width: not balanced
 */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { stream } from "../engine/random.ts";
import { UserError } from "../error.ts";
import { type DeepLinear, depthOf, layersOf, multiply, parametersOf, transpose } from "./deep-linear.ts";

export interface Modes {
	/** Falling. */
	readonly values: readonly number[];
	/** Columns of U: [rows, rank], and of V: [columns, rank]. */
	readonly left: Float64Array;
	readonly right: Float64Array;
}

/** A = U diag(values) Vᵀ of a matrix [rows, columns], as many modes as its shorter side. */
export function modesOf(matrix: Float64Array, columns: number): Modes {
	const rows = matrix.length / columns;
	const svd = new SingularValueDecomposition(Matrix.from1DArray(rows, columns, Array.from(matrix)), {
		autoTranspose: true,
	});
	const rank = Math.min(rows, columns);
	const take = (from: Matrix, size: number) =>
		Float64Array.from({ length: size * rank }, (_, i) => from.get(Math.floor(i / rank), i % rank));
	return {
		values: svd.diagonal.slice(0, rank),
		left: take(svd.leftSingularVectors, rows),
		right: take(svd.rightSingularVectors, columns),
	};
}

/**
 * A target [outputs, inputs] with these singular values in random directions.
 * Throws a `UserError` unless they are positive, falling, and no more than the shorter side.
 */
export function targetOf(
	values: readonly number[],
	outputs: number,
	inputs: number,
	seed: number,
): Float64Array {
	if (values.length > Math.min(outputs, inputs))
		throw new UserError(
			`Expected at most ${Math.min(outputs, inputs)} singular values for ${outputs} outputs and ${inputs} inputs, ` +
				`got \`${values.length}\`. Give fewer, or more inputs and outputs.`,
		);
	if (!values.every((value, i) => value > 0 && value < (values[i - 1] ?? Number.POSITIVE_INFINITY)))
		throw new UserError(
			`Expected the singular values to be positive and falling, got \`${values.join(", ")}\`. Sort them; equal ones ` +
				"are learned together.",
		);
	const random = stream(seed, "deep-linear/target").normal(outputs * inputs);
	const { left, right } = modesOf(random, inputs);
	const rank = Math.min(outputs, inputs);
	const scaled = left.map((value, i) => value * (values[i % rank] ?? 0));
	return multiply(scaled, transpose(right, rank), rank);
}

/** Each layer `scale` times a partial isometry, lined up with the target: each mode of P begins at scale^N. */
export function alignedStart(network: DeepLinear, scale: number): Float64Array {
	const { sizes, target } = network;
	const modes = modesOf(target, sizes[0]!);
	return split(network, { ...modes, values: modes.values.map(() => scale ** depthOf(network)) });
}

/** A random product of norm scale^N, split evenly: W_N = U Σ^(1/N), … Σ^(1/N) …, W_1 = Σ^(1/N) Vᵀ. */
export function balancedStart(network: DeepLinear, scale: number, seed: number): Float64Array {
	const [inputs, outputs] = [network.sizes[0]!, network.sizes.at(-1)!];
	const modes = modesOf(stream(seed, "deep-linear/balanced").normal(inputs * outputs), inputs);
	const largest = modes.values[0]!;
	return split(network, {
		...modes,
		values: modes.values.map((value) => (value / largest) * scale ** depthOf(network)),
	});
}

/** Layers whose product is U diag(values) Vᵀ, as far as the narrowest of them lets it through, each with Σ^(1/N). */
function split(network: DeepLinear, { values, left, right }: Modes): Float64Array {
	const { sizes } = network;
	const rank = Math.min(...sizes);
	const roots = values.map((value) => value ** (1 / depthOf(network)));
	const state = new Float64Array(parametersOf(network));
	for (const [l, layer] of layersOf(network, state).entries()) {
		const inner = sizes[l]!;
		for (let k = 0; k < rank; k++)
			if (l === 0)
				for (let j = 0; j < inner; j++) layer[k * inner + j] = roots[k]! * right[j * values.length + k]!;
			else if (l === sizes.length - 2)
				for (let i = 0; i < sizes[l + 1]!; i++)
					layer[i * inner + k] = roots[k]! * left[i * values.length + k]!;
			else layer[k * inner + k] = roots[k]!;
	}
	return state;
}

/** Independent normal entries of standard deviation scale/√(inputs of the layer). */
export function gaussianStart(network: DeepLinear, scale: number, seed: number): Float64Array {
	const { sizes } = network;
	const random = stream(seed, "deep-linear/gaussian").normal(parametersOf(network));
	const deviations = sizes
		.slice(1)
		.flatMap((outer, l) => new Array<number>(outer * sizes[l]!).fill(scale / Math.sqrt(sizes[l]!)));
	return random.map((value, i) => value * deviations[i]!);
}

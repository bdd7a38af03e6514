/**
 * Deep linear networks: x ↦ W_N … W_1 x, trained on whitened inputs to a linear target T.
 *
 *     L = ½ ‖W_N … W_1 − T‖²        dW_l/dt = (W_N … W_{l+1})ᵀ (T − P) (W_{l−1} … W_1)ᵀ,   P = W_N … W_1
 *
 * What the network computes is linear in x, but the dynamics are not linear in the weights: this is the smallest model
 * with plateaus, saddles and a conserved quantity. Each pair of neighbours keeps
 *
 *     D_l = W_{l+1}ᵀ W_{l+1} − W_l W_lᵀ                  (Arora, Cohen & Hazan 2018; Du, Hu & Lee 2018)
 *
 * exactly along gradient flow. With D_l = 0 the layers are *balanced*: they share their singular values.
 *
 * The state of a flow is all layers one after the other, W_1 first, each row by row.
 */
import { UserError } from "../error.ts";
import type { VectorField } from "../flow/field.ts";

export interface DeepLinear {
	/** d_0 (inputs), d_1, …, d_N (outputs): W_l is [d_l, d_{l−1}]. */
	readonly sizes: readonly number[];
	/** T: [d_N, d_0]. */
	readonly target: Float64Array;
}

/** Throws a `UserError` unless there are two layers or more, and a target of as many finite numbers as it needs. */
export function deepLinear({ sizes, target }: DeepLinear): DeepLinear {
	if (sizes.length < 3 || !sizes.every((size) => Number.isInteger(size) && size > 0))
		throw new UserError(
			`Expected \`sizes\` to be three positive whole numbers or more, got \`${sizes.join(", ")}\`. Give inputs, ` +
				"hidden widths and outputs; two layers are the least that is deep.",
		);
	const expected = sizes[0]! * sizes.at(-1)!;
	if (target.length !== expected)
		throw new UserError(
			`Expected \`target\` to have ${expected} entries (${sizes.at(-1)} outputs × ${sizes[0]} inputs), got ` +
				`\`${target.length}\`. Change the target or the sizes.`,
		);
	const bad = target.findIndex((value) => !Number.isFinite(value));
	if (bad >= 0)
		throw new UserError(
			`Expected \`target\` to be of finite numbers, got \`${target[bad]}\` at entry ${bad}. Correct the entry.`,
		);
	return { sizes, target };
}

/** N: layers. */
export const depthOf = ({ sizes }: DeepLinear): number => sizes.length - 1;

/** How many numbers the state has. */
export const parametersOf = ({ sizes }: DeepLinear): number =>
	sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i]!, 0);

/** W_1 to W_N: views into the state, which must have as many numbers as the layers. */
export function layersOf(network: DeepLinear, state: Float64Array): Float64Array[] {
	const { sizes } = network;
	if (state.length !== parametersOf(network))
		throw new UserError(
			`Expected the state to have ${parametersOf(network)} numbers for layers of ${sizes.join(" → ")}, got ` +
				`\`${state.length}\`. Make it with an initialisation of these sizes.`,
		);
	let at = 0;
	return sizes.slice(1).map((size, i) => {
		const layer = state.subarray(at, at + size * sizes[i]!);
		at += layer.length;
		return layer;
	});
}

/** a·b of a [rows, inner] and b [inner, columns], into `out` [rows, columns]. */
export function multiply(
	a: Float64Array,
	b: Float64Array,
	inner: number,
	out: Float64Array = new Float64Array((a.length / inner) * (b.length / inner)),
): Float64Array {
	const rows = a.length / inner;
	const columns = b.length / inner;
	out.fill(0);
	for (let i = 0; i < rows; i++)
		for (let k = 0; k < inner; k++) {
			const factor = a[i * inner + k]!;
			for (let j = 0; j < columns; j++) out[i * columns + j]! += factor * b[k * columns + j]!;
		}
	return out;
}

/** The transpose of a matrix of so many columns. */
export function transpose(a: Float64Array, columns: number): Float64Array {
	const rows = a.length / columns;
	const out = new Float64Array(a.length);
	for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
	return out;
}

/** P = W_N … W_1: [d_N, d_0]. */
export function productOf(network: DeepLinear, state: Float64Array): Float64Array {
	const { sizes } = network;
	return layersOf(network, state).reduce(
		(product, layer, l) => multiply(layer, product, sizes[l]!),
		identity(sizes[0]!),
	);
}

/** ½ ‖P − T‖². */
export function lossOf(network: DeepLinear, state: Float64Array): number {
	const product = productOf(network, state);
	return product.reduce((sum, value, i) => sum + (value - network.target[i]!) ** 2 / 2, 0);
}

/** Gradient flow: −∂L/∂W_l for each layer, in a state's order. */
export function deepLinearFlow(network: DeepLinear): VectorField {
	const { sizes, target } = network;
	const inputs = sizes[0]!;
	return (_time, state, out) => {
		const layers = layersOf(network, state);
		const rates = layersOf(network, out);
		// W_{l−1} … W_1: [d_{l−1}, d_0].
		const below = [identity(inputs)];
		for (const [l, layer] of layers.entries()) below.push(multiply(layer, below[l]!, sizes[l]!));
		// (W_N … W_{l+1})ᵀ (T − P): [d_l, d_0].
		let above: Float64Array = below.at(-1)!.map((value, i) => target[i]! - value);
		for (let l = layers.length - 1; l >= 0; l--) {
			multiply(above, transpose(below[l]!, inputs), inputs, rates[l]!);
			above = multiply(transpose(layers[l]!, sizes[l]!), above, sizes[l + 1]!);
		}
	};
}

/** D_l = W_{l+1}ᵀ W_{l+1} − W_l W_lᵀ for l = 1 … N−1: [d_l, d_l] each. */
export function imbalancesOf(network: DeepLinear, state: Float64Array): Float64Array[] {
	const { sizes } = network;
	const layers = layersOf(network, state);
	return layers.slice(1).map((upper, l) => {
		const lower = layers[l]!;
		const [outer, shared, inner] = [sizes[l + 2]!, sizes[l + 1]!, sizes[l]!];
		const above = multiply(transpose(upper, shared), upper, outer);
		const under = multiply(lower, transpose(lower, inner), inner);
		return above.map((value, i) => value - under[i]!);
	});
}

export function identity(size: number): Float64Array {
	const out = new Float64Array(size * size);
	for (let i = 0; i < size; i++) out[i * size + i] = 1;
	return out;
}

/** Σ ‖W_l‖². */
export const weightsOf = (state: Float64Array): number =>
	state.reduce((sum, value) => sum + value * value, 0);

/** √Σ ‖D_l‖²: 0 if all layers are balanced. */
export const imbalanceOf = (network: DeepLinear, state: Float64Array): number =>
	Math.sqrt(imbalancesOf(network, state).reduce((sum, imbalance) => sum + weightsOf(imbalance), 0));

/** The largest change of an entry of any D_l between two states. */
export function imbalanceDrift(network: DeepLinear, from: Float64Array, to: Float64Array): number {
	const after = imbalancesOf(network, to);
	return imbalancesOf(network, from).reduce(
		(most, before, l) =>
			before.reduce((largest, value, i) => Math.max(largest, Math.abs(value - after[l]![i]!)), most),
		0,
	);
}

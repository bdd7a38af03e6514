/**
 * The reduced form: w̄ = Wᵀa in place of W, exact since a is fixed and the MLP linear. w̄′ = m₁ W_V c: a single neuron m₁
 * times as fast. Every neuron moves by the same vector, up to its sign, so W is recovered from w̄ and its initial value.
 */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import type { AttentionMotion, Form } from "./form.ts";
import type { Parameters, Sizes } from "./network.ts";
import { tokenForm } from "./token-form.ts";

/** Throws UserError if vocabularies differ. */
export function reducedForm(
	dataset: CoOccurrenceSet,
	sizes: Sizes,
	{ attention = "trained" }: { readonly attention?: AttentionMotion } = {},
): Form {
	const { width, neurons } = sizes;
	return tokenForm(
		dataset,
		sizes,
		{
			name: "reduced",
			store: (parameters, state) => state.set(meanNeuron(parameters)),
			sum(state, neuron) {
				for (let r = 0; r < width; r++) neuron[r] = state[r]!;
			},
			rate(valueC, out) {
				for (let r = 0; r < width; r++) out[r] = neurons * valueC[r]!;
			},
			squaredNorm: (state) => state.subarray(0, width).reduce((sum, x) => sum + x * x, 0) / neurons,
		},
		attention,
	);
}

/** w̄ = Σ_j a_j w_j: [width]. */
export function meanNeuron({ sizes: { width }, signs, mlp }: Parameters): Float64Array {
	const sum = new Float64Array(width);
	for (let at = 0; at < mlp.length; at++) sum[at % width]! += signs[Math.floor(at / width)]! * mlp[at]!;
	return sum;
}

/** W(t) = W(0) + a(w̄(t) − w̄(0))ᵀ/m₁, row by row, [neurons, width], of a state that the flow reached from `initial`. */
export function recoverMlp(initial: Parameters, state: Float64Array): Float64Array {
	const { width, neurons } = initial.sizes;
	const start = meanNeuron(initial);
	return initial.mlp.map(
		(x, at) =>
			x + (initial.signs[Math.floor(at / width)]! * (state[at % width]! - start[at % width]!)) / neurons,
	);
}

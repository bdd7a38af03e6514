/** The full form: W, W_V, W_K and W_Q, all that the paper trains. W′ = a(W_V c)ᵀ (§3.1 of the specification). */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import type { AttentionMotion, Form } from "./form.ts";
import type { Sizes } from "./network.ts";
import { tokenForm } from "./token-form.ts";

/** `signs` are a, [neurons], which the flow needs besides its state. Throws UserError if vocabularies differ. */
export function fullForm(
	dataset: CoOccurrenceSet,
	sizes: Sizes,
	signs: Float64Array,
	{ attention = "trained" }: { readonly attention?: AttentionMotion } = {},
): Form {
	const { width, neurons } = sizes;
	const form = tokenForm(
		dataset,
		sizes,
		{
			name: "full",
			store: ({ mlp }, state) => state.set(mlp),
			sum(state, neuron) {
				neuron.fill(0);
				for (let j = 0; j < neurons; j++)
					for (let r = 0; r < width; r++) neuron[r]! += signs[j]! * state[j * width + r]!;
			},
			rate(valueC, out) {
				for (let j = 0; j < neurons; j++)
					for (let r = 0; r < width; r++) out[j * width + r] = signs[j]! * valueC[r]!;
			},
			squaredNorm: (state) => state.subarray(0, neurons * width).reduce((sum, x) => sum + x * x, 0),
		},
		attention,
	);
	return { ...form, signs };
}

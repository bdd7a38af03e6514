/**
 * A form of the gradient flow θ' = −∇L̂(θ): coordinates, the field in them, and what can be seen of a state.
 *
 *     full      W, W_V, W_K, W_Q: everything that the paper trains                                        (§3 there)
 *     reduced   w̄ = Wᵀa, W_V, W_K, W_Q: exact, since a is fixed and the MLP linear; m numbers in place of m₁·m
 *     closed    b = ‖w̄‖², G, W_VᵀW_V, W_KᵀW_Q, W_KᵀW_K, W_QᵀW_Q: exact, d² numbers whatever the width
 *
 * Time is that of full gradient flow in all three. The last number of every state is the energy that the flow has
 * dissipated, ∫‖∇L̂‖² dt over all of the full parameters that move: with exact integration L̂(t) + it = L̂(0).
 */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import type { VectorField } from "../../flow/field.ts";
import type { Parameters, Sizes } from "./network.ts";

export type FormName = "full" | "reduced" | "closed";

/** Whether W_K and W_Q move. Frozen, they keep their initial values, and what is dissipated is that of the others. */
export type AttentionMotion = "trained" | "frozen";

export interface Form {
	readonly name: FormName;
	readonly attention: AttentionMotion;
	readonly sizes: Sizes;
	/** a: [neurons]. The full form's alone: the others do not need it. */
	readonly signs?: Float64Array;
	readonly dataset: CoOccurrenceSet;
	/** Numbers in a state, the dissipated energy among them. */
	readonly length: number;
	/** The state of these parameters at time 0, nothing dissipated. */
	stateOf(parameters: Parameters): Float64Array;
	readonly field: VectorField;
	/** Everything that can be seen of a state; all three forms see the same. Costs a few calls of the field. */
	observe(state: Float64Array): Observation;
	/** F_i alone, a new array: [samples]. */
	outputs(state: Float64Array): Float64Array;
	/** min_i y_i F_i alone: what an event looks at often. */
	leastMargin(state: Float64Array): number;
}

/** Matrices are row by row; of attention the row is the key and the column the query. A dot above is d/dt. */
export interface Observation {
	/** L̂ (eq. 2). */
	readonly loss: number;
	/** F_i: [samples]. */
	readonly outputs: Float64Array;
	/** d(y_i F_i)/dt: [samples]. */
	readonly marginRates: Float64Array;
	/** g_i = 1/(1 + exp(y_i F_i)): [samples]. */
	readonly residuals: Float64Array;
	/** G(μ) = w̄ᵀW_V μ and its rate b·c + m₁W_VᵀW_V c: [words]. */
	readonly G: Float64Array;
	readonly GRate: Float64Array;
	/** c = Σ_i ρ_i X_i Σ_l p_l, ρ_i = g_i y_i/n: [words]. */
	readonly c: Float64Array;
	/** b = ‖w̄‖² and its rate 2m₁ G·c. */
	readonly b: number;
	readonly bRate: number;
	/** κ = b + m₁ ĉᵀW_VᵀW_V ĉ, ĉ = c/‖c‖: the speed at which the flow goes through logistic regression. */
	readonly kappa: number;
	/** μ_kᵀW_KᵀW_Q μ_q, not divided by √m, and its rate: [3, 3], k and q among μ₁, μ₂, μ₃. */
	readonly scores: Float64Array;
	readonly scoreRates: Float64Array;
	/** μᵀW_VᵀW_V ν and its rate: [3, 3]. */
	readonly valueGram: Float64Array;
	readonly valueGramRates: Float64Array;
	/** μᵀW_KᵀW_K ν and μᵀW_QᵀW_Q ν: [3, 3]. */
	readonly keyGram: Float64Array;
	readonly queryGram: Float64Array;
	/** Ĝᵀ W_VᵀW_V Ĝ / tr W_VᵀW_V: how much of W_V has rank one. */
	readonly rankOneShare: number;
	/** p: [samples, length, length]; [i, h, l] is what query l gives to key h. */
	readonly attention: Float64Array;
	/** tr: ‖W‖² − ‖W_V‖² (of the reduced coordinates b/m₁ − tr W_VᵀW_V) and ‖W_K‖² − ‖W_Q‖². */
	readonly traces: { readonly mlp: number; readonly attention: number };
	/** ‖∇L̂‖² over all of the full parameters that move. */
	readonly squaredGradient: number;
	/** ∫‖∇L̂‖² dt so far. */
	readonly dissipated: number;
}

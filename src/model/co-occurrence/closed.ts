/**
 * The closed form: the flow in numbers that do not depend on the width. With G = W_Vᵀw̄, M_V = W_VᵀW_V, A = W_KᵀW_Q,
 * M_K = W_KᵀW_K and M_Q = W_QᵀW_Q,
 *
 *     b′ = 2m₁ G·c          G′ = bc + m₁M_V c         M_V′ = Gcᵀ + cGᵀ
 *     A′ = ΓM_Q + M_KΓ      M_K′ = ΓAᵀ + AΓᵀ          M_Q′ = ΓᵀA + AᵀΓ
 *
 * c and Γ follow from G and A/√m alone (§3.4 of the specification; the paper's coupled systems of App. B and C in matrix
 * form). It shares no code of the flow with the other forms: that they agree is a test of all three. Products with Γ skip
 * its zeros, pairs of words that never meet.
 */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import type { AttentionMotion, Form } from "./form.ts";
import { leastMarginOf, residual } from "./logistic.ts";
import type { Parameters, Sizes } from "./network.ts";
import { inner, observationOf } from "./observe.ts";
import { checkVocabulary, nine } from "./token-form.ts";

/** Where things lie in a state: b, G [words], then d × d matrices row by row, then the dissipated energy. */
export function closedLayout({ words }: Sizes) {
	const size = words * words;
	const valueGram = 1 + words;
	return {
		b: 0,
		G: 1,
		valueGram,
		scores: valueGram + size,
		keyGram: valueGram + 2 * size,
		queryGram: valueGram + 3 * size,
		dissipated: valueGram + 4 * size,
		length: valueGram + 4 * size + 1,
	};
}

/** Throws UserError if vocabularies differ. */
export function closedForm(
	dataset: CoOccurrenceSet,
	sizes: Sizes,
	{ attention = "trained" }: { readonly attention?: AttentionMotion } = {},
): Form {
	checkVocabulary(dataset, sizes);
	const { words: d, width, neurons } = sizes;
	const { samples, length: L, tokens, labels } = dataset;
	const at = closedLayout(sizes);
	const p = new Float64Array(samples * L * L);
	const outputs = new Float64Array(samples);
	const c = new Float64Array(d);
	/** M_V c. */
	const valueC = new Float64Array(d);
	const gamma = new Float64Array(d * d);
	const scratch = new Float64Array(at.length);

	/** p[i, h, l] = exp(A[x_h, x_l]/√m) / Σ over h, and F_i = Σ_l Σ_h p[i, h, l] G(x_h). */
	function forward(state: Float64Array): void {
		for (let i = 0; i < samples; i++) {
			outputs[i] = 0;
			for (let l = 0; l < L; l++) {
				const score = (h: number) =>
					state[at.scores + tokens[i * L + h]! * d + tokens[i * L + l]!]! / Math.sqrt(width);
				let top = score(0);
				for (let h = 1; h < L; h++) top = Math.max(top, score(h));
				let sum = 0;
				for (let h = 0; h < L; h++) sum += Math.exp(score(h) - top);
				for (let h = 0; h < L; h++) {
					const share = Math.exp(score(h) - top) / sum;
					p[(i * L + h) * L + l] = share;
					outputs[i]! += share * state[at.G + tokens[i * L + h]!]!;
				}
			}
		}
	}

	/** c, Γ and M_V c. */
	function pull(state: Float64Array): void {
		c.fill(0);
		gamma.fill(0);
		for (let i = 0; i < samples; i++) {
			const y = labels[i]!;
			const rho = (y * residual(y * outputs[i]!)) / samples;
			for (let l = 0; l < L; l++) {
				let mean = 0;
				for (let h = 0; h < L; h++) mean += p[(i * L + h) * L + l]! * state[at.G + tokens[i * L + h]!]!;
				for (let h = 0; h < L; h++) {
					const key = tokens[i * L + h]!;
					const weight = rho * p[(i * L + h) * L + l]!;
					c[key]! += weight;
					gamma[key * d + tokens[i * L + l]!]! += (weight * (state[at.G + key]! - mean)) / Math.sqrt(width);
				}
			}
		}
		for (let k = 0; k < d; k++) {
			valueC[k] = 0;
			for (let q = 0; q < d; q++) valueC[k]! += state[at.valueGram + k * d + q]! * c[q]!;
		}
	}

	function field(_time: number, state: Float64Array, out: Float64Array): void {
		forward(state);
		pull(state);
		const b = state[at.b]!;
		let gc = 0;
		for (let k = 0; k < d; k++) {
			const g = state[at.G + k]!;
			gc += g * c[k]!;
			out[at.G + k] = b * c[k]! + neurons * valueC[k]!;
			for (let q = 0; q < d; q++) out[at.valueGram + k * d + q] = g * c[q]! + c[k]! * state[at.G + q]!;
		}
		out[at.b] = 2 * neurons * gc;
		out.fill(0, at.scores, at.dissipated);
		// ‖w̄cᵀ‖² + m₁‖W_V c‖², the squared gradients of W_V and W.
		let squares = b * inner(c, c) + neurons * inner(c, valueC);
		if (attention === "trained") squares += turn(state, out);
		out[at.dissipated] = squares;
	}

	/** Adds the rates of A, M_K and M_Q, entry after entry of Γ. Returns ‖W_QΓᵀ‖² + ‖W_KΓ‖² = ⟨Γ, A′⟩. */
	function turn(state: Float64Array, out: Float64Array): number {
		for (let k = 0; k < d; k++)
			for (let q = 0; q < d; q++) {
				const weight = gamma[k * d + q]!;
				if (weight === 0) continue;
				for (let x = 0; x < d; x++) {
					out[at.scores + k * d + x]! += weight * state[at.queryGram + q * d + x]!;
					out[at.scores + x * d + q]! += weight * state[at.keyGram + x * d + k]!;
					const keys = weight * state[at.scores + x * d + q]!;
					out[at.keyGram + k * d + x]! += keys;
					out[at.keyGram + x * d + k]! += keys;
					const queries = weight * state[at.scores + k * d + x]!;
					out[at.queryGram + q * d + x]! += queries;
					out[at.queryGram + x * d + q]! += queries;
				}
			}
		let sum = 0;
		for (let i = 0; i < d * d; i++) sum += gamma[i]! * out[at.scores + i]!;
		return sum;
	}

	return {
		name: "closed",
		attention,
		sizes,
		dataset,
		length: at.length,
		field,
		stateOf: (parameters) => closedState(parameters),
		observe(state) {
			field(0, state, scratch);
			const block = (from: number, of: Float64Array = state) =>
				nine((key, query) => of[from + key * d + query]!);
			const G = state.slice(at.G, at.G + d);
			const trace = (from: number) => sumOf(d, (k) => state[from + k * d + k]!);
			const GMG = sumOf(d * d, (i) => G[Math.floor(i / d)]! * state[at.valueGram + i]! * G[i % d]!);
			const valueTrace = trace(at.valueGram);
			return observationOf(dataset, sizes, {
				outputs: outputs.slice(),
				attention: p.slice(),
				G,
				GRate: scratch.slice(at.G, at.G + d),
				c: c.slice(),
				b: state[at.b]!,
				valueC: inner(c, valueC),
				scores: block(at.scores),
				scoreRates: block(at.scores, scratch),
				scoreRate: (i, h, l) => scratch[at.scores + tokens[i * L + h]! * d + tokens[i * L + l]!]!,
				valueGram: block(at.valueGram),
				keyGram: block(at.keyGram),
				queryGram: block(at.queryGram),
				rankOneShare: GMG / (inner(G, G) * valueTrace),
				traces: {
					mlp: state[at.b]! / neurons - valueTrace,
					attention: trace(at.keyGram) - trace(at.queryGram),
				},
				squaredGradient: scratch[at.dissipated]!,
				dissipated: state[at.dissipated]!,
			});
		},
		outputs(state) {
			forward(state);
			return outputs.slice();
		},
		leastMargin(state) {
			forward(state);
			return leastMarginOf(outputs, labels);
		},
	};
}

function closedState({ sizes, signs, mlp, value, key, query }: Parameters): Float64Array {
	const { words: d, width: m, neurons } = sizes;
	const at = closedLayout(sizes);
	const state = new Float64Array(at.length);
	const neuron = Float64Array.from({ length: m }, (_, r) =>
		sumOf(neurons, (j) => signs[j]! * mlp[j * m + r]!),
	);
	state[at.b] = inner(neuron, neuron);
	for (let k = 0; k < d; k++) {
		state[at.G + k] = sumOf(m, (r) => neuron[r]! * value[r * d + k]!);
		for (let q = 0; q < d; q++) {
			const product = (x: Float64Array, y: Float64Array) => sumOf(m, (r) => x[r * d + k]! * y[r * d + q]!);
			state[at.valueGram + k * d + q] = product(value, value);
			state[at.scores + k * d + q] = product(key, query);
			state[at.keyGram + k * d + q] = product(key, key);
			state[at.queryGram + k * d + q] = product(query, query);
		}
	}
	return state;
}

function sumOf(n: number, of: (i: number) => number): number {
	let sum = 0;
	for (let i = 0; i < n; i++) sum += of(i);
	return sum;
}

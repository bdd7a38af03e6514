/**
 * One pass of the network over its data and back, in parameters: what the full and the reduced form share.
 *
 *     w̄, W_V ──▶ G(τ) = w̄ᵀW_V τ ─┐
 *                                  ├─▶ F_i = Σ_l Σ_h p_lh G(x_h) ──▶ ρ_i = g_i y_i/n ──▶ c, Γ ──▶ rates      (§3.1)
 *     W_K, W_Q ─▶ scores ─▶ p ────┘
 *
 * Matrices lie in one state, a token after the other (W_V[r, τ] at τ·width + r), from an offset on: W_V, W_K, W_Q. All
 * buffers are made once; sums run in a fixed order. Time: about 3·pairs·width multiplications each way.
 */
import type { CoOccurrenceSet } from "../../data/co-occurrence.ts";
import { dot, dotPairs, gatherPairs } from "./kernels.ts";
import { residual } from "./logistic.ts";
import type { WordPairs } from "./word-pairs.ts";

export interface Pass {
	/** w̄ = Wᵀa: [width]. To be filled in before a pass. */
	readonly neuron: Float64Array;
	/** G(τ): [words]. */
	readonly G: Float64Array;
	/** Softmax by query: [samples, length (query), length (key)]. */
	readonly p: Float64Array;
	/** F_i: [samples]. */
	readonly outputs: Float64Array;
	/** c: [words]; W_V c: [width]. */
	readonly c: Float64Array;
	readonly valueC: Float64Array;
	/** Fills G, p and outputs from `neuron` and the matrices at `at`. */
	forward(state: Float64Array, at: number): void;
	/** After `forward`: fills c and W_V c, and writes dW_V, dW_K and dW_Q into `out` at `at`. */
	backward(state: Float64Array, at: number, out: Float64Array, trained: boolean): void;
}

export function createPass(dataset: CoOccurrenceSet, pairs: WordPairs, width: number): Pass {
	const { samples, length, words, tokens, labels } = dataset;
	const { count, byKey, byQuery, index, occurring } = pairs;
	const size = words * width;
	const scale = 1 / Math.sqrt(width);
	const neuron = new Float64Array(width);
	const G = new Float64Array(words);
	const scores = new Float64Array(count);
	const p = new Float64Array(samples * length * length);
	/** Ḡ_l = Σ_h p_lh G(x_h): [samples, length]. */
	const means = new Float64Array(samples * length);
	const outputs = new Float64Array(samples);
	const c = new Float64Array(words);
	const valueC = new Float64Array(width);
	const gamma = new Float64Array(count);

	function forward(state: Float64Array, at: number): void {
		for (let word = 0; word < words; word++) G[word] = dot(state, at + word * width, neuron, 0, width);
		dotPairs(byKey, state, at + size, at + 2 * size, width, scores);
		for (let pair = 0; pair < count; pair++) scores[pair]! *= scale;
		for (let i = 0, row = 0; i < samples; i++) {
			const sample = i * length;
			let output = 0;
			for (let l = 0; l < length; l++, row += length) {
				let top = Number.NEGATIVE_INFINITY;
				for (let h = 0; h < length; h++) {
					const score = scores[index[row + h]!]!;
					p[row + h] = score;
					if (score > top) top = score;
				}
				let sum = 0;
				for (let h = 0; h < length; h++) {
					const weight = Math.exp(p[row + h]! - top);
					p[row + h] = weight;
					sum += weight;
				}
				let mean = 0;
				for (let h = 0; h < length; h++) {
					const share = p[row + h]! / sum;
					p[row + h] = share;
					mean += share * G[tokens[sample + h]!]!;
				}
				means[sample + l] = mean;
				output += mean;
			}
			outputs[i] = output;
		}
	}

	function backward(state: Float64Array, at: number, out: Float64Array, trained: boolean): void {
		c.fill(0);
		gamma.fill(0);
		for (let i = 0, row = 0; i < samples; i++) {
			const sample = i * length;
			const y = labels[i]!;
			const rho = (residual(y * outputs[i]!) * y) / samples;
			for (let l = 0; l < length; l++, row += length) {
				const mean = means[sample + l]!;
				for (let h = 0; h < length; h++) {
					const word = tokens[sample + h]!;
					const weight = rho * p[row + h]!;
					c[word]! += weight;
					gamma[index[row + h]!]! += scale * weight * (G[word]! - mean);
				}
			}
		}
		valueC.fill(0);
		out.fill(0, at, at + 3 * size);
		for (const word of occurring) {
			const share = c[word]!;
			const from = at + word * width;
			for (let r = 0; r < width; r++) {
				valueC[r]! += share * state[from + r]!;
				out[from + r] = share * neuron[r]!;
			}
		}
		if (!trained) return;
		const [key, query] = [at + size, at + 2 * size];
		gatherPairs(byKey, gamma, state, query, width, out, key); // dW_K = W_QΓᵀ
		gatherPairs(byQuery, gamma, state, key, width, out, query); // dW_Q = W_KΓ
	}

	return { neuron, G, p, outputs, c, valueC, forward, backward };
}

/**
 * One head of attention with fixed values: f = Σ_t softmax(⟨k_t, p⟩)_t γ_t, trained by gradient flow of the logistic loss
 *
 *     L(p) = (1/n) Σ_i log(1 + e^(−f_i))          −∇L = (1/n) Σ_i g_i Σ_t s_it (γ_it − f_i) k_it,   g = 1/(1 + e^f)
 *
 * (Tarzanagh, Li, Zhang & Oymak 2023). f is bounded, so the loss is too; it falls only as attention saturates, and
 * ‖p‖ grows without end, ever more slowly: like log t. So the flow is followed by its length instead of its time,
 *
 *     dp/ds = −∇L/‖∇L‖          dt/ds = 1/‖∇L‖
 *
 * the same curve at unit speed, on which log t grows like s. Nothing underflows: ∇L is a sum over the tokens that are
 * *not* attended, weighted with e^(their logit − that of the attended one), and the largest of these is factored out.
 */
import type { TokenSet } from "../data/token-selection.ts";
import type { VectorField } from "../flow/field.ts";

/** What attention does at p, and the gradient there, exact however saturated it is. */
export interface Selection {
	/** The token with the largest logit of each sample: [samples]. */
	readonly selected: Int32Array;
	/** log(1 − probability of the selected token), of the sample where it is largest. */
	readonly logRest: number;
	/** mean of log(1 + e^(−f)). */
	readonly loss: number;
	/** −∇L·e^(−logScale): [dimension]. */
	readonly descent: Float64Array;
	readonly logScale: number;
	/** λ_it·e^(−logScale) with −∇L = Σ λ_it (k_iα − k_it), α the selected token: [samples, tokens], 0 at α. */
	readonly weights: Float64Array;
}

export function select(set: TokenSet, p: Float64Array): Selection {
	const { samples, tokens, dimension, keys, scores } = set;
	const selected = new Int32Array(samples);
	// log |λ_it|, and its sign.
	const logs = new Float64Array(samples * tokens).fill(Number.NEGATIVE_INFINITY);
	const weights = new Float64Array(samples * tokens);
	let logRest = Number.NEGATIVE_INFINITY;
	let loss = 0;
	for (let i = 0; i < samples; i++) {
		const start = i * tokens;
		const logits = logitsOf(keys, p, start, tokens);
		const best = logits.reduce((most, logit, t) => (logit > logits[most]! ? t : most), 0);
		selected[i] = best;
		const gaps = logits.map((logit) => logit - logits[best]!);
		const lead = gaps.map((_, t) => scores[start + best]! - scores[start + t]!);
		// f lies below the best token's score by drop·e^depth, which may be less than any float64.
		let depth = Number.NEGATIVE_INFINITY;
		let nearest = Number.NEGATIVE_INFINITY;
		for (let t = 0; t < tokens; t++) {
			if (t !== best) nearest = Math.max(nearest, gaps[t]!);
			if (lead[t] !== 0) depth = Math.max(depth, gaps[t]!);
		}
		let total = 0;
		let drop = 0;
		for (let t = 0; t < tokens; t++) {
			total += Math.exp(gaps[t]!);
			if (lead[t] !== 0) drop += Math.exp(gaps[t]! - depth) * lead[t]!;
		}
		drop /= total;
		const rest = gaps.reduce((sum, gap, t) => (t === best ? sum : sum + Math.exp(gap - nearest)), 0);
		logRest = Math.max(logRest, nearest + Math.log(rest / total));
		const f = scores[start + best]! - drop * Math.exp(depth);
		loss += (Math.max(-f, 0) + Math.log1p(Math.exp(-Math.abs(f)))) / samples;
		const g = f > 0 ? Math.exp(-f) / (1 + Math.exp(-f)) : 1 / (1 + Math.exp(f));
		for (let t = 0; t < tokens; t++) {
			if (t === best) continue;
			// Of a token as good as the selected one, γ_α − f is left: e^depth times the drop.
			const [size, log] =
				lead[t] === 0 ? [-drop, gaps[t]! + depth] : [lead[t]! - drop * Math.exp(depth), gaps[t]!];
			weights[start + t] = Math.sign(size);
			logs[start + t] = Math.log((Math.abs(size) * g) / (samples * total)) + log;
		}
	}
	const logScale = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
	const descent = new Float64Array(dimension);
	for (let i = 0; i < samples; i++)
		for (let t = 0; t < tokens; t++) {
			const at = i * tokens + t;
			if (weights[at] === 0) continue;
			weights[at]! *= Math.exp(logs[at]! - logScale);
			const best = i * tokens + selected[i]!;
			for (let k = 0; k < dimension; k++)
				descent[k]! += weights[at]! * (keys[best * dimension + k]! - keys[at * dimension + k]!);
		}
	return { selected, logRest, loss, descent, logScale, weights };
}

/** ⟨k_t, p⟩ of one sample's tokens, which begin at token `start`. */
function logitsOf(keys: Float64Array, p: Float64Array, start: number, tokens: number): Float64Array {
	const logits = new Float64Array(tokens);
	for (let t = 0; t < tokens; t++)
		for (let k = 0; k < p.length; k++) logits[t]! += keys[(start + t) * p.length + k]! * p[k]!;
	return logits;
}

export const normOf = (vector: Float64Array): number =>
	Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

/** log ‖∇L‖. */
export const logGradient = ({ descent, logScale }: Selection): number => logScale + Math.log(normOf(descent));

/** dp/ds = −∇L/‖∇L‖. */
export const selectionFlow =
	(set: TokenSet): VectorField =>
	(_length, p, out) => {
		const { descent } = select(set, p);
		const norm = normOf(descent);
		for (let k = 0; k < out.length; k++) out[k] = descent[k]! / norm;
	};

/**
 * The same with W = K Qᵀ, all three [width, width]: d(K, Q)/ds = (G Q, Gᵀ K)/‖·‖ with G = −∂L/∂W. The state is K, then
 * Q, each row by row; the set is one `withQueries`.
 */
export const factoredFlow = (set: TokenSet): VectorField => {
	const width = Math.sqrt(set.dimension);
	return (_length, state, out) => {
		const { descent } = select(set, productOfFactors(state, width));
		const size = width * width;
		out.fill(0);
		for (let a = 0; a < width; a++)
			for (let b = 0; b < width; b++) {
				const slope = descent[a * width + b]!;
				for (let r = 0; r < width; r++) {
					out[a * width + r]! += slope * state[size + b * width + r]!;
					out[size + b * width + r]! += slope * state[a * width + r]!;
				}
			}
		const norm = normOf(out);
		for (let k = 0; k < out.length; k++) out[k]! /= norm;
	};
};

/** W = K Qᵀ, row by row. */
export function productOfFactors(state: Float64Array, width: number): Float64Array {
	const size = width * width;
	const out = new Float64Array(size);
	for (let a = 0; a < width; a++)
		for (let b = 0; b < width; b++)
			for (let r = 0; r < width; r++)
				out[a * width + b]! += state[a * width + r]! * state[size + b * width + r]!;
	return out;
}

/** KᵀK − QᵀQ, which gradient flow of any loss of K Qᵀ conserves: [width, width]. */
export function factorImbalance(state: Float64Array, width: number): Float64Array {
	const size = width * width;
	const out = new Float64Array(size);
	for (let a = 0; a < width; a++)
		for (let r = 0; r < width; r++)
			for (let q = 0; q < width; q++)
				out[r * width + q]! +=
					state[a * width + r]! * state[a * width + q]! -
					state[size + a * width + r]! * state[size + a * width + q]!;
	return out;
}

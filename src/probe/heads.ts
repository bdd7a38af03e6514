/**
 * Heads: where each attention head looks, and at how many positions. Merrill et al. 2021, §4.2, Fig. 3.
 *
 * In a saturated network a head gives equal weights to the positions with the largest score, so their number n says
 * what it is: 1 for an argmax head, all that are available for a mean head. The paper counts weights above 1e-5 with
 * all parameters × 1000. Exact ties are rare in a trained network, so two soft statistics stand beside the count: the
 * effective positions exp(entropy), and how many weights are within 10 % of the largest.
 *
 * Each number n is also given as a share of the positions available, (n − 1)/(available − 1): 0 is one position and 1
 * is all, whatever the query. Available are the t + 1 up to query t of a causal head, and all that are no padding of one
 * that is not (or whose mask leaks). A query with one position available has no choice and is left out of shares.
 *
 * Cost: one forward pass, and about ten passes over the attention weights.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { ModelConfig } from "../model/config.ts";
import type { Parameters } from "../model/parameters.ts";
import { attentionWeights } from "../model/transformer.ts";

/** What is measured of each query's weights. */
const quantities = [
	/** Weights above 1e-5: the paper's "positions attended". */
	"positions",
	/** exp(−Σ w log w). */
	"effective",
	/** Weights above 0.9 × the largest. */
	"tolerance",
	/** Weight on later positions. */
	"leak",
	/** Mean |t − s|, in positions. */
	"distance",
	/** Weight on position 0, on the query's own, and on the one before it. */
	"first",
	"self",
	"previous",
] as const;

type Quantity = (typeof quantities)[number];

/** The paper's threshold: a weight above it counts as attended. */
const attended = 1e-5;
const nearLargest = 0.9;

/**
 * Traced: for tokens int32 [B, T], the quantities of each query [layers, 8, B, H, T] and the mean attention among the
 * first `pictured` ≤ T positions [layers, H, pictured, pictured]. All parameters are multiplied by the scalar `factor`.
 */
export function headQuantities(
	config: ModelConfig,
	params: Parameters,
	tokens: JaxArray,
	factor: JaxArray,
	pictured: number,
): { queries: JaxArray; pictures: JaxArray } {
	const scaled = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, p.ref.mul(factor.ref)]));
	const weights = attentionWeights(config, scaled, tokens);
	const first: [number, number] = [0, pictured];
	return {
		pictures: np.stack(weights.map((w) => np.mean(w.ref.slice([], [], first, first), 0))),
		queries: queryQuantities(weights),
	};
}

/**
 * Traced: of the attention weights of each layer, [B, H, T, S] with the same lengths of queries and keys, the quantities
 * of each query: [layers, 8, B, H, T]. Padding is a key without weight; queries that are padding are left out later, by
 * `headStatistics`.
 */
export const queryQuantities = (weights: readonly JaxArray[]): JaxArray => np.stack(weights.map(ofQueries));

/** Weights [B, H, T, S] to the quantities of each query, [8, B, H, T]. */
function ofQueries(weights: JaxArray): JaxArray {
	const [, , time, keys] = weights.shape as [number, number, number, number];
	const { dtype } = weights;
	/** A constant [T, S] of query t and key s. */
	const constant = (f: (t: number, s: number) => number) =>
		np
			.array(
				Float32Array.from({ length: time * keys }, (_, i) => f(Math.floor(i / keys), i % keys)),
				{ shape: [time, keys] },
			)
			.astype(dtype);
	const weighted = (f: (t: number, s: number) => number) => np.sum(weights.ref.mul(constant(f)), -1);
	const count = (chosen: JaxArray) => np.sum(chosen.astype(dtype), -1);
	const largest = np.max(weights.ref, -1, { keepdims: true });
	// 0 · log of the smallest number is 0, where 0 · log 0 is not.
	const terms = weights.ref.mul(np.log(np.maximum(weights.ref, 1e-37)));
	const values: Record<Quantity, JaxArray> = {
		positions: count(np.greater(weights.ref, attended)),
		effective: np.exp(np.negative(np.sum(terms, -1))),
		tolerance: count(np.greater(weights.ref, largest.mul(nearLargest))),
		leak: weighted((t, s) => Number(s > t)),
		distance: weighted((t, s) => Math.abs(t - s)),
		first: weighted((_, s) => Number(s === 0)),
		self: weighted((t, s) => Number(s === t)),
		previous: weighted((t, s) => Number(s === t - 1)),
	};
	weights.dispose();
	return np.stack(quantities.map((name) => values[name]));
}

/** Means over the sentences and queries of one head. */
export interface HeadStatistics {
	readonly layer: number;
	readonly head: number;
	readonly positions: number;
	/** Unbiased standard deviation of the positions attended, over sentences and queries. */
	readonly deviation: number;
	/** Share of queries with more than one position attended. */
	readonly split: number;
	readonly effective: number;
	readonly tolerance: number;
	/** The three as shares of the positions available, 0 to 1. */
	readonly positionsShare: number;
	readonly effectiveShare: number;
	readonly toleranceShare: number;
	readonly leak: number;
	readonly distance: number;
	/** Without the first query, which has no other position than itself. */
	readonly first: number;
	readonly self: number;
	readonly previous: number;
}

/** Quantities of some sentences, [layers, 8, B, H, time], as `queryQuantities` returned them. */
export interface QueryBatch {
	readonly queries: ArrayLike<number>;
	readonly time: number;
	/** Tokens of the first sentences; the rest of each is padding, and further sentences do not count. Default: all, whole. */
	readonly lengths?: readonly number[];
}

/**
 * On the host: the statistics of every head, layer by layer, over batches with at least one sentence of two tokens.
 * `causal`: no query sees later positions; else all tokens of its sentence are available to it.
 */
export function headStatistics(
	{ layers, heads, causal }: { readonly layers: number; readonly heads: number; readonly causal: boolean },
	batches: readonly QueryBatch[],
): HeadStatistics[] {
	return Array.from({ length: layers * heads }, (_, i) => {
		const [layer, head] = [Math.floor(i / heads), i % heads];
		/** Mean of f over the queries of this head that f does not leave out, with 1 / (their number − `less`). */
		const average = (
			name: Quantity,
			f: (value: number, t: number, length: number) => number | undefined,
			less = 0,
		) => {
			let [sum, count] = [0, 0];
			for (const { queries, time, lengths } of batches) {
				const sentences = queries.length / (layers * quantities.length * heads * time);
				for (let b = 0; b < (lengths?.length ?? sentences); b++) {
					const row = ((layer * quantities.length + quantities.indexOf(name)) * sentences + b) * heads + head;
					const length = lengths?.[b] ?? time;
					for (let t = 0; t < length; t++) {
						const term = f(queries[row * time + t]!, t, length);
						if (term === undefined) continue;
						sum += term;
						count++;
					}
				}
			}
			return sum / (count - less);
		};
		const mean = (name: Quantity, from = 0) => average(name, (value, t) => (t < from ? undefined : value));
		const share = (name: Quantity) =>
			average(name, (n, t, length) => {
				const available = causal ? t + 1 : length;
				return available > 1 ? (n - 1) / (available - 1) : undefined;
			});
		const positions = mean("positions");
		return {
			layer,
			head,
			positions,
			deviation: Math.sqrt(average("positions", (n) => (n - positions) ** 2, 1)),
			split: average("positions", (n) => Number(n > 1)),
			effective: mean("effective"),
			tolerance: mean("tolerance"),
			positionsShare: share("positions"),
			effectiveShare: share("effective"),
			toleranceShare: share("tolerance"),
			leak: mean("leak"),
			distance: mean("distance"),
			first: mean("first", 1),
			self: mean("self", 1),
			previous: mean("previous", 1),
		};
	});
}

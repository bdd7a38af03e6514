/**
 * Where automatic balancing comes from, in numbers: the shares of the four classes in the gradient at the end.
 *
 * Under uniform attention the end is a hard-margin SVM on bags of words. With n samples of L words as in Assumption 2.3
 * the four classes are symmetric, so it has four rows: φ_k over (μ₁, μ₂, μ₃) with the label's sign, and one direction of
 * its own for a class's irrelevant words, of squared length r_k/n_k (r_k of them in each of n_k samples). Its dual
 * weights are the S_k, and Lemma 4.5's ratio R = (S₂ + S₃ + S₄ − S₁)/(S₁ − S₂) follows.
 *
 *     n, L    24, 3    60, 5    600, 5    ∞          the paper proves R* ∈ (1, 2) for n ≥ Ω̃(L²);
 *     R*      1.222    1.269    1.474     3/2        n = 12, L = 5 has 0.875: the condition is needed
 */
import { maxMargin } from "../max-margin.ts";

export interface BalancedEnd {
	/** S_1 : … : S_4 with S_2 = 1. */
	readonly sums: readonly [number, number, number, number];
	/** R*. */
	readonly ratio: number;
	/** γ: what ‖c‖/mean g tends to; 1/L̂ grows at γ²κ (Thm F.8). */
	readonly margin: number;
	/** G(μ₁), G(μ₂), G(μ₃) where the least margin is 1. */
	readonly G: readonly [number, number, number];
}

/** Which of μ₁, μ₂, μ₃ a sample of each class holds, with the sign of its label, and its share of the samples. */
const classes = [
	{ words: [1, 1, 1], share: 1 / 2 },
	{ words: [-1, 0, -1], share: 1 / 6 },
	{ words: [0, -1, -1], share: 1 / 6 },
	{ words: [0, 0, -1], share: 1 / 6 },
] as const;

/** The end of `samples` (may be Infinity) samples of `length` words that are all different where irrelevant. */
export function balancedEnd(samples: number, length: number): BalancedEnd {
	const dimension = 3 + classes.length;
	const rows = new Float64Array(classes.length * dimension);
	classes.forEach(({ words, share }, k) => {
		const present = words.filter((word) => word !== 0).length;
		rows.set(words, k * dimension);
		rows[k * dimension + 3 + k] = Math.sqrt((length - present) / (share * samples));
	});
	const { direction, margin, weights } = maxMargin(rows, dimension);
	const [s1, s2, s3, s4] = weights as unknown as [number, number, number, number];
	return {
		sums: [s1 / s2, 1, s3 / s2, s4 / s2],
		ratio: (s2 + s3 + s4 - s1) / (s1 - s2),
		margin,
		G: [direction[0]!, direction[1]!, direction[2]!],
	};
}

/**
 * The root that R is drawn to in the proof of Lemma 4.5: R′ ≥ 0 where αR² + βR + χ ≥ 0, with α = D₁ + D₂,
 * β = D₃ + D₄ − D₁ and χ = −D₂ − D₃ − 2D₁, D_k = Σ_{i ∈ I_k} dg_i/dz < 0. `slopes` are the −D_k. Late, where g is small,
 * they are the S_k: 7 : 5 : 5 : 0 gives 3/2.
 */
export function contractiveRoot(slopes: readonly [number, number, number, number]): number {
	const [d1, d2, d3, d4] = slopes;
	const [a, b, c] = [-(d1 + d2), d1 - d3 - d4, d2 + d3 + 2 * d1];
	return (b + Math.sqrt(b * b - 4 * a * c)) / (-2 * a);
}

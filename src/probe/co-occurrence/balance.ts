/**
 * Automatic balancing of gradients (Yang et al. 2024, Lemmas 4.4 and 4.5, there F.5 and F.6): how the four classes share
 * the gradient, S_k = Σ_{i ∈ I_k} g_i, and what follows for the three words that matter.
 */
import type { Observation } from "../../model/co-occurrence/form.ts";
import { classSums, sumOf } from "./classes.ts";
import type { Reference } from "./reference.ts";

export interface Balance {
	/** S_1 … S_4. */
	readonly sums: Float64Array;
	/** B1: |S₂ − S₃| / min(S₂, S₃) (Lemma 4.4). */
	readonly classes: number;
	/** B2, B3: Σg over S₂ + S₃ + S₄ − S₁, over S₁ − S₂ and over S₁ − S₃ (Lemma 4.5); negative where it is. */
	readonly sum: number;
	readonly differences: readonly [number, number];
	/** B4: R = (S₂ + S₃ + S₄ − S₁)/(S₁ − S₂), the ratio of the proof of Lemma 4.5. */
	readonly ratio: number;
	/** −G₃′/max(G₁′, G₂′) and −G₃′/(G₁′ + G₂′) (Lemma 4.5); NaN where the divisor is not positive. */
	readonly rateToMax: number;
	readonly rateToSum: number;
	/** B5: S₄ ≤ min(S₂, S₃) ≤ max(S₂, S₃) ≤ S₁ ≤ S₂ + S₃ + S₄ (Def. F.1). */
	readonly ordered: boolean;
	/** B6: the largest g_i/g_j of a class (Cor. F.2). */
	readonly inClass: number;
	/** B7: the largest g_i/g_j of all samples; ours. It grows like t²: class 4 is no support vector. */
	readonly allPairs: number;
}

export function balanceOf({ dataset }: Reference, { residuals, GRate }: Observation): Balance {
	const sums = classSums(dataset, residuals);
	const [s1, s2, s3, s4] = sums as unknown as [number, number, number, number];
	const total = sumOf(residuals);
	const rest = s2 + s3 + s4 - s1;
	const most = new Float64Array(4);
	const least = new Float64Array(4).fill(Number.POSITIVE_INFINITY);
	residuals.forEach((value, i) => {
		const k = dataset.classes[i]! - 1;
		most[k] = Math.max(most[k]!, value);
		least[k] = Math.min(least[k]!, value);
	});
	const over = (value: number, divisor: number) => (divisor > 0 ? value / divisor : Number.NaN);
	const [g1, g2, g3] = GRate as unknown as [number, number, number];
	return {
		sums,
		classes: Math.abs(s2 - s3) / Math.min(s2, s3),
		sum: total / rest,
		differences: [total / (s1 - s2), total / (s1 - s3)],
		ratio: rest / (s1 - s2),
		rateToMax: over(-g3, Math.max(g1, g2)),
		rateToSum: over(-g3, g1 + g2),
		ordered: s4 <= Math.min(s2, s3) && Math.max(s2, s3) <= s1 && s1 <= s2 + s3 + s4,
		inClass: Math.max(...most.map((value, k) => value / least[k]!)),
		allPairs: Math.max(...most) / Math.min(...least),
	};
}

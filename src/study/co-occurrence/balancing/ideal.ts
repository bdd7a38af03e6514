/** Constants of balancing: the class-symmetric SVM, the idealised flow, the quadratic of Lemma 4.5. Ours, not the paper's. */
import { balancedEnd, contractiveRoot } from "../../../theory/co-occurrence/balance.ts";
import { meanFieldAt } from "../../../theory/co-occurrence/mean-field.ts";
import { inWords } from "../../rows.ts";
import { atMost, type Claim, near } from "../../study.ts";

/** n, L, S₁/S₂, S₄/S₂, R*, γ of this study's specification, computed there by another program. */
const table = [
	[12, 5, 1.737, 0.382, 0.875, 0.5847],
	[12, 3, 1.5, 0, 1, 0.378],
	[24, 3, 1.45, 0, 1.222, 0.3185],
	[24, 5, 1.57, 0.18, 1.071, 0.4592],
	[60, 5, 1.4408, 0, 1.269, 0.3487],
	[600, 5, 1.404, 0, 1.474, 0.2552],
	[Number.POSITIVE_INFINITY, 5, 1.4, 0, 1.5, 0.2425],
] as const;

const limit = "not in the paper, which has orders; its equations in the limit of many samples";

export const idealBalanceClaims: readonly Claim[] = [
	{
		id: "balancing.ideal-shares",
		sentence:
			"In the limit of many samples S₁ : S₂ : S₃ : S₄ tends to 7 : 5 : 5 : 0 (largest deviation from it, S₂ = 5)",
		place: limit,
		expected: atMost(1e-9),
		measure() {
			const { sums, ratio } = balancedEnd(Number.POSITIVE_INFINITY, 5);
			const gaps = [7, 5, 5, 0].map((value, k) => Math.abs(5 * sums[k]! - value));
			const [point] = meanFieldAt([1e6]);
			return {
				value: Math.max(...gaps),
				detail: `hard-margin SVM; R* = ${inWords(ratio)}. The idealised flow at κt = 10⁶: S₁/S₂ = ${inWords(point!.sums[0] / point!.sums[1])}.`,
			};
		},
	},
	{
		id: "balancing.ideal-root",
		sentence: "The quadratic αR² + βR + χ that draws R has its contractive root at 3/2 for 7 : 5 : 5 : 0",
		place: "proof of Lemma F.6; the number is ours",
		expected: near(1.5, 1e-12),
		measure: () => ({
			value: contractiveRoot([7, 5, 5, 0]),
			detail: "(2 + √1156)/24; the paper proves R* ∈ (1, 2).",
		}),
	},
	{
		id: "balancing.ideal-loss",
		sentence: "In the idealised flow L̂·κt tends to 17 (at κt = 10⁶)",
		place: "Theorem F.8; the constant is ours",
		expected: near(17, 0.01),
		measure() {
			const [point] = meanFieldAt([1e6]);
			return { value: point!.loss * 1e6, detail: "17 = ‖(2, 2, −3)‖² = 1/γ²." };
		},
	},
	{
		id: "balancing.ideal-all-pairs",
		sentence:
			"In the idealised flow the largest g_i/g_j over all pairs grows like (κt)² (exponent from 10⁴ to 10⁶)",
		place: "not in the paper; §4.3 speaks of all samples",
		expected: near(2, 0.05),
		measure() {
			const [a, b] = meanFieldAt([1e4, 1e6]).map(({ sums }) => sums[1] / sums[3]);
			return {
				value: Math.log(b! / a!) / Math.log(100),
				detail: `g of class 2 over g of class 4 is ${inWords(b!)} at 10⁶.`,
			};
		},
	},
	{
		id: "balancing.finite-table",
		sentence:
			"S₁/S₂, S₄/S₂, R* and γ of the class-symmetric SVM for seven pairs of n and L (largest deviation from the table)",
		place: "not in the paper; for uniform attention",
		expected: atMost(1e-3),
		measure() {
			const gaps = table.map(([n, L, s1, s4, ratio, margin]) => {
				const end = balancedEnd(n, L);
				const pairs = [
					[end.sums[0], s1],
					[end.sums[3], s4],
					[end.ratio, ratio],
					[end.margin, margin],
				] as const;
				return Math.max(...pairs.map(([ours, printed]) => Math.abs(ours - printed)));
			});
			return {
				value: Math.max(...gaps),
				detail: "n = 12 to ∞; R* is 0.875 at n = 12, L = 5, and below 1 Lemma 4.5 fails.",
			};
		},
	},
];

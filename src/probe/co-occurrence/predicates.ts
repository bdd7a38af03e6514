/**
 * The conditions of phase 2 (Yang et al. 2024, Def. F.1), each as a number that must not exceed a constant.
 *
 * The paper's O(·), Õ(·) and o(·) hide constants. Each condition is therefore measured in units of what stands inside
 * them, and the constant is ours; what a flow really needed is recorded beside it (`summary/needed.<name>`).
 */
import type { Observation } from "../../model/co-occurrence/form.ts";
import { leastMarginOf } from "../../model/co-occurrence/logistic.ts";
import { balanceOf } from "./balance.ts";
import { classSums, largest, largestChange, sumOf } from "./classes.ts";
import type { Reference } from "./reference.ts";

export interface Predicate {
	readonly name: string;
	/** The paper's condition, in words. */
	readonly condition: string;
	/** What the measure may be at most; ours where the paper hides a constant. */
	readonly constant: number;
	measure(reference: Reference, observation: Observation): number;
}

const meanResidual = ({ residuals }: Observation) => sumOf(residuals) / residuals.length;

/** The change of F_i that comes from attention alone, Σ_l Σ_h G(x_h) p′_lh: what is left of F_i′ without p G′. */
function largestAttentionMotion({ dataset }: Reference, observation: Observation): number {
	const { samples, length, tokens, labels } = dataset;
	const { attention, GRate, marginRates } = observation;
	let most = 0;
	for (let i = 0; i < samples; i++) {
		let fromWords = 0;
		for (let h = 0; h < length; h++)
			for (let l = 0; l < length; l++)
				fromWords += attention[(i * length + h) * length + l]! * GRate[tokens[i * length + h]!]!;
		most = Math.max(most, Math.abs(labels[i]! * marginRates[i]! - fromWords));
	}
	return most;
}

/** The largest |Σ_l Σ_h p_lh G(x_h)| over irrelevant x_h alone. */
function largestIrrelevantShare({ dataset }: Reference, { attention, G }: Observation): number {
	const { samples, length, tokens } = dataset;
	let most = 0;
	for (let i = 0; i < samples; i++) {
		let share = 0;
		for (let h = 0; h < length; h++) {
			const word = tokens[i * length + h]!;
			if (word > 2)
				for (let l = 0; l < length; l++) share += attention[(i * length + h) * length + l]! * G[word]!;
		}
		most = Math.max(most, Math.abs(share));
	}
	return most;
}

export const predicates: readonly Predicate[] = [
	{
		name: "key_query",
		condition:
			"W_KᵀW_K and W_QᵀW_Q move by Õ(σ₀²√m): among μ₁, μ₂, μ₃, in units of their largest initial entry over √m",
		constant: 1,
		measure: ({ initial, sizes }, { keyGram, queryGram }) =>
			(Math.max(largestChange(keyGram, initial.keyGram), largestChange(queryGram, initial.queryGram)) *
				Math.sqrt(sizes.width)) /
			Math.max(largest(initial.keyGram), largest(initial.queryGram)),
	},
	{
		name: "attention",
		condition: "max |p − p(0)| < O(1/L²), in units of 1/L²",
		constant: 0.5,
		measure: ({ initial, dataset }, { attention }) =>
			largestChange(attention, initial.attention) * dataset.length ** 2,
	},
	{
		name: "speed",
		condition: "b = ‖w̄‖² ≤ O(σ₁² m m₁), in units of b(0)",
		constant: 16,
		measure: ({ initial }, { b }) => b / initial.b,
	},
	{
		name: "neuron_motion",
		condition: "max_μ |Σ_j a_j w_j′ᵀ W_V μ| / b ≤ o(1/L) of the mean g, in units of 1/L",
		constant: 1,
		measure({ occurring, dataset }, observation) {
			const { GRate, c, b } = observation;
			const most = Math.max(...occurring.map((word) => Math.abs(GRate[word]! - b * c[word]!)));
			return (most * dataset.length) / (b * meanResidual(observation));
		},
	},
	{
		name: "attention_motion",
		condition: "max_i |Σ_l Σ_h G(x_h) p′| / b ≤ o(1) of the mean g",
		constant: 0.1,
		measure: (reference, observation) =>
			largestAttentionMotion(reference, observation) / (observation.b * meanResidual(observation)),
	},
	{
		name: "order",
		condition: "S₄ ≤ min(S₂, S₃) ≤ max(S₂, S₃) ≤ S₁ ≤ S₂ + S₃ + S₄ (0 where it holds, 1 where not)",
		constant: 0,
		measure: (reference, observation) => (balanceOf(reference, observation).ordered ? 0 : 1),
	},
	{
		name: "classes",
		condition: "½ ≤ S₂/S₃ ≤ 2: the larger over the smaller",
		constant: 2,
		measure({ dataset }, { residuals }) {
			const sums = classSums(dataset, residuals);
			return Math.max(sums[1]!, sums[2]!) / Math.min(sums[1]!, sums[2]!);
		},
	},
	{
		name: "margin",
		condition: "y_i F_i > C: here minus the least margin, with C = 0, since T1 is where it crosses 0",
		constant: 0,
		measure: ({ dataset }, { outputs }) => -leastMarginOf(outputs, dataset.labels),
	},
	{
		name: "words",
		condition: "|G(μ₁)|, |G(μ₂)|, |G(μ₃)| ≤ O(log m), in units of log m",
		constant: 5,
		measure: ({ sizes }, { G }) => Math.max(...G.subarray(0, 3).map(Math.abs)) / Math.log(sizes.width),
	},
	{
		name: "irrelevant",
		condition: "irrelevant words contribute at most O(1) to every F_i",
		constant: 5,
		measure: largestIrrelevantShare,
	},
];

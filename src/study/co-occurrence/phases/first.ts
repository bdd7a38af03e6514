/** Phase 1: the MLP aligns with the three words that matter, attention stands still (Yang et al. 2024, Thm 3.1). */
import { above, atLeast, atMost, type Claim, near } from "../../study.ts";
import { configurations, type Letter } from "../configurations.ts";
import { at, between, claimsOf, everywhere, type FlowRows, rowsFrom, summary } from "../flows.ts";

const T1 = "summary/time.T1";
const half = "summary/time.T0.5";

/** The first row over κ(0): how fast G of word k begins to move, in units of the speed of logistic regression. */
const firstRate =
	(k: 1 | 2 | 3) =>
	({ first }: FlowRows): number =>
		at(first, `word/rate.${k}`) / at(first, "flow/kappa");

/** What a moment of a family's flow must be multiplied with for the paper's order, from its sizes. */
const configurationOf = ({ run }: FlowRows) => configurations[run.slice(0, run.lastIndexOf("-")) as Letter];
const sizesOf = (flow: FlowRows) => configurationOf(flow).model;
const dataOf = (flow: FlowRows) => configurationOf(flow).data;

/** max |ΔW_VᵀW_V| of the three words up to T1, times m. */
function valueMotion(flow: FlowRows): number {
	const end = rowsFrom(flow, "T1")[0];
	const entries = ["11", "22", "33", "12", "13", "23"].map((pair) => `gram/value.${pair}`);
	return (
		Math.max(...entries.map((key) => Math.abs(at(end, key) - at(flow.first, key)))) * sizesOf(flow).width
	);
}

/** Δ Σ_jk a_j a_k ⟨w_j, w_k⟩ up to T1, over m₁² and times m: the mean motion of a pair of neurons in units of 1/m. */
function neuronMotion(flow: FlowRows): number {
	const { width, neurons } = sizesOf(flow);
	const moved = at(rowsFrom(flow, "T1")[0], "flow/b") - at(flow.first, "flow/b");
	return (Math.abs(moved) * width) / neurons ** 2;
}

const ours = "The constant is ours; the paper has an order.";
const specified = "The number is that of this study's specification.";

export const firstPhaseClaims: readonly Claim[] = [
	...claimsOf({
		id: "phases.correct",
		sentence: "there is a time T1 from which on every sample is classified correctly (share of seeds)",
		place: "Theorem 3.1 (ii)",
		expected: atLeast(1),
		choice: "mean",
		value: ({ last }) => Number(Number.isFinite(at(last, T1))),
		letters: everywhere,
	}),
	...claimsOf({
		id: "phases.words",
		sentence:
			"at T1 the target words speak for the label and the common word against it: min(G(μ₁), G(μ₂), −G(μ₃))",
		place: "Theorem 3.1 (i)",
		expected: atLeast(0.5),
		choice: "smallest",
		value: ({ last }) =>
			Math.min(at(last, "summary/G_T1.1"), at(last, "summary/G_T1.2"), -at(last, "summary/G_T1.3")),
		letters: everywhere,
		caveat: ours,
	}),
	...claimsOf({
		id: "phases.words-targets",
		sentence: "at T1 both target words have reached 0.6: min(G(μ₁), G(μ₂))",
		place: "Theorem 3.1 (i)",
		expected: atLeast(0.6),
		choice: "smallest",
		value: ({ last }) => Math.min(at(last, "summary/G_T1.1"), at(last, "summary/G_T1.2")),
		letters: ["S", "R"],
		caveat: specified,
	}),
	...claimsOf({
		id: "phases.loss",
		sentence: "at T1 the loss is still of order 1: it lies where the idealised flow has it, at 0.44",
		place: "Theorem 3.1 (iv)",
		expected: between(0.33, 0.45),
		choice: { farthestFrom: 0.39 },
		value: summary("loss_T1"),
		letters: ["S", "R", "A", "A2"],
		caveat: "The paper says Θ(1). The range is that of this study's specification.",
	}),
	...claimsOf({
		id: "phases.scores-quiet",
		sentence:
			"attention scores hardly move in phase 1: their largest change up to T1 over that up to the end",
		place: "Theorem 3.1 (iii), Definition E.2",
		expected: atMost(0.15),
		choice: "largest",
		value: summary("quiet"),
		letters: everywhere,
		caveat: "The paper has an order in m for one width; the share of the whole change is ours.",
	}),
	...claimsOf({
		id: "phases.scores-quieter",
		sentence: "where every lemma holds it is at most a tenth",
		place: "Theorem 3.1 (iii), Definition E.2",
		expected: atMost(0.1),
		choice: "largest",
		value: summary("quiet"),
		letters: ["S", "R"],
		caveat: specified,
	}),
	...claimsOf({
		id: "phases.attention-quiet",
		sentence: "attention hardly moves in phase 1: max |p − p(0)| at T1, in units of the uniform 1/L",
		place: "Theorem 3.1 (iii)",
		expected: atMost(0.03),
		choice: "largest",
		value: summary("attention_T1"),
		letters: everywhere,
		caveat: ours,
	}),
	...claimsOf({
		id: "phases.attention-quieter",
		sentence: "where every lemma holds no probability has moved by more than 0.001 at T1: max |p − p(0)|",
		place: "Theorem 3.1 (iii)",
		expected: atMost(1e-3),
		choice: "largest",
		value: (flow) => summary("attention_T1")(flow) / dataOf(flow).length,
		letters: ["S", "R"],
		caveat: specified,
	}),
	...claimsOf({
		id: "phases.values-quiet",
		sentence: "products of value vectors move by Õ(1/m) in phase 1: largest change up to T1, times m",
		place: "Theorem 3.1 (iii)",
		expected: atMost(16),
		choice: "largest",
		value: valueMotion,
		letters: everywhere,
		caveat: ours,
	}),
	...claimsOf({
		id: "phases.neurons-quiet",
		sentence:
			"products of neurons move by Õ(1/m) in phase 1: mean |Δ a_j a_k⟨w_j, w_k⟩| over all pairs, times m",
		place: "Theorem 3.1 (iii)",
		expected: atMost(16),
		choice: "largest",
		value: neuronMotion,
		letters: everywhere,
		caveat: `${ours} The mean is of the sum b over all pairs; single pairs are followed by phases.motion-neurons.`,
	}),
	...claimsOf({
		id: "phases.targets-start",
		sentence:
			"at time 0 G of the target words grows at order 1: G′(μ₁)/κ(0), 1/6 in the limit of small outputs",
		place: "Lemma 4.1",
		expected: near(0.1667, 0.05),
		choice: { farthestFrom: 0.1667 },
		value: firstRate(1),
		letters: ["S", "R", "P"],
		caveat: "1/6 = (½ − ⅙)/2 is ours; the paper has Θ((σ₀² + σ₁²)m) a neuron.",
	}),
	...claimsOf({
		id: "phases.common-start",
		sentence: "at time 0 G of the common word hardly moves: |G′(μ₃)|/κ(0), beside 1/6 of the targets",
		place: "Lemma 4.2",
		expected: atMost(0.03),
		choice: "largest",
		value: (flow) => Math.abs(firstRate(3)(flow)),
		letters: ["S", "R", "P"],
		caveat: ours,
	}),
	...claimsOf({
		id: "phases.overtaking",
		sentence: "before T1 there is a T0.5 at which −G′(μ₃) overtakes G′(μ₁) and G′(μ₂) (share of seeds)",
		place: "Lemma 4.3, Theorem E.19",
		expected: atLeast(1),
		choice: "mean",
		value: ({ last }) => Number(at(last, half) <= at(last, T1)),
		letters: everywhere,
	}),
	...claimsOf({
		id: "phases.between",
		sentence: "between T0.5 and T1, max(G₁′, G₂′) < −G₃′ < G₁′ + G₂′ (share of steps)",
		place: "Lemma 4.3, Theorem E.19",
		expected: atLeast(1),
		choice: "smallest",
		value: summary("between.inequality"),
		letters: ["S", "R", "A2"],
		caveat: "The constant C > 0 of the paper is taken as 0: T0.5 is where the two sides are equal.",
	}),
	...claimsOf({
		id: "phases.early-rise",
		sentence:
			"the losses of classes 2 and 3, with one target word, first rise: the smaller of their peaks over its start",
		place: "Appendix A, Figure 1 (b)",
		expected: above(1),
		choice: "smallest",
		value: ({ last }) => Math.min(at(last, "summary/class2_peak"), at(last, "summary/class3_peak")),
		letters: ["S", "R", "A", "A2", "P"],
		caveat: "Where the initial output is not near 0 the rise can be hidden; the idealised flow has 1.158.",
	}),
	...claimsOf({
		id: "phases.clock-half",
		sentence: "T0.5 on the clock κ₀t, between 3 and 6 (3.56 in the idealised flow)",
		place: "Lemma 4.3; the number is ours",
		expected: between(3, 6),
		choice: { farthestFrom: 4.5 },
		value: summary("clock.T0.5"),
		letters: ["S", "R"],
		caveat: "The range is that of this study's specification.",
	}),
	...claimsOf({
		id: "phases.clock-end",
		sentence:
			"T1 on the clock κ₀t, between 6 and 13 (12.98 in the idealised flow, whose speed does not grow)",
		place: "Theorem 3.1; the number is ours",
		expected: between(6, 13),
		choice: { farthestFrom: 9.5 },
		value: summary("clock.T1"),
		letters: ["S", "R"],
		caveat: "The range is that of this study's specification.",
	}),
];

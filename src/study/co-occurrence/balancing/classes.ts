/** Automatic balancing of gradients: Lemmas 4.4, 4.5 (there F.5, F.6) and Corollaries F.2, F.7 of Yang et al. 2024. */
import { above, atLeast, atMost, below, type Claim } from "../../study.ts";
import { at, atEnd, claimsOf, everywhere, type FlowRows, rowsFrom, summary } from "../flows.ts";

const ours = "The constant is ours; the paper has O(1).";

/** The least of a/b and b/a over the rows from T1 on; negative where they differ in sign. */
const leastRatio =
	(pairs: readonly (readonly [string, string, 1 | -1])[]) =>
	(flow: FlowRows): number =>
		Math.min(
			...rowsFrom(flow, "T1").flatMap((row) =>
				pairs.map(([a, b, sign]) => {
					const ratio = (sign * at(row, a)) / at(row, b);
					return Math.min(ratio, 1 / ratio);
				}),
			),
		);

export const classClaims: readonly Claim[] = [
	...claimsOf({
		id: "balancing.classes",
		sentence: "from T1 on classes 2 and 3 pull alike: |S₂ − S₃| / min(S₂, S₃) (largest)",
		place: "Lemma 4.4, there F.5",
		expected: atMost(0.2),
		choice: "largest",
		value: summary("classes_max"),
		letters: everywhere,
		caveat: "The paper has C ≪ 1; the constant is ours.",
	}),
	...claimsOf({
		id: "balancing.classes-median",
		sentence: "from T1 on |S₂ − S₃| / min(S₂, S₃) is at most 0.05 (largest over time, median over seeds)",
		place: "Lemma 4.4, there F.5",
		expected: atMost(0.05),
		choice: "median",
		value: summary("classes_max"),
		letters: ["S", "R"],
		caveat: "The bound is what the seeds of this study's specification stayed below; ours do not all.",
	}),
	...claimsOf({
		id: "balancing.sum",
		sentence:
			"from T1 on Σg / (S₂ + S₃ + S₄ − S₁) is bounded: least reciprocal, at least half of its ideal 3/17",
		place: "Lemma 4.5, there F.6",
		expected: atLeast(0.088),
		choice: "smallest",
		value: summary("sum_min"),
		letters: everywhere,
		caveat: ours,
	}),
	...claimsOf({
		id: "balancing.difference",
		sentence:
			"from T1 on Σg / (S₁ − S₂) and Σg / (S₁ − S₃) are bounded: least reciprocal, at least half of its ideal 2/17",
		place: "Lemma 4.5, there F.6",
		expected: atLeast(0.059),
		choice: "smallest",
		value: summary("difference_min"),
		letters: everywhere,
		caveat: ours,
	}),
	...claimsOf({
		id: "balancing.target-rates",
		sentence: "from T1 on G′(μ₁) and G′(μ₂) are of one size (least ratio of the smaller to the larger)",
		place: "Lemma 4.5, there F.6",
		expected: atLeast(0.5),
		choice: "smallest",
		value: leastRatio([["word/rate.1", "word/rate.2", 1]]),
		letters: everywhere,
		caveat: "The paper has Θ(1); the constant is ours.",
	}),
	...claimsOf({
		id: "balancing.left",
		sentence: "from T1 on −G′(μ₃) exceeds G′(μ₁) and G′(μ₂): least −G₃′ / max(G₁′, G₂′)",
		place: "Lemma 4.5, there F.6, left inequality",
		expected: above(1),
		choice: "smallest",
		value: summary("rate_max_min"),
		letters: everywhere,
	}),
	...claimsOf({
		id: "balancing.right",
		sentence: "from T1 on −G′(μ₃) stays below the sum: largest −G₃′ / (G₁′ + G₂′)",
		place: "Lemma 4.5, there F.6, right inequality",
		expected: below(1),
		choice: "largest",
		value: summary("rate_sum_max"),
		letters: everywhere,
	}),
	...claimsOf({
		id: "balancing.left-margin",
		sentence: "from T1 on −G₃′ / max(G₁′, G₂′) leaves room above 1 (least)",
		place: "Lemma 4.5, there F.6: the C of its left inequality",
		expected: atLeast(1.1),
		choice: "smallest",
		value: summary("rate_max_min"),
		letters: ["S", "R"],
		caveat: "The number is that of this study's specification.",
	}),
	...claimsOf({
		id: "balancing.right-margin",
		sentence: "from T1 on −G₃′ / (G₁′ + G₂′) leaves room below 1 (largest)",
		place: "Lemma 4.5, there F.6: the C of its right inequality",
		expected: atMost(0.8),
		choice: "largest",
		value: summary("rate_sum_max"),
		letters: ["S", "R"],
		caveat: "The number is that of this study's specification.",
	}),
	...claimsOf({
		id: "balancing.order",
		sentence: "from T1 on S₄ ≤ min(S₂, S₃) ≤ max(S₂, S₃) ≤ S₁ ≤ S₂ + S₃ + S₄ (share of steps)",
		place: "Definition F.1, Lemma 4.5",
		expected: atLeast(1),
		choice: "smallest",
		value: summary("ordered"),
		letters: everywhere,
	}),
	...claimsOf({
		id: "balancing.in-class",
		sentence: "from T1 on samples of one class pull alike: largest g_i/g_j within a class",
		place: "Corollary F.2",
		expected: atMost(4),
		choice: "largest",
		value: summary("in_class_max"),
		letters: everywhere,
		caveat: ours,
	}),
	...claimsOf({
		id: "balancing.words",
		sentence: "from T1 on G(μ₁), G(μ₂) and −G(μ₃) are of one size (least ratio of a smaller to a larger)",
		place: "Corollary F.7",
		expected: atLeast(0.5),
		choice: "smallest",
		value: leastRatio([
			["word/G.1", "word/G.2", 1],
			["word/G.1", "word/G.3", -1],
			["word/G.2", "word/G.3", -1],
		]),
		letters: everywhere,
		caveat: "The paper has Θ(1); the constant is ours.",
	}),
	...claimsOf({
		id: "balancing.rates",
		sentence:
			"at the end the losses of classes 1 to 3 fall at the same rate: largest over smallest rate of their margins",
		place: "§4.3: “all sample losses decrease at almost the same rate”",
		expected: atMost(1.05),
		choice: "largest",
		value({ last }) {
			const rates = [1, 2, 3].map((k) => at(last, `class/margin_rate.${k}`));
			return Math.max(...rates) / Math.min(...rates);
		},
		letters: everywhere,
		caveat: "The tolerance is ours.",
	}),
	...claimsOf({
		id: "balancing.fourth",
		sentence:
			"at the end the margin of class 4 grows faster than that of class 1, so not all samples balance (ratio)",
		place: "not in the paper; §4.3 speaks of all samples",
		expected: above(1.2),
		choice: "smallest",
		value: ({ last }) => at(last, "class/margin_rate.4") / at(last, "class/margin_rate.1"),
		letters: ["S", "R", "P"],
		caveat:
			"1 : 1 : 1 : 3 in the limit of many samples; with few, class 4 nears the boundary and becomes a support vector (C).",
	}),
	...claimsOf({
		id: "balancing.all-pairs",
		sentence: "the largest g_i/g_j over all pairs of samples grows without bound: its value at the end",
		place: "not in the paper; §4.3 speaks of all samples",
		expected: above(100),
		choice: "smallest",
		value: atEnd("balance/all_pairs"),
		letters: ["S", "R", "P"],
		caveat: "Like τ² in the limit of many samples, more slowly with few. The bound is ours.",
	}),
	...claimsOf({
		id: "balancing.all-pairs-bounded",
		sentence:
			"with so few samples that class 4 is a support vector, all pairs of samples do balance: largest g_i/g_j at the end",
		place: "not in the paper",
		expected: atMost(4),
		choice: "largest",
		value: atEnd("balance/all_pairs"),
		letters: ["C"],
		caveat: "The bound is ours.",
	}),
];

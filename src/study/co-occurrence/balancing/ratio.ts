/** The ratio R of the proof of Lemma 4.5, and the shares of the classes at the end, beside what an SVM predicts of them. */
import { above, atMost, below, type Claim, near } from "../../study.ts";
import { at, atEnd, between, claimsOf, everywhere, type FlowRows, summary } from "../flows.ts";

const first = ({ last }: FlowRows) => at(last, "class/sum.1") / at(last, "class/sum.2");
const relative =
	(measured: string, predicted: string) =>
	(flow: FlowRows): number =>
		atEnd(measured)(flow) / summary(predicted)(flow);

const specified = "The numbers are those of this study's specification.";
export const ratioClaims: readonly Claim[] = [
	...claimsOf({
		id: "balancing.ratio-low",
		sentence: "from T1 on R = (S₂ + S₃ + S₄ − S₁)/(S₁ − S₂) stays above 1 (least)",
		place: "Lemma 4.5, there F.6: R is considered on [1, 3]",
		expected: above(1),
		choice: "smallest",
		value: summary("ratio_min"),
		letters: everywhere,
	}),
	...claimsOf({
		id: "balancing.ratio-high",
		sentence: "from T1 on R stays below 3 (largest)",
		place: "Lemma 4.5, there F.6: R is considered on [1, 3]",
		expected: below(3),
		choice: "largest",
		value: summary("ratio_max"),
		letters: everywhere,
	}),
	...claimsOf({
		id: "balancing.ratio-range",
		sentence: "from T1 on R lies between 1.1 and 1.9 (farthest from 1.5)",
		place: "Lemma 4.5, there F.6: R* ∈ (1, 2)",
		expected: between(1.1, 1.9),
		choice: { farthestFrom: 1.5 },
		value({ last }) {
			const [low, high] = [at(last, "summary/ratio_min"), at(last, "summary/ratio_max")];
			return high - 1.5 > 1.5 - low ? high : low;
		},
		letters: ["S", "R"],
		caveat: specified,
	}),
	...claimsOf({
		id: "balancing.ratio-end",
		sentence:
			"at the end R is what the hard-margin SVM of the data's own bags of words predicts (measured / predicted)",
		place: "Lemma 4.5, there F.6; the prediction is ours",
		expected: near(1, 0.1),
		choice: { farthestFrom: 1 },
		value: relative("balance/ratio", "svm.ratio"),
		letters: ["S", "R", "C", "P"],
		caveat: "Reached like 1/log t, as long as irrelevant words still matter. The tolerance is ours.",
	}),
	...claimsOf({
		id: "balancing.shares",
		sentence: "at the end S₁/S₂ is what the hard-margin SVM of the data predicts (measured / predicted)",
		place: "Lemma 4.5; the prediction is ours",
		expected: near(1, 0.05),
		choice: { farthestFrom: 1 },
		value: (flow) => first(flow) / summary("svm.sum.12")(flow),
		letters: ["S", "R", "C", "P"],
		caveat: "The tolerance is ours.",
	}),
	...claimsOf({
		id: "balancing.shares-range",
		sentence: "at the end S₁/S₂ lies between 1.40 and 1.48",
		place: "Lemma 4.5; the number is ours (1.450 predicted)",
		expected: between(1.4, 1.48),
		choice: { farthestFrom: 1.44 },
		value: first,
		letters: ["S"],
		caveat: specified,
	}),
	...claimsOf({
		id: "balancing.shares-near",
		sentence: "at the end S₁/S₂ is 1.436 (1.441 predicted)",
		place: "Lemma 4.5; the number is ours",
		expected: near(1.436, 0.01),
		choice: { farthestFrom: 1.436 },
		value: first,
		letters: ["R"],
		caveat: specified,
	}),
	...claimsOf({
		id: "balancing.fourth-share",
		sentence: "at the end class 4 hardly pulls any more: S₄/S₂",
		place: "not in the paper; 0 in the limit",
		expected: atMost(3e-3),
		choice: "largest",
		value: ({ last }) => at(last, "class/sum.4") / at(last, "class/sum.2"),
		letters: ["S"],
		caveat: specified,
	}),
	...claimsOf({
		id: "balancing.small-n",
		sentence:
			"with n = 12 samples of L = 5 words −G₃′ / max(G₁′, G₂′) stays below 1 at the end: Lemma 4.5 fails in every seed",
		place: "Condition 1: n ≥ Ω̃(L²) is needed",
		expected: below(1),
		choice: "largest",
		value: atEnd("balance/rate_max"),
		letters: ["C"],
	}),
	...claimsOf({
		id: "balancing.small-n-rates",
		sentence:
			"with n = 12 samples of L = 5 words −G₃′ / max(G₁′, G₂′) at the end is about 0.86 (median over seeds)",
		place: "Condition 1: n ≥ Ω̃(L²) is needed",
		expected: near(0.86, 0.03),
		choice: "median",
		value: atEnd("balance/rate_max"),
		letters: ["C"],
		caveat: "This study's specification has 0.846 to 0.871 over five seeds of its own.",
	}),
	...claimsOf({
		id: "balancing.small-n-ratio",
		sentence:
			"with n = 12 samples of L = 5 words R at the end is 0.884 to 0.893 (median over seeds; 0.875 predicted)",
		place: "Condition 1: n ≥ Ω̃(L²) is needed",
		expected: between(0.884, 0.893),
		choice: "median",
		value: atEnd("balance/ratio"),
		letters: ["C"],
		caveat: specified,
	}),
];

/** Which way attention moves, and how far. */
import { above, atLeast, atMost, below, type Claim } from "../../study.ts";
import { at, between, claimsOf, everywhere, type FlowRows, summary } from "../flows.ts";

const targets = ["12", "21"] as const;
const common = ["31", "32"] as const;

const change =
	(prefix: "attention/p." | "score/raw.") =>
	({ first, last }: FlowRows, pair: string): number =>
		at(last, prefix + pair) - at(first, prefix + pair);

const scoreChange = change("score/raw.");
const probabilityChange = change("attention/p.");

/** The mean of the two changes. */
const meanScoreChange =
	(pairs: readonly [string, string]) =>
	(flow: FlowRows): number =>
		(scoreChange(flow, pairs[0]) + scoreChange(flow, pairs[1])) / 2;

/** The least of the changes in the direction that the paper says. */
const leastInDirection = (flow: FlowRows, of: typeof scoreChange): number =>
	Math.min(...targets.map((pair) => of(flow, pair)), ...common.map((pair) => -of(flow, pair)));

const specified = "The numbers are those of this study's specification.";

export const movementClaims: readonly Claim[] = [
	...claimsOf({
		id: "attention.monotone",
		sentence:
			"from T1 on the scores between the targets rise and those of μ₁ and μ₂ for μ₃ fall, at every step (smallest share " +
			"of steps of one of the four)",
		place: "Theorem 3.2 (i), Lemma 4.7, there F.16",
		expected: atLeast(1),
		choice: "smallest",
		value: ({ last }) =>
			Math.min(...[...targets, ...common].map((pair) => at(last, `summary/monotone.score${pair}`))),
		letters: everywhere,
	}),
	...claimsOf({
		id: "attention.scores",
		sentence:
			"from start to end all four scores change in the direction of the theorem: the least change, counted positive so",
		place: "Theorem 3.3: C₁₂, C₂₁, −C₃₁, −C₃₂ > 0",
		expected: above(0),
		choice: "smallest",
		value: (flow) => leastInDirection(flow, scoreChange),
		letters: everywhere,
	}),
	...claimsOf({
		id: "attention.probabilities",
		sentence:
			"so do probabilities: queries μ₁ and μ₂ give more to each other and less to μ₃ (least change, counted positive so)",
		place: "Corollary F.17",
		expected: above(0),
		choice: "smallest",
		value: (flow) => leastInDirection(flow, probabilityChange),
		letters: everywhere,
		caveat: "The statement prints the order 1/√m, its proof has 1/m; here only the sign is asked.",
	}),
	...claimsOf({
		id: "attention.small",
		sentence: "attention changes by O(1/L²): largest max |p − p(0)| from T1 on, in units of 1/L²",
		place: "Corollary F.17, Definition F.1",
		expected: atMost(0.5),
		choice: "largest",
		value: summary("needed.attention"),
		letters: everywhere,
		caveat: "The constant is ours.",
	}),
	...claimsOf({
		id: "attention.theory-size",
		sentence: "with the theory's initial values attention hardly moves at all: max |p − p(0)| at the end",
		place: "Corollary F.17; the number is ours",
		expected: below(1e-5),
		choice: "largest",
		value: ({ last }) => at(last, "attention/change"),
		letters: ["R"],
		caveat: specified,
	}),
	...claimsOf({
		id: "attention.paper-size",
		sentence: "in the paper's own experiment attention hardly moves either: max |p − p(0)| at the end",
		place: "Appendix A; the number is ours",
		expected: atMost(2e-4),
		choice: "largest",
		value: ({ last }) => at(last, "attention/change"),
		letters: ["P"],
		caveat: specified,
	}),
	...claimsOf({
		id: "attention.paper-targets",
		sentence:
			"in the paper's experiment scores between targets rise by 0.007 to 0.011 (mean of the two, median over seeds)",
		place: "Appendix A, Figure 1 (a), whose axis has no numbers",
		expected: between(0.007, 0.011),
		choice: "median",
		value: meanScoreChange(targets),
		letters: ["P"],
		caveat: specified,
	}),
	...claimsOf({
		id: "attention.paper-common",
		sentence:
			"in the paper's experiment scores for the common word fall by 0.004 to 0.008 (mean of the two, median over seeds)",
		place: "Appendix A, Figure 1 (a), whose axis has no numbers",
		expected: between(-0.008, -0.004),
		choice: "median",
		value: meanScoreChange(common),
		letters: ["P"],
		caveat: specified,
	}),
	...claimsOf({
		id: "attention.visible",
		sentence:
			"with larger initial W_K and W_Q it can be seen: what μ₁ as a query gives to μ₂, at the end less at the start",
		place: "Corollary F.17; the number is ours",
		expected: atLeast(0.03),
		choice: "smallest",
		value: (flow) => probabilityChange(flow, "21"),
		letters: ["A2"],
		caveat: "The bound is ours.",
	}),
];

/** The end: how fast the loss falls, and to which direction the words tend (Yang et al. 2024, Thms 3.3, F.8, Lemma F.10). */
import { atLeast, atMost, below, type Claim, near } from "../../study.ts";
import { configurations, type Letter } from "../configurations.ts";
import {
	at,
	atEnd,
	between,
	claimsOf,
	everywhere,
	type FlowRows,
	rowsFrom,
	summary,
	travelled,
} from "../flows.ts";

const gamma = summary("svm.gamma");
const specified = "The numbers are those of this study's specification.";

/** Growth of 1/L̂ from κ₀t = 400 to the end, over γ²∫κ dt. */
function rateOverPredicted(flow: FlowRows): number {
	const times = travelled(flow.rows);
	const start = flow.rows.findIndex((row) => at(row, "flow/clock") >= 400);
	const [from, to] = [flow.rows[start], flow.last];
	const grown = 1 / at(to, "train/loss") - 1 / at(from, "train/loss");
	return grown / (times.at(-1)! - times[start]!) / gamma(flow) ** 2;
}

/** (b − b(T1)) σ₁² m m₁ / (m₁ log² m) at the end: what O(·) must hide; b(0) stands for σ₁² m m₁. */
function growthOfSpeed(flow: FlowRows): number {
	const { width, neurons } = configurations[flow.run.slice(0, flow.run.lastIndexOf("-")) as Letter].model;
	const grown = atEnd("flow/b")(flow) - at(rowsFrom(flow, "T1")[0], "flow/b");
	return (grown * at(flow.first, "flow/b")) / (neurons * Math.log(width) ** 2);
}

export const flowClaims: readonly Claim[] = [
	...claimsOf({
		id: "end-state.loss",
		sentence: "training ends at a small loss",
		place: "Theorem 3.3",
		expected: below(1e-3),
		choice: "largest",
		value: atEnd("train/loss"),
		letters: everywhere,
		caveat: "The paper says 1/poly(m) after a time poly(m); the bound is ours, at the end of these flows.",
	}),
	...claimsOf({
		id: "end-state.rate",
		sentence:
			"late, 1/L̂ grows at the rate γ²κ, γ the margin of the data's hard-margin SVM (measured / predicted, from κ₀t = 400)",
		place: "Theorem F.8; the constant γ² is ours",
		expected: near(1, 0.05),
		choice: { farthestFrom: 1 },
		value: rateOverPredicted,
		letters: ["S", "R", "C", "P", "A2"],
		caveat: "The tolerance is ours. γ is of uniform attention: where attention moves, it makes γ larger.",
	}),
	...claimsOf({
		id: "end-state.rate-exact",
		sentence:
			"in the theory's regime, where attention stays uniform, it does so to 0.2 % (measured / predicted, from κ₀t = 400)",
		place: "Theorem F.8; the constant γ² is ours",
		expected: near(1, 0.002),
		choice: { farthestFrom: 1 },
		value: rateOverPredicted,
		letters: ["R"],
		caveat: "The tolerance is ours.",
	}),
	...claimsOf({
		id: "end-state.gamma",
		sentence:
			"the effective margin γ = ‖c‖ / mean g tends to that of the SVM (measured / predicted, at the end)",
		place: "Theorem F.8; the constant is ours",
		expected: near(1, 0.05),
		choice: { farthestFrom: 1 },
		value: (flow) => atEnd("margin/gamma")(flow) / gamma(flow),
		letters: ["S", "R", "C", "P", "A2"],
		caveat: "The tolerance is ours.",
	}),
	...claimsOf({
		id: "end-state.gamma-number",
		sentence: "the effective margin ends at 0.3490 (0.3487 predicted)",
		place: "Theorem F.8; the number is ours",
		expected: near(0.349, 0.001),
		choice: { farthestFrom: 0.349 },
		value: atEnd("margin/gamma"),
		letters: ["R"],
		caveat: specified,
	}),
	...claimsOf({
		id: "end-state.duality",
		sentence: "‖c‖ ≥ γ · mean g at all times, by duality (least ratio of the two)",
		place: "not in the paper; for uniform attention",
		expected: atLeast(1),
		choice: "smallest",
		value: (flow) => Math.min(...flow.rows.map((row) => at(row, "margin/gamma"))) / gamma(flow),
		letters: ["S", "R", "C", "P", "A2"],
		caveat: "Attention that is not uniform may break it.",
	}),
	...claimsOf({
		id: "end-state.normalised",
		sentence: "the normalised margin min yF / ‖G‖ comes near γ (measured / γ, at the end)",
		place: "not in the paper",
		expected: between(0.85, 1),
		choice: "smallest",
		value: (flow) => atEnd("margin/normalised")(flow) / gamma(flow),
		letters: ["S", "R", "C", "P"],
		caveat: "Reached like 1/log t. The tolerance is ours.",
	}),
	...claimsOf({
		id: "end-state.direction",
		sentence: "G turns to the hard-margin direction of the data's bags of words (cosine at the end)",
		place: "not in the paper",
		expected: atLeast(0.98),
		choice: "smallest",
		value: atEnd("margin/svm"),
		letters: ["S", "R", "C", "P"],
		caveat: "Reached like 1/log t. The bound is ours.",
	}),
	...claimsOf({
		id: "end-state.ideal-direction",
		sentence: "G of the three words turns to (2, 2, −3) (cosine at the end)",
		place: "not in the paper; the direction for infinitely many samples",
		expected: atLeast(0.99),
		choice: "smallest",
		value: atEnd("margin/cosine"),
		letters: ["S", "R", "C", "P"],
		caveat: "With few samples the direction is another one. The bound is ours.",
	}),
	...claimsOf({
		id: "end-state.speed",
		sentence: "b = ‖Wᵀa‖² grows in phase 2 by O(m₁ log²m / (σ₁²mm₁)): what it grew, in that unit",
		place: "Lemma F.10",
		expected: atMost(4),
		choice: "largest",
		value: growthOfSpeed,
		letters: ["S", "R", "C", "P"],
		caveat: "The constant is ours. b(0) stands for σ₁²mm₁.",
	}),
	...claimsOf({
		id: "end-state.loss-range",
		sentence: "the loss at κ₀t = 1000 is 4.5e-4 to 5.5e-4",
		place: "not in the paper",
		expected: between(4.5e-4, 5.5e-4),
		choice: { farthestFrom: 5e-4 },
		value: atEnd("train/loss"),
		letters: ["S"],
		caveat: specified,
	}),
	...claimsOf({
		id: "end-state.margin-range",
		sentence: "the least margin at κ₀t = 1000 is 6.9 to 7.1",
		place: "not in the paper",
		expected: between(6.9, 7.1),
		choice: { farthestFrom: 7 },
		value: atEnd("margin/least"),
		letters: ["S"],
		caveat: specified,
	}),
	...claimsOf({
		id: "end-state.loss-number",
		sentence: "the loss at κ₀t = 1000 is 6.51e-4 to 2 %",
		place: "not in the paper",
		expected: near(6.51e-4, 0.02 * 6.51e-4),
		choice: { farthestFrom: 6.51e-4 },
		value: atEnd("train/loss"),
		letters: ["R"],
		caveat: specified,
	}),
];

/** Phase 2: all losses fall together, values and attention move one way (Yang et al. 2024, Thm 3.2, Def. F.1). */
import type { Row } from "../../../figure/figure.ts";
import { predicates } from "../../../probe/co-occurrence/predicates.ts";
import { inWords } from "../../rows.ts";
import { above, atLeast, atMost, type Claim, type Measurement } from "../../study.ts";
import type { Letter } from "../configurations.ts";
import { at, claimsOf, everywhere, type FlowRows, flowsOf, outsideOf, rowsFrom, summary } from "../flows.ts";

const leastOf = (flow: FlowRows, names: readonly string[]): number =>
	Math.min(...names.map((name) => at(flow.last, `summary/${name}`)));

/** min(G₁ + G₂ + G₃, −(G₁ + G₃), −(G₂ + G₃)): the margins of bags of words without irrelevant ones. */
function bareMargin(row: Row | undefined): number {
	const [g1, g2, g3] = [1, 2, 3].map((k) => at(row, `word/G.${k}`)) as [number, number, number];
	return Math.min(g1 + g2 + g3, -(g1 + g3), -(g2 + g3));
}

/** The time from which the three words alone classify to the end, over T1; NaN if they do not at the end. */
function whenBare({ rows, last }: FlowRows): number {
	const before = rows.findLastIndex((row) => !(bareMargin(row) > 0));
	return at(rows[before + 1], "flow/time") / at(last, "summary/time.T1");
}

/** How many of the conditions of Def. F.1 hold at every step after T1, for every seed; and which do not. */
const conditions = (rows: readonly Row[], letter: Letter): Measurement | undefined => {
	const flows = flowsOf(rows, letter).filter(({ last }) => Number.isFinite(at(last, "summary/time.T1")));
	if (flows.length === 0) return undefined;
	const needed = (name: string) => Math.max(...flows.map(({ last }) => at(last, `summary/needed.${name}`)));
	const failing = predicates.filter(({ name, constant }) => !(needed(name) <= constant));
	const ends = flows.map(({ last }) => at(last, "summary/clock.T2")).filter(Number.isFinite);
	return {
		value: predicates.length - failing.length,
		detail:
			failing.length === 0
				? `${flows.length} seeds: all hold to the end.`
				: `${flows.length} seeds; first broken at κ₀t = ${inWords(Math.min(...ends))}: ` +
					`${failing.map(({ name, constant }) => `${name} needs ${inWords(needed(name))}, allowed ${constant}`).join("; ")}.`,
	};
};

const conditionClaims = everywhere.map(
	(letter): Claim => ({
		id: `phases.conditions.${letter}`,
		of: letter,
		sentence: `from T1 to the end all ${predicates.length} conditions of phase 2 hold (how many)`,
		place: "Definition F.1",
		expected: atLeast(predicates.length),
		caveat:
			"The paper's O(·) hide constants; ours were set, with results in hand, so that S and R meet them all over κ₀t = 1000.",
		...outsideOf(letter),
		measure: (rows) => conditions(rows, letter),
	}),
);

const singleConditions = predicates.flatMap(({ name, condition, constant }) =>
	claimsOf({
		id: `phases.condition.${name}`,
		sentence: condition,
		place: "Definition F.1",
		expected: atMost(constant),
		choice: "largest",
		value: summary(`needed.${name}`),
		letters: ["S", "R"],
		...(name === "order" || name === "classes" ? {} : { caveat: "The constant is ours." }),
	}),
);

export const secondPhaseClaims: readonly Claim[] = [
	...claimsOf({
		id: "phases.losses-fall",
		sentence: "from T1 on the loss of every class falls at every step (smallest share of steps of a class)",
		place: "Theorem 3.2; Appendix A, Figure 1 (b)",
		expected: atLeast(1),
		choice: "smallest",
		value: (flow) =>
			leastOf(
				flow,
				[1, 2, 3, 4].map((k) => `class_monotone.${k}`),
			),
		letters: everywhere,
	}),
	...claimsOf({
		id: "phases.values",
		sentence:
			"from T1 on the value vectors of the targets turn to each other and from that of the common word: μ₁ᵀW_VᵀW_Vμ₂ " +
			"increases, those with μ₃ decrease, at every step (smallest share of steps)",
		place: "Theorem 3.2 (ii)",
		expected: atLeast(1),
		choice: "smallest",
		value: (flow) => leastOf(flow, ["monotone.value12", "monotone.value13", "monotone.value23"]),
		letters: everywhere,
	}),
	...claimsOf({
		id: "phases.values-end",
		sentence:
			"from start to end μ₁ᵀW_VᵀW_Vμ₂ has grown, μ₁ᵀW_VᵀW_Vμ₃ and μ₂ᵀW_VᵀW_Vμ₃ have fallen (least change, counted positive so)",
		place: "Theorem 3.2 (ii)",
		expected: above(0),
		choice: "smallest",
		value: ({ last }) =>
			Math.min(
				at(last, "summary/change.value.12"),
				-at(last, "summary/change.value.13"),
				-at(last, "summary/change.value.23"),
			),
		letters: everywhere,
	}),
	...claimsOf({
		id: "phases.value-norms",
		sentence: "from T1 on the value vectors of both targets grow at every step (smallest share of steps)",
		place: "Corollary F.13",
		expected: atLeast(1),
		choice: "smallest",
		value: (flow) => leastOf(flow, ["monotone.value11", "monotone.value22"]),
		letters: everywhere,
	}),
	...claimsOf({
		id: "phases.words-stay",
		sentence: "from T1 on min(G(μ₁), G(μ₂), −G(μ₃)) stays of order 1 (least value)",
		place: "Theorem 3.2 (iii)",
		expected: atLeast(0.5),
		choice: "smallest",
		value: (flow) =>
			Math.min(
				...rowsFrom(flow, "T1").map((row) =>
					Math.min(at(row, "word/G.1"), at(row, "word/G.2"), -at(row, "word/G.3")),
				),
			),
		letters: everywhere,
		caveat: "The paper prints −G(μ₃) ≤ Ω(1), where ≥ is meant. The constant is ours.",
	}),
	...claimsOf({
		id: "phases.bare-margins",
		sentence:
			"from T1 on the three words alone classify: min(G₁ + G₂ + G₃, −(G₁ + G₃), −(G₂ + G₃)) is positive (least value)",
		place: "Theorem 3.2 (iv)",
		expected: above(0),
		choice: "smallest",
		value: (flow) => Math.min(...rowsFrom(flow, "T1").map(bareMargin)),
		letters: ["S", "R", "C", "P"],
		caveat:
			"With few samples irrelevant words lend a part of every margin, so all samples are correct a little before the three words alone are.",
	}),
	...claimsOf({
		id: "phases.bare-margins-later",
		sentence: "soon after T1 the three words alone classify, for good: when they begin to, over T1",
		place: "Theorem 3.2 (iv)",
		expected: atMost(3),
		choice: "largest",
		value: whenBare,
		letters: ["S", "R"],
		caveat: "The paper's T1 is of order 1/m, whatever the constant; the bound is ours.",
	}),
	...claimsOf({
		id: "phases.bare-margins-end",
		sentence: "at the end the three words alone classify: min(G₁ + G₂ + G₃, −(G₁ + G₃), −(G₂ + G₃))",
		place: "Theorem 3.2 (iv)",
		expected: atLeast(0.5),
		choice: "smallest",
		value: ({ last }) => bareMargin(last),
		letters: ["S", "R", "C", "P"],
		caveat: "The constant is ours.",
	}),
	...conditionClaims,
	...singleConditions,
];

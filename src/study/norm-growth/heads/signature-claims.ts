/** Engineered heads and random networks behind both masks, judged on the rows of `signatures.ts`. */
import type { Row } from "../../../figure/figure.ts";
import { above, atMost, type Claim, type Measurement, near } from "../../study.ts";

const published = "§4.2, Fig. 3 and the histograms committed with its code, whose largest values these are";
const own = "not in the paper: what a mean head (eq. 1) would show in Fig. 3";

/** Engineered heads against the values of the published histograms, and those that mean heads would have there. */
const engineeredClaims: Claim[] = (
	[
		[
			"leak.positions",
			"negative scores, leaky mask",
			83,
			"positions",
			41.012,
			5e-4,
			"a saturated head with negative scores behind the leaky mask attends to 41.012 of 83 positions: the largest value of the published histogram",
		],
		[
			"leak.split",
			"negative scores, leaky mask",
			83,
			"split",
			0.976,
			5e-4,
			"it attends to more than one position at 0.976 of the queries",
		],
		[
			"leak.positions-700",
			"negative scores, leaky mask",
			700,
			"positions",
			349.501,
			5e-4,
			"at the length of the WikiText-2 models, 700, it attends to 349.501",
		],
		[
			"mean.positions",
			"mean head, strict mask",
			83,
			"positions",
			42,
			1e-9,
			"a mean head behind a strict mask attends to 42.0 of 83 positions",
		],
		[
			"mean.split",
			"mean head, strict mask",
			83,
			"split",
			0.988,
			5e-4,
			"and to more than one at 0.988 of the queries",
		],
		[
			"mean.positions-700",
			"mean head, strict mask",
			700,
			"positions",
			350.5,
			1e-9,
			"at length 700 a mean head attends to 350.5",
		],
	] as const
).map(([id, subject, context, key, value, tolerance, sentence]) => ({
	id: `heads.${id}`,
	sentence,
	place: subject.endsWith("leaky mask") ? published : own,
	expected: near(value, tolerance),
	measure(rows) {
		const of = (attention: string) =>
			rows.find(
				(row) => row["subject"] === subject && row["context"] === context && row["attention"] === attention,
			);
		const [hard, soft] = [of("hard"), of("softmax")];
		const measured = hard?.[key];
		if (!hard || !soft || typeof measured !== "number") return undefined;
		return {
			value: measured,
			detail:
				`engineered parameters through the model, hard attention; softmax with all parameters × 1000: ${soft[key]}; ` +
				`closed form ${hard[`expected/${key}`]}.`,
		};
	},
}));

const ofRandom =
	(mask: string, key: string) =>
	(rows: readonly Row[]): Measurement | undefined => {
		const row = rows.find((r) => r["subject"] === "random network" && r["mask"] === mask);
		const value = row?.[key];
		if (!row || typeof value !== "number") return undefined;
		return {
			value,
			detail:
				`res-post, 4 layers of width 64, 83 tokens, random initialisation; positions attended by its 16 heads, ` +
				`saturated: ${Number(row["positions/smallest"]).toFixed(3)} to ${Number(row["positions/largest"]).toFixed(3)}.`,
		};
	};

const maskClaims: Claim[] = [
	{
		id: "heads.mask.strict",
		sentence: "strict mask: tokens from position 60 on change no state before it (largest change)",
		place: "§4.2; Appendix A (“positional masking to prevent lookahead”)",
		expected: atMost(0),
		measure: ofRandom("strict", "change/largest"),
	},
	{
		id: "heads.mask.leaky",
		sentence: "the published mask does the same (largest change of a state before position 60)",
		place: "Appendix A (“positional masking to prevent lookahead”); the mask of the paper's code",
		expected: atMost(0),
		caveat:
			"The code multiplies later scores by 0 where it should send them to −∞: softmax gives the score 0 a weight.",
		measure: ofRandom("leaky", "change/largest"),
	},
	{
		id: "heads.random.strict",
		sentence:
			"strict mask: without training every saturated head attends to exactly one position (largest mean)",
		place: "not in the paper: random initialisation",
		expected: near(1, 0),
		measure: ofRandom("strict", "positions/largest"),
	},
	{
		id: "heads.random.leaky",
		sentence: "leaky mask: without training some saturated head attends to more (largest mean)",
		place: "the mask of the paper's code, at random initialisation",
		expected: above(1),
		measure: ofRandom("leaky", "positions/largest"),
	},
];

export const signatureClaims: readonly Claim[] = [...engineeredClaims, ...maskClaims];

/**
 * Where the theory applies: the statements of Yang et al. 2024 about phase 2 on a grid of initial scales of attention and
 * numbers of samples, inside and outside of Condition 1 (σ₀ = 1/Θ̃(√(Lm)), n ≥ Ω̃(L²)).
 */
import { drawApplicability } from "../../figure/co-occurrence/applicability.ts";
import { atLeast, type Claim, type Expectation, type Part } from "../study.ts";
import { type GridCell, gridOf } from "./applicability/grid.ts";
import { conclusions, conditions, type Statement } from "./applicability/statements.ts";

export { applicabilityExperiments } from "./applicability/grid.ts";

/** L of every run. */
const length = 5;

/** Condition 1 with our constants: n ≥ 2L², and σ_K at most five times 1/√(Lm) = 0.056. */
const inside = ({ samples, scale }: GridCell) => samples >= 2 * length ** 2 && scale <= 0.3;
const fewSamples = ({ samples, scale }: GridCell) => samples <= 12 && scale <= 0.3;
const largeScale = ({ samples, scale }: GridCell) => samples >= 2 * length ** 2 && scale >= 1;

interface Region {
	readonly suffix: string;
	readonly words: string;
	readonly outside?: string;
	holds(cell: GridCell): boolean;
}

const regions: Readonly<Record<"inside" | "few" | "large", Region>> = {
	inside: { suffix: "", words: "n ≥ 50, σ_K ≤ 0.3", holds: inside },
	few: {
		suffix: ".few-samples",
		words: "n ≤ 12, σ_K ≤ 0.3",
		outside: "Condition 1 asks for n ≥ Ω̃(L²), L² = 25.",
		holds: fewSamples,
	},
	large: {
		suffix: ".large-scale",
		words: "σ_K = 1",
		outside: "Condition 1 asks for σ₀ = 1/Θ̃(√(Lm)), and 1/√(Lm) = 0.056.",
		holds: largeScale,
	},
};

/** The share of a region's runs that meet a statement at every step from T1 on; of all seeds. */
function claimOf(name: string, sentence: string, place: string, region: Region): Claim {
	return {
		id: `applicability.${name}${region.suffix}`,
		of: region.words,
		sentence: `${sentence} (share of runs)`,
		place,
		expected: atLeast(1),
		caveat: "The constants of Condition 1 are ours: n ≥ 2L² = 50, and σ_K ≤ 0.3, five times 1/√(Lm).",
		...(region.outside !== undefined && { outside: region.outside }),
		measure(rows) {
			const cells = gridOf(rows).filter((cell) => region.holds(cell) && cell.meets[name] !== undefined);
			if (cells.length === 0) return undefined;
			const met = cells.filter(({ meets }) => meets[name]);
			return {
				value: met.length / cells.length,
				detail: `${met.length} of ${cells.length} runs, from T1 to κ₀t = 1000; missed at ${placesOf(cells, name)}.`,
			};
		},
	};
}

/** `n = 12, σ_K 0.03 to 0.25`: where runs miss a statement. */
function placesOf(cells: readonly GridCell[], name: string): string {
	const missed = cells.filter(({ meets }) => !meets[name]);
	const sizes = [...new Set(missed.map(({ samples }) => samples))];
	const places = sizes.map((size) => {
		const scales = missed.flatMap(({ samples, scale }) => (samples === size ? [scale] : []));
		const [low, high] = [Math.min(...scales), Math.max(...scales)];
		return `n = ${size}, σ_K ${low === high ? low : `${low} to ${high}`}`;
	});
	return places.join("; ") || "none";
}

const statements: readonly (readonly [string, string, string, readonly (keyof typeof regions)[]])[] = [
	[
		"inequality",
		"max(G₁′, G₂′) < −G₃′ < G₁′ + G₂′ at every step from T1 on",
		"Lemma 4.5 (F.6), Condition 1",
		["inside", "few", "large"],
	],
	[
		"scores",
		"the four attention scores move the way the theorem says at every step from T1 on",
		"Theorem 3.2 (i), Lemma 4.7, Condition 1",
		["inside", "large"],
	],
	[
		"values",
		"the three products of value vectors move the way the theorem says at every step from T1 on",
		"Theorem 3.2 (ii), Condition 1",
		["inside", "large"],
	],
	["attention", "max |p − p(0)| < 1/(2L²) from T1 on", "Definition F.1, Condition 1", ["large"]],
];

const between = (low: number, high: number): Expectation => ({
	text: `${low} to ${high}`,
	holds: (value) => value >= low && value <= high,
});

const claims: readonly Claim[] = [
	...statements.flatMap(([name, sentence, place, where]) =>
		where.map((region) => claimOf(name, sentence, place, regions[region])),
	),
	{
		id: "applicability.samples",
		sentence:
			"the inequality begins to hold at about L² samples (least n at which all seeds meet it, over L²)",
		place: "Condition 1: n ≥ Ω̃(L²)",
		expected: between(0.5, 2),
		caveat: "The paper gives an order; the factor of two either way is ours.",
		measure(rows) {
			const cells = gridOf(rows).filter(({ scale, meets }) => scale <= 0.3 && "inequality" in meets);
			const sizes = [...new Set(cells.map(({ samples }) => samples))].sort((a, b) => a - b);
			const first = sizes.find((size) =>
				cells.every(({ samples, meets }) => samples < size || meets["inequality"]),
			);
			return first === undefined
				? undefined
				: { value: first / length ** 2, detail: `From n = ${first} on, at every σ_K up to 0.3; L² = 25.` };
		},
	},
	{
		id: "applicability.predicted",
		sentence:
			"the data alone tell where the inequality holds: where R* > 1, R* that of the hard-margin SVM of the bags of words " +
			"(share of runs with σ_K ≤ 0.3 of which that is right)",
		place: "ours, from the ratio R of the proof of Lemma 4.5",
		expected: atLeast(0.95),
		measure(rows) {
			const cells = gridOf(rows).filter(
				({ scale, predicted, meets }) =>
					scale <= 0.3 && Number.isFinite(predicted) && meets["inequality"] !== undefined,
			);
			const right = cells.filter(({ predicted, meets }) => predicted > 1 === meets["inequality"]);
			if (cells.length === 0) return undefined;
			const values = cells.map(({ predicted }) => predicted);
			return {
				value: right.length / cells.length,
				detail:
					`${right.length} of ${cells.length} runs; R* from ${Math.min(...values).toPrecision(3)} to ` +
					`${Math.max(...values).toPrecision(3)}.`,
			};
		},
	},
];

const panels = (list: readonly Statement[]) => list.map(({ name, label }) => ({ name, label }));

export const applicability: Part = {
	name: "applicability",
	title: "Where the theory applies",
	introduction:
		"The theorems suppose many samples, n ≥ Ω̃(L²), and small initial values, σ₀ = 1/Θ̃(√(Lm)) (Condition 1); their constants " +
		"are hidden. How many samples, and how small? Each cell of the grid is a flow of its own, with sentences of five words, " +
		"configuration A's network, and two things varied: the scale of the initial key and query matrices and the number of " +
		"samples. The first figure shows what the paper concludes, the second what it supposes on the way.",
	claims,
	figures(rows, options) {
		const cells = gridOf(rows);
		return [
			drawApplicability({
				...options,
				cells,
				statements: panels(conclusions),
				id: "applicability",
				title: "Where the conclusions hold: initial scale and number of samples",
				caption:
					"In how many of the seeds a conclusion of the paper holds at every step from T1 to κ₀t = 1000. Few samples (bottom " +
					"rows) break the balance of Lemma 4.5: below L² = 25 samples words that occur once carry too much of the gradient. " +
					"Large initial scales (right column) break the order in which attention moves. Click a cell to open its run.",
			}),
			drawApplicability({
				...options,
				cells,
				statements: panels(conditions),
				id: "applicability-conditions",
				title: "Where the conditions hold: Definition F.1",
				caption:
					"The conditions under which the paper argues in phase 2, each with a constant of ours in the place of its O(·), up to " +
					"κ₀t = 1000. That ‖w̄‖² stays of its order fails everywhere so late: phase 2 ends at a time of poly(m), and here it has " +
					"ended. The conclusions of the other figure hold longer than the conditions they were derived from. Click a cell to open its run.",
			}),
		].filter((figure) => figure !== undefined);
	},
};

/** What the growth of a run's norm is made of, and which law predicts it: the same claims for every run named. */
import { type Row, valuesOf } from "../../../figure/figure.ts";
import { contributions, equallyDistant, evenlySpaced } from "../../../theory/series.ts";
import { median } from "../../rows.ts";
import { above, atMost, type Claim, type Expectation, type Measurement, near } from "../../study.ts";
import { type Law, predictionName } from "./predictions.ts";

type Measure = (rows: readonly Row[], predicted: readonly Row[]) => Measurement | undefined;

interface Question {
	readonly id: string;
	readonly sentence: string;
	readonly place: string;
	readonly expected: Expectation;
	readonly caveat?: string;
	/** From the rows of the run and from those of its predictions. */
	readonly measure: Measure;
}

const numberOf = (row: Row, key: string): number | undefined => {
	const value = row[key];
	return typeof value === "number" && Number.isFinite(value) ? value : undefined;
};

const scopesOf = (row: Row): string[] =>
	Object.keys(row).flatMap((key) => (key.startsWith("dyn/radial.") ? [key.slice("dyn/radial.".length)] : []));

/** The largest |ρ′² − ρ² − 2θᵀδ − ‖δ‖²| / ρ² of all scopes, over steps measured before and after. */
function identityGap(rows: readonly Row[]): Measurement | undefined {
	const byStep = new Map(rows.map((row) => [row.step, row]));
	let [gap, worst, count] = [0, "", 0];
	for (const row of rows)
		for (const scope of scopesOf(row)) {
			const next = byStep.get(row.step + 1);
			const before = numberOf(row, `dyn/norm.${scope}`);
			const after = next && numberOf(next, `dyn/norm.${scope}`);
			if (!before || !after) continue;
			const added = numberOf(row, `dyn/radial.${scope}`)! + numberOf(row, `dyn/squared_step.${scope}`)!;
			const relative = Math.abs((after - before) * (after + before) - added) / before ** 2;
			count++;
			if (relative >= gap) [gap, worst] = [relative, `${scope}, step ${row.step}`];
		}
	if (count === 0) return undefined;
	return { value: gap, detail: `${count} steps and scopes (all, encoder, each block); largest at ${worst}.` };
}

/** Median over the steps at equal distances: the first steps of Adam are long and unlike any later ones. */
function shareOfSteps(rows: readonly Row[]): Measurement | undefined {
	const steps = rows.flatMap((row) => {
		const [squared, radial] = ["dyn/squared_step.encoder", "dyn/radial.encoder"].map((key) =>
			numberOf(row, key),
		);
		return squared && radial !== undefined ? { step: row.step, squared, radial } : [];
	});
	const even = new Set(evenlySpaced(steps.map(({ step }) => step)));
	const sampled = steps.filter(({ step }) => even.has(step));
	if (sampled.length < 5) return undefined;
	const of = (value: (step: (typeof sampled)[number]) => number) => median(sampled.map(value));
	return {
		value: of(({ squared, radial }) => squared / (squared + radial)),
		detail:
			`encoder, median of ${sampled.length} single steps: ‖δ‖² ${of(({ squared }) => squared).toPrecision(3)}, ` +
			`2θᵀδ ${of(({ radial }) => radial).toPrecision(3)}.`,
	};
}

function shareOfCheckpoints(rows: readonly Row[]): Measurement | undefined {
	const norms = valuesOf(rows, "dyn/norm.encoder");
	const cosines = new Map(
		valuesOf(rows, "dyn/direction.encoder.previous").map(({ step, value }) => [step, value]),
	);
	const even = new Set(equallyDistant(norms.map(({ step }) => step)));
	let [radial, squared, count] = [0, 0, 0];
	norms.forEach(({ step, value }, i) => {
		const cosine = cosines.get(step);
		if (i === 0 || cosine === undefined || !even.has(step)) return;
		const parts = contributions(norms[i - 1]!.value, value, cosine);
		radial += parts.radial;
		squared += parts.squared;
		count++;
	});
	if (count < 3) return undefined;
	const distance = [...even].at(-1)! - [...even].at(-2)!;
	return {
		value: squared / (radial + squared),
		detail: `encoder, ${count} intervals of ${distance} steps: Σ‖δ‖² ${squared.toPrecision(3)}, 2Σθᵀδ ${radial.toPrecision(3)}.`,
	};
}

const constants = (predicted: readonly Row[]) => predicted.find((row) => row["quantity"] === "constants");

const growthBy =
	(law: Law): Measure =>
	(_, predicted) => {
		const rows = predicted.filter((row) => numberOf(row, law) !== undefined);
		const [first, last, found] = [rows[0], rows.at(-1), constants(predicted)];
		if (!first || !last || !found || first === last) return undefined;
		const grown = (key: string) => numberOf(last, key)! ** 2 - numberOf(first, key)! ** 2;
		const a = numberOf(found, "a")!;
		return {
			value: grown(law) / grown("norm"),
			detail:
				`encoder, ‖θ‖ predicted ${numberOf(last, law)!.toFixed(2)}, measured ${numberOf(last, "norm")!.toFixed(2)} ` +
				`at step ${last.step}, ${numberOf(first, "norm")!.toFixed(2)} at first; a = ${a.toPrecision(3)} ` +
				`(${numberOf(found, "aLow")!.toPrecision(2)} to ${numberOf(found, "aHigh")!.toPrecision(2)} in ` +
				`${found["points"]} steps), s = ${numberOf(found, "s")!.toPrecision(3)}.`,
		};
	};

function momentumRatio(_: readonly Row[], predicted: readonly Row[]): Measurement | undefined {
	const found = constants(predicted);
	const beta = found && numberOf(found, "beta");
	if (!found || !beta) return undefined;
	const expected = (2 * beta) / (1 - beta);
	const ratio = numberOf(found, "ratio")!;
	return {
		value: ratio / expected,
		detail: `median of 2θᵀδ/‖δ‖², decay set apart: ${ratio.toPrecision(3)}; 2β/(1 − β) = ${expected.toPrecision(3)}.`,
	};
}

const oneBatch = "Single steps, of the batch that was due when the step was measured.";
const smallGrowth =
	"Single steps, sampled at equal distances, are taken as typical of all; the longer ones at the beginning are not in the constants.";

const questions: readonly Question[] = [
	{
		id: "identity",
		sentence:
			"‖θ‖² grows by exactly 2θᵀδ + ‖δ‖² (largest gap between neighbouring measured steps, relative to ‖θ‖²)",
		place: "Appendix E.2, where the 2 is missing",
		expected: atMost(1e-6),
		caveat: "Parameters and sums are float32; in float64 the gap is below 1e-10 of the terms (a unit test).",
		measure: identityGap,
	},
	{
		id: "misaligned-steps",
		sentence: "single steps are at right angles: their length is what makes the norm grow (share of ‖δ‖²)",
		place: "§5, eq. 2",
		expected: near(1, 0.1),
		caveat: `${oneBatch} The tolerance is ours.`,
		measure: shareOfSteps,
	},
	{
		id: "misaligned-checkpoints",
		sentence: "differences of checkpoints are at right angles (share of Σ‖δ‖² in the growth of ‖θ‖²)",
		place: "§5, eq. 2; as T5 was measured",
		expected: near(1, 0.1),
		caveat: "The share depends on the distance of checkpoints. The tolerance is ours.",
		measure: shareOfCheckpoints,
	},
	{
		id: "momentum-aligns",
		sentence:
			"momentum explains most of how single steps lie: 2θᵀδ/‖δ‖² over 2β/(1 − β), its value for random gradients",
		place: "not in the paper",
		expected: near(1, 0.4),
		caveat: `${oneBatch} The tolerance is ours, and wide.`,
		measure: momentumRatio,
	},
	{
		id: "predicted-misaligned",
		sentence:
			"Assumption 1 and steps at right angles, with the measured a, predict the growth of ‖θ‖² (predicted / measured)",
		place: "§5, Assumption 1 and eq. 2",
		expected: near(1, 0.25),
		caveat: `${smallGrowth} The tolerance is ours.`,
		measure: growthBy("misaligned"),
	},
	{
		id: "predicted-momentum",
		sentence:
			"steps of constant length, momentum counted, with weight decay, predict the growth of ‖θ‖² (predicted / measured)",
		place: "not in the paper: the misaligned dynamics of Adam's own steps",
		expected: near(1, 0.25),
		caveat: `${smallGrowth} The tolerance is ours.`,
		measure: growthBy("momentum"),
	},
	{
		id: "predicted-aligned",
		sentence:
			"steps straight outwards would let the norm grow faster than it did (predicted / measured growth of ‖θ‖²)",
		place: "§5, aligned dynamics",
		expected: above(1),
		measure: growthBy("aligned"),
	},
];

/** Every question asked of every run. */
export const runClaims = (runs: readonly string[]): Claim[] =>
	questions.flatMap(({ id, sentence, place, expected, caveat, measure }) =>
		runs.map(
			(run): Claim => ({
				id: `dynamics.${id}.${run}`,
				of: run,
				sentence,
				place,
				expected,
				...(caveat === undefined ? {} : { caveat }),
				measure: (rows) =>
					measure(
						rows.filter((row) => row.run === run),
						rows.filter((row) => row.run === predictionName(run)),
					),
			}),
		),
	);

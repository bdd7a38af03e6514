/**
 * The phase diagram of Merrill et al. 2021, §5.6 and Fig. 6: where the norm grows although weight decay shrinks it.
 *
 * The paper reads its figure as "depends mostly on weight decay"; the equilibrium of decay and steps at right angles
 * says that η/λ decides. Both readings are claims here. Tolerances are ours.
 */
import { type Boundary, drawPhaseDiagram } from "../../../figure/phase-diagram.ts";
import { above, atLeast, atMost, type Claim, type Expectation, near, type Part } from "../../study.ts";
import { type GridCell, gridOf, measuredBoundary, predictedBoundary, type Reading, within } from "./grid.ts";
import {
	boundaryFactor,
	boundarySlope,
	decayAgainstRate,
	defaultCellGrowth,
	defaults,
	finiteTimeFit,
	signAgreement,
	threshold,
} from "./measurements.ts";

const between = (low: number, high: number): Expectation => ({
	text: `${low} to ${high}`,
	holds: (value) => value >= low && value <= high,
});

const inconsistent =
	"The paper puts the threshold between 0.001 and 0.01 and also calls growth probable at 0.01; we take it as 0.01 " +
	"within a factor of ten. Its λ is PyTorch's, which is multiplied by η at every step; the formula that the paper prints is not.";

const independent =
	"For random gradients at right angles to the parameters. In a short run at a small rate no noise has piled up yet: " +
	"the sign is that of the first steps' component along the parameters, and the change is tiny.";

const readingNames: Readonly<Record<Reading, string>> = {
	apriori: "s = √n, before any run",
	single: "s from the length of single steps",
	momentum: "s from single steps times √((1 + β₁)/(1 − β₁)), since Adam's steps overlap",
};

/** A claim about the cells that have ended. */
const claim = (
	id: string,
	sentence: string,
	place: string,
	expected: Expectation,
	measure: (cells: readonly GridCell[]) => ReturnType<Claim["measure"]>,
	caveat?: string,
): Claim => ({
	id: `phase-diagram.${id}`,
	sentence,
	place,
	expected,
	...(caveat !== undefined && { caveat }),
	measure: (rows) => measure(gridOf(rows)),
});

const claims: readonly Claim[] = [
	claim(
		"default-grows",
		"with AdamW's defaults, η = 1e-3 and λ = 1e-2, the encoder's norm grows (last / first)",
		"§5.6, Fig. 6",
		above(1),
		defaultCellGrowth,
	),
	claim(
		"threshold",
		"at AdamW's default rate, growth turns to shrinking at a weight decay of 0.01 within a factor of ten",
		"§5.6, Fig. 6",
		between(1e-3, 1e-1),
		threshold,
		inconsistent,
	),
	claim(
		"decay-decides",
		"whether the norm grows depends mostly on weight decay: λ alone explains more of it than η alone (difference of shares)",
		"§5.6, Fig. 6",
		above(0.5),
		decayAgainstRate,
		"With the boundary λ* ∝ η both explain about the same on a square grid.",
	),
	claim(
		"slope-zero",
		"the paper's reading: the boundary does not depend on the learning rate (d log λ*/d log η)",
		"§5.6, Fig. 6",
		near(0, 0.3),
		boundarySlope,
		inconsistent,
	),
	claim(
		"slope-one",
		"the prediction: η/λ decides, the boundary is λ* = ηs²/(2r₀²) (d log λ*/d log η)",
		"not in the paper: equilibrium of decay and steps at right angles",
		near(1, 0.3),
		boundarySlope,
		"With s = √n at every rate. Where Adam's steps get shorter as the rate rises, the boundary is flatter than that: see the " +
			"factors of the next two claims.",
	),
	...(["apriori", "momentum"] as const).map((reading) =>
		claim(
			`boundary-${reading}`,
			`the measured boundary is the predicted one, ${readingNames[reading]} (factor between them, geometric mean)`,
			"not in the paper: equilibrium of decay and steps at right angles",
			atMost(2),
			(cells) => boundaryFactor(cells, reading),
			independent,
		),
	),
	...(["apriori", "single", "momentum"] as const).map((reading) =>
		claim(
			`sign-${reading}`,
			`the norm grows where r₀ < r_eq and shrinks where not, with ${readingNames[reading]} (share of runs)`,
			"not in the paper: equilibrium of decay and steps at right angles",
			atLeast(0.85),
			(cells) => signAgreement(cells, reading),
			reading === "single"
				? "Takes each step's direction for a new one, which with momentum it is not: the boundary comes out too low by the factor (1 + β₁)/(1 − β₁) = 19."
				: independent,
		),
	),
	claim(
		"finite-time",
		"the norm at the end is √(r_eq² + (r₀² − r_eq²)(1 − ηλ)^2t), s as measured with momentum (share of (ln r_t/r₀)² explained)",
		"not in the paper: equilibrium of decay and steps at right angles",
		atLeast(0.9),
		(cells) => finiteTimeFit(cells, "momentum"),
	),
];

/** Measured, and predicted for Adam with β₁ = 0.9. */
export const boundaries = (cells: readonly GridCell[]): Boundary[] =>
	[
		{ label: "measured", dash: "none", points: within(measuredBoundary(cells)) },
		{ label: "predicted, s = √n", dash: "8 4", points: predictedBoundary(cells, "apriori") },
		{ label: "predicted, s measured", dash: "2 3", points: predictedBoundary(cells, "momentum") },
	].filter(({ points }) => points.length > 1);

export const phaseDiagram: Part = {
	name: "phase-diagram",
	title: "The phase diagram: learning rate and weight decay",
	introduction:
		"Weight decay shrinks all parameters a little at every step; steps at right angles lengthen them. Which wins? " +
		"Each cell of the grid is a training run of its own (§5.6, Fig. 6 of the paper): click it to open its run. If every " +
		"gradient moves the parameters by ηs in a new direction, the norm moves towards r_eq² = η²s²/(1 − (1 − ηλ)²), so it grows " +
		"if and only if it began below r_eq. s is read in three ways: √n for Adam and n parameters; from the length of " +
		"single steps; and from that length with momentum's overlap counted.",
	claims,
	figures: (rows, options) => {
		const cells = gridOf(rows);
		const figure = drawPhaseDiagram({
			...options,
			cells,
			boundaries: boundaries(cells),
			defaults,
			caption:
				"Change of the encoder's norm over each run: + it grew, − it shrank, ± the seeds disagree, × diverged, ? no " +
				"result. Where there are several seeds a cell is divided, one stripe a seed. Lines: where growth turns to " +
				"shrinking, measured and as r₀ = r_eq predicts it. The triangle is PyTorch's default. Look whether the boundary " +
				"lies flat, as the paper says (λ decides), or rises by one decade a decade (η/λ decides). After Fig. 6 of Merrill " +
				"et al. 2021. Click a cell to open its run.",
		});
		return figure ? [figure] : [];
	},
};

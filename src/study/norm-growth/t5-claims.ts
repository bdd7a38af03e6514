/** The paper's own evidence, T5-base, judged on the series that its authors published as figures (`t5-norms.ts`). */
import { describeFit, fitGrowthLaw, type GrowthLaw, lawNames } from "../../theory/growth-law.ts";
import { misalignedShare } from "../../theory/series.ts";
import { above, atLeast, below, type Claim, near } from "../study.ts";
import { describePower } from "./measurements.ts";
import { type NormSeries, stepsOf } from "./t5-norms.ts";
import { scopeNames, source, t5, t5PredictionClaims } from "./t5-prediction.ts";

const blockFits = t5.blocks.map(({ steps, norms }) => fitGrowthLaw("sqrt", steps, norms));

/** Pearson's correlation of a list with its indices. */
function correlation(values: readonly number[]): number {
	const { r2, a } = fitGrowthLaw(
		"linear",
		values.map((_, i) => i),
		values,
	);
	return Math.sign(a) * Math.sqrt(r2);
}

/** The fits as a second implementation has them, to half a unit of the last digit. */
const printed: { series: NormSeries; name: string; law: GrowthLaw; r2: number; tolerance: number }[] = [
	{ series: t5.encoder, name: "encoder", law: "sqrt", r2: 0.9991, tolerance: 5e-5 },
	{ series: t5.encoder, name: "encoder", law: "linear", r2: 0.959, tolerance: 5e-4 },
	{ series: t5.encoder, name: "encoder", law: "quarter", r2: 0.941, tolerance: 5e-4 },
	{ series: t5.encoderAndDecoder, name: "encoder and decoder", law: "sqrt", r2: 0.9986, tolerance: 5e-5 },
	{ series: t5.encoderAndDecoder, name: "encoder and decoder", law: "linear", r2: 0.966, tolerance: 5e-4 },
	{ series: t5.encoderAndDecoder, name: "encoder and decoder", law: "quarter", r2: 0.936, tolerance: 5e-4 },
];

export const t5Claims: readonly Claim[] = [
	...printed.map(
		({ series, name, law, r2, tolerance }): Claim => ({
			id: `t5.${law}.${name.replaceAll(" ", "-")}`,
			sentence: `T5-base, ${name}: r² of the norm's fit to ${lawNames[law]}`,
			place: law === "sqrt" ? "§3, Fig. 1 (r² printed as 1.00)" : "the paper's code (t5_norm_regression.py)",
			expected: near(r2, tolerance),
			caveat:
				`${source} The expected value is that of another program's fit of the same values, to its last digit: it checks ` +
				`the fit. ${law === "sqrt" ? "The paper's 1.00 is this, rounded." : "The paper prints none."}`,
			measure: () => {
				const { steps, norms } = series;
				const fit = fitGrowthLaw(law, steps, norms);
				const power = fitGrowthLaw("power", steps, norms);
				return {
					value: fit.r2,
					detail:
						`${describeFit(fit, 6)} over ${fit.points} checkpoints` +
						(law === "sqrt" ? `; ${describePower(power)}.` : "."),
				};
			},
		}),
	),
	{
		id: "t5.alignment-peak",
		sentence: "T5-base: alignment rises quickly to about 0.15, then decays towards 0 (largest value)",
		place: "§5, Fig. 5",
		expected: near(0.15, 0.05),
		caveat: `${source} The tolerance is ours.`,
		measure: () => {
			const values = stepsOf(t5.encoderAndDecoder).map(({ alignment }) => alignment!);
			const peak = Math.max(...values);
			const encoder = Math.max(...stepsOf(t5.encoder).map(({ alignment }) => alignment!));
			return {
				value: peak,
				detail:
					`encoder and decoder, at step ${t5.encoder.steps[values.indexOf(peak) + 1]}; ` +
					`${values.at(-1)!.toFixed(3)} at the end; the encoder's own peak is ${encoder.toFixed(3)}.`,
			};
		},
	},
	{
		id: "t5.misaligned-share",
		sentence: "T5-base: steps at right angles account for the growth of ‖θ‖² (share of Σ‖δ‖²)",
		place: "§5, eq. 2",
		expected: near(1, 0.1),
		caveat: `${source} At the distance of checkpoints; between single steps the share may differ.`,
		measure: () => {
			const share = (series: NormSeries) => misalignedShare(series.norms, stepsOf(series));
			return {
				value: share(t5.encoderAndDecoder),
				detail: `encoder and decoder; the encoder alone ${share(t5.encoder).toFixed(2)}. The rest is 2·Σθᵀδ.`,
			};
		},
	},
	...(["encoder", "encoderAndDecoder"] as const).map((scope): Claim => {
		const name = scopeNames[scope];
		return {
			id: `t5.step-size.${name.replaceAll(" ", "-")}`,
			sentence: `T5-base, ${name}: after the first fifth of training the step size changes by less than 20`,
			place: "§5, Fig. 5",
			expected: below(20),
			caveat: `${source} Where the early, chaotic stretch ends is our choice.`,
			measure: () => {
				// Without the last interval, which is shorter.
				const late = stepsOf(t5[scope])
					.map(({ size }, i) => ({ size, step: t5[scope].steps[i + 1]! }))
					.filter(({ step }) => step >= 524_288 / 5 && step < 524_288);
				const sizes = late.map(({ size }) => size);
				const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
				return {
					value: high - low,
					detail: `‖δ‖ between checkpoints from ${low.toFixed(0)} to ${high.toFixed(0)}; ${late[0]!.size.toFixed(0)} at step ${late[0]!.step}, ${late.at(-1)!.size.toFixed(0)} at step ${late.at(-1)!.step}.`,
				};
			},
		};
	}),
	...t5PredictionClaims,
	{
		id: "t5.final-drop",
		sentence:
			"T5-base: the drop of the step size at the end is an artefact of recording (last / second last)",
		place: "§5, Fig. 5",
		expected: near(Math.round(Math.sqrt(4088 / 5100) * 1000) / 1000, 0.03),
		caveat: `The last interval is 4,088 steps long, the others 5,100; a random walk's length goes with the root. ${source}`,
		measure: () => {
			const drop = (series: NormSeries) => {
				const [before, last] = stepsOf(series).slice(-2);
				return last!.size / before!.size;
			};
			return {
				value: drop(t5.encoderAndDecoder),
				detail: `encoder and decoder; the encoder alone ${drop(t5.encoder).toFixed(3)}.`,
			};
		},
	},
	{
		id: "t5.direction",
		sentence: "T5-base: the direction settles (1 − cosine between checkpoints, last full interval / first)",
		place: "§3, Fig. 1",
		expected: below(0.1),
		caveat: `${source} A growing norm alone, with steps of constant length, makes the cosine rise. The bound is ours.`,
		measure: () => {
			const { cosines, norms } = t5.encoderAndDecoder;
			const [first, last] = [cosines[0]!, cosines.at(-2)!];
			return {
				value: (1 - last) / (1 - first),
				detail:
					`cosine ${first.toFixed(3)} → ${last.toFixed(4)}; the norm grew ${(norms.at(-2)! / norms[1]!).toFixed(2)}-fold ` +
					"meanwhile, which alone would divide 1 − cosine by the square of that.",
			};
		},
	},
	{
		id: "t5.blocks-sqrt",
		sentence: "T5-base: the norm of every encoder block follows a·√t + b (smallest r²)",
		place: "§3, per-layer plots of the paper's code",
		expected: atLeast(0.995),
		caveat: `${source} The bound is ours: what rounds to the paper's 1.00.`,
		measure: () => ({
			value: Math.min(...blockFits.map(({ r2 }) => r2)),
			detail: `slopes of blocks 1 to 12: ${blockFits.map(({ a }) => a.toFixed(2)).join(", ")}.`,
		}),
	},
	{
		id: "t5.later-blocks-faster",
		sentence: "T5-base: later layers grow faster (correlation of a block's √t slope with its number)",
		place: "§3, per-layer plots of the paper's code",
		expected: above(0.5),
		caveat: "The next claim looks at which blocks make it so. The bound is ours.",
		measure: () => {
			const [first, last] = [blockFits[0]!.a, blockFits.at(-1)!.a];
			return {
				value: correlation(blockFits.map(({ a }) => a)),
				detail: `all 12 blocks; block 1 ${first.toFixed(2)}, block 12 ${last.toFixed(2)}.`,
			};
		},
	},
	{
		id: "t5.middle-blocks-faster",
		sentence: "T5-base: that holds of the middle blocks, 2 to 9, too",
		place: "§3, per-layer plots of the paper's code",
		expected: above(0.5),
		caveat: "Block 1, slow, and blocks 10 to 12, fast, make the trend. The bound is ours.",
		measure: () => {
			const middle = blockFits.slice(1, 9).map(({ a }) => a);
			return {
				value: correlation(middle),
				detail: `slopes ${Math.min(...middle).toFixed(2)} to ${Math.max(...middle).toFixed(2)}.`,
			};
		},
	},
];

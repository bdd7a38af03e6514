/** The paper's own evidence, T5-base, judged on the series that its authors published as figures (`t5-norms.ts`). */
import type { Figure, FigureOptions, Row } from "../../figure/figure.ts";
import { drawNormHeatMap } from "../../figure/heat-map.ts";
import { drawNorm } from "../../figure/norm.ts";
import { drawPanels } from "../../figure/panels.ts";
import { sqrtFits } from "../../report/growth.ts";
import { describeFit, fitGrowthLaw, type GrowthLaw, lawNames } from "../../theory/growth-law.ts";
import { misalignedShare } from "../../theory/series.ts";
import { type Claim, near } from "../study.ts";
import { describePower } from "./measurements.ts";
import { type NormSeries, readT5Norms, stepsOf } from "./t5-norms.ts";

const t5 = readT5Norms();

/** The fits that the specification prints (papers/norm-growth.md §4.2 and §6H), to half a unit of the last digit. */
const printed: { series: NormSeries; name: string; law: GrowthLaw; r2: number; tolerance: number }[] = [
	{ series: t5.encoder, name: "encoder", law: "sqrt", r2: 0.9991, tolerance: 5e-5 },
	{ series: t5.encoder, name: "encoder", law: "linear", r2: 0.959, tolerance: 5e-4 },
	{ series: t5.encoder, name: "encoder", law: "quarter", r2: 0.941, tolerance: 5e-4 },
	{ series: t5.encoderAndDecoder, name: "encoder and decoder", law: "sqrt", r2: 0.9986, tolerance: 5e-5 },
	{ series: t5.encoderAndDecoder, name: "encoder and decoder", law: "linear", r2: 0.966, tolerance: 5e-4 },
	{ series: t5.encoderAndDecoder, name: "encoder and decoder", law: "quarter", r2: 0.936, tolerance: 5e-4 },
];

const source = "Values read off the figures committed with the paper's code; about four digits.";

export const t5Claims: readonly Claim[] = [
	...printed.map(
		({ series, name, law, r2, tolerance }): Claim => ({
			id: `t5.${law}.${name.replaceAll(" ", "-")}`,
			sentence: `T5-base, ${name}: r² of the norm's fit to ${lawNames[law]}`,
			place: law === "sqrt" ? "§3, Fig. 1 (r² printed as 1.00)" : "the paper's code (t5_norm_regression.py)",
			expected: near(r2, tolerance),
			caveat: source,
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
];

/** Figures 1 and 5 of the paper, rebuilt from the series. */
export function t5Figures(options: FigureOptions): Figure[] {
	const rowsOf = (run: string, series: NormSeries): Row[] => {
		const steps = stepsOf(series);
		return series.steps.map((step, i) => ({
			run,
			step,
			"dyn/norm.encoder": series.norms[i]!,
			...(i === 0
				? {}
				: {
						"dyn/direction.previous": series.cosines[i - 1]!,
						"dyn/step": steps[i - 1]!.size,
						"dyn/alignment.step": steps[i - 1]!.alignment!,
					}),
		}));
	};
	const rows = [...rowsOf("encoder", t5.encoder), ...rowsOf("encoder and decoder", t5.encoderAndDecoder)];
	const layers = t5.encoder.steps.map(
		(step, i): Row => ({
			run: "T5 encoder",
			step,
			...Object.fromEntries(t5.blocks.map((block, j) => [`dyn/norm.layer.${j}`, block.norms[i]!])),
		}),
	);
	return [
		drawNorm(rows, {
			...options,
			id: "t5-norm",
			title: "T5-base: norm against √t",
			caption:
				"Figure 1 of the paper, rebuilt: norm over 104 checkpoints of T5-base's pretraining with the fit a·√t + b " +
				"(dashed), of the encoder, as published, and of encoder and decoder.",
			fits: sqrtFits(rows),
		}),
		drawPanels(
			rows,
			[
				{ key: "dyn/direction.previous", label: "↑ cosine to the checkpoint before", rule: 1 },
				{ key: "dyn/step", label: "↑ ‖δ‖ between checkpoints" },
				{ key: "dyn/alignment.step", label: "↑ alignment cos(θ, δ)", rule: 0 },
			],
			{
				...options,
				id: "t5-step",
				title: "T5-base: direction, step size and alignment",
				caption:
					"Figures 1 and 5 of the paper, rebuilt from norms and cosines by the law of cosines. δ is the difference " +
					"between checkpoints 5,100 steps apart; the last interval is shorter (4,088), hence the drop at the end.",
			},
		),
		drawNormHeatMap(layers, {
			...options,
			id: "t5-norm-heat-map",
			title: "T5-base: norm, encoder block by step",
			caption: "Norm of each encoder block. Block 1 grows slowest, blocks 10 to 12 fastest.",
		}),
	].filter((figure) => figure !== undefined);
}

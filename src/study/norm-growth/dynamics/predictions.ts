/**
 * What the laws of norm growth predict of a finished run, from the sizes of its steps alone, beside what it did.
 *
 * From the measured steps at equal distances come two constants of the encoder, each a median over steps: a of
 * Assumption 1, ‖δ‖ = a·η‖θ‖, and s of steps of a length of their own, ‖δ‖ = η·s. Nothing is fitted to the norm.
 *
 *     aligned       Assumption 1, every step straight outwards
 *     misaligned    Assumption 1, every step at right angles: the paper's reading
 *     fixed         steps of length ηs at right angles, decoupled weight decay
 *     momentum      the same, where each gradient's effect is spread over steps by momentum β: steps s·β^j apart have
 *                   the cosine β^j, so they add up as if they were √((1 + β)/(1 − β)) times as long
 *
 * The last follows from E δ_tᵀδ_{t+j} = β^j‖δ‖² for random gradients: then 2θᵀδ = 2β/(1 − β)·‖δ‖² on average, though
 * each gradient is at right angles to the parameters.
 */
import { join } from "node:path";
import type { OptimizerConfig } from "../../../optimizer/config.ts";
import { learningRateAt } from "../../../optimizer/schedule.ts";
import { readMetrics } from "../../../run/metrics.ts";
import { fixedLength, recursion } from "../../../theory/dynamics.ts";
import { evenlySpaced } from "../../../theory/series.ts";
import { median } from "../../rows.ts";
import type { Analysis, AnalysisRow } from "../../study.ts";

export const predictionName = (run: string): string => `predictions/${run}`;

const laws = ["aligned", "misaligned", "fixed", "momentum"] as const;
export type Law = (typeof laws)[number];

/** β of the optimizer's average of gradients; 0 where it keeps none. */
function momentumOf(optimizer: OptimizerConfig): number {
	if (optimizer.name === "sgd") return optimizer.momentum;
	return optimizer.name === "adafactor" ? 0 : optimizer.betas[0];
}

/** What share of the parameters decay takes per unit of learning rate; through Adam's normaliser it is not known. */
function decayOf(optimizer: OptimizerConfig): number {
	if (optimizer.name === "sgd") return optimizer.weightDecay / (1 - optimizer.momentum);
	return optimizer.name === "adam" ? 0 : optimizer.weightDecay;
}

/** Rows: one of `quantity` constants, and one a measured step with its `norm` and that of each law. */
export function predictions(run: string): Analysis {
	return {
		kind: "analysis",
		name: predictionName(run),
		title: `Norm growth predicted from the steps of ${run}`,
		needs: [run],
		options: {},
		async compute(tools) {
			const { directory, config } = await tools.run(run);
			const { optimizer, schedule, training } = config;
			const measured = (await readMetrics(join(directory, "metrics.jsonl"))).filter(
				(row) => Number.isFinite(row["dyn/squared_step.encoder"]) && row["optim/lr"]! > 0,
			);
			const steps = measured.map(({ step }) => step);
			const even = new Set(evenlySpaced(steps));
			const sizes = measured
				.filter(({ step }) => even.has(step))
				.map((row) => {
					const norm = row["dyn/norm.encoder"]!;
					const length = Math.sqrt(row["dyn/squared_step.encoder"]!) / row["optim/lr"]!;
					const shrunk = 2 * row["optim/lr"]! * decayOf(optimizer) * norm ** 2;
					return {
						a: length / norm,
						s: length,
						// What θᵀδ would be without decay, beside the step's length.
						ratio: (row["dyn/radial.encoder"]! + shrunk) / row["dyn/squared_step.encoder"]!,
					};
				});
			if (sizes.length === 0) return [];
			const a = median(sizes.map((size) => size.a));
			const s = median(sizes.map((size) => size.s));
			const beta = momentumOf(optimizer);
			const initial = measured[0]!["dyn/norm.encoder"]!;
			const rate = (t: number) => learningRateAt(schedule, optimizer.learningRate, training.steps, t - 1);
			const grown = (direction: "aligned" | "misaligned") =>
				recursion(direction, a, rate, steps).map((log) => initial * Math.exp(log));
			const length = (s: number) => fixedLength(initial, s, rate, steps, decayOf(optimizer));
			const norms: Record<Law, number[]> = {
				aligned: grown("aligned"),
				misaligned: grown("misaligned"),
				fixed: length(s),
				momentum: length(s * Math.sqrt((1 + beta) / (1 - beta))),
			};
			return [
				{
					quantity: "constants",
					series: run,
					step: steps.at(-1)!,
					a,
					aLow: Math.min(...sizes.map((size) => size.a)),
					aHigh: Math.max(...sizes.map((size) => size.a)),
					s,
					beta,
					ratio: median(sizes.map((size) => size.ratio)),
					points: sizes.length,
				},
				...measured.map(
					(row, i): AnalysisRow => ({
						series: run,
						step: row.step,
						norm: row["dyn/norm.encoder"]!,
						...Object.fromEntries(laws.map((law) => [law, norms[law][i]])),
					}),
				),
			];
		},
	};
}

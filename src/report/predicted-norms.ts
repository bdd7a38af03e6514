/**
 * What the laws of norm growth predict of a run, from the sizes of its steps alone.
 *
 * From the measured steps at equal distances come two constants of the encoder, each a median over steps: a of
 * Assumption 1, ‖δ‖ = a·η‖θ‖, and s of steps of a length of their own, ‖δ‖ = η·s. Nothing is fitted to the norm.
 *
 *     aligned       Assumption 1, every step straight outwards
 *     misaligned    Assumption 1, every step at right angles: the paper's reading (Merrill et al. 2021, §5)
 *     fixed         steps of length ηs at right angles, decoupled weight decay
 *     momentum      the same, where each gradient's effect is spread over steps by momentum β: steps s·β^j apart have
 *                   the cosine β^j, so they add up as if they were √((1 + β)/(1 − β)) times as long
 *
 * The last follows from E δ_tᵀδ_{t+j} = β^j‖δ‖² for random gradients: then 2θᵀδ = 2β/(1 − β)·‖δ‖² on average, though
 * each gradient is at right angles to the parameters.
 */
import type { OptimizerConfig, ScheduleConfig } from "../optimizer/config.ts";
import { learningRateAt } from "../optimizer/schedule.ts";
import type { MetricsRow } from "../run/metrics-row.ts";
import { fixedLength, recursion } from "../theory/dynamics.ts";
import { momentumFactor } from "../theory/phase-boundary.ts";
import { evenlySpaced, median } from "../theory/series.ts";

/** The laws, by their key in rows, and what figures call them. */
export const normLaws = [
	{ key: "aligned", label: "aligned" },
	{ key: "misaligned", label: "misaligned, Assumption 1" },
	{ key: "fixed", label: "misaligned, constant length" },
	{ key: "momentum", label: "the same with momentum" },
] as const;

export type NormLaw = (typeof normLaws)[number]["key"];

/** What of a configuration the laws need. */
export interface Stepping {
	readonly optimizer: OptimizerConfig;
	readonly schedule: ScheduleConfig;
	readonly training: { readonly steps: number };
}

export interface PredictedNorms {
	readonly constants: {
		readonly a: number;
		readonly aLow: number;
		readonly aHigh: number;
		readonly s: number;
		readonly beta: number;
		/** What θᵀδ would be without decay, beside the step's length: 2θᵀδ/‖δ‖². */
		readonly ratio: number;
		/** Steps that they are medians over. */
		readonly points: number;
	};
	/** One a measured step. */
	readonly norms: readonly ({ readonly step: number; readonly norm: number } & Readonly<
		Record<NormLaw, number>
	>)[];
}

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

/** Of the rows of one run, in order of step. Undefined where no step was measured. */
export function predictNorms(
	rows: readonly MetricsRow[],
	{ optimizer, schedule, training }: Stepping,
): PredictedNorms | undefined {
	const measured = rows.filter(
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
				ratio: (row["dyn/radial.encoder"]! + shrunk) / row["dyn/squared_step.encoder"]!,
			};
		});
	if (sizes.length === 0) return undefined;
	const a = median(sizes.map((size) => size.a));
	const s = median(sizes.map((size) => size.s));
	const beta = momentumOf(optimizer);
	const initial = measured[0]!["dyn/norm.encoder"]!;
	const rate = (t: number) => learningRateAt(schedule, optimizer.learningRate, training.steps, t - 1);
	const grown = (direction: "aligned" | "misaligned") =>
		recursion(direction, a, rate, steps).map((log) => initial * Math.exp(log));
	const length = (s: number) => fixedLength(initial, s, rate, steps, decayOf(optimizer));
	const laws: Record<NormLaw, number[]> = {
		aligned: grown("aligned"),
		misaligned: grown("misaligned"),
		fixed: length(s),
		momentum: length(s * momentumFactor(beta)),
	};
	return {
		constants: {
			a,
			aLow: Math.min(...sizes.map((size) => size.a)),
			aHigh: Math.max(...sizes.map((size) => size.a)),
			s,
			beta,
			ratio: median(sizes.map((size) => size.ratio)),
			points: sizes.length,
		},
		norms: measured.map((row, i) => ({
			step: row.step,
			norm: row["dyn/norm.encoder"]!,
			aligned: laws.aligned[i]!,
			misaligned: laws.misaligned[i]!,
			fixed: laws.fixed[i]!,
			momentum: laws.momentum[i]!,
		})),
	};
}

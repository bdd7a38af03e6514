/** One recorded moment of a flow as a row of metrics: every number that can be said of an observation, by key. */
import type { Observation } from "../../model/co-occurrence/form.ts";
import { logisticLoss } from "../../model/co-occurrence/logistic.ts";
import { meanAttention, wordClasses } from "./attention.ts";
import { balanceOf } from "./balance.ts";
import { classMeans, classNumbers, largestChange, marginsOf, sumOf } from "./classes.ts";
import { marginOf } from "./margin.ts";
import type { Reference } from "./reference.ts";

const three = [1, 2, 3] as const;
/** Pairs of the symmetric W_VᵀW_V. */
const valuePairs = [
	[1, 1],
	[2, 2],
	[3, 3],
	[1, 2],
	[1, 3],
	[2, 3],
] as const;

/**
 * The keys `flow/*`, `train/loss`, `class/*`, `word/*`, `score/*`, `attention/*`, `gram/*`, `balance/*`, `margin/*` and
 * `conserved/*` of docs/flows.md. `time` is that of the flow, `stepSize` the length of the accepted step that ends
 * here, NaN of a moment within one. What is not finite is left out.
 */
export function rowOf(
	reference: Reference,
	observation: Observation,
	time: number,
	stepSize: number,
): Record<string, number> {
	const { dataset, initial, occurring } = reference;
	const { loss, outputs, residuals, G, GRate, b, traces } = observation;
	const row: Record<string, number> = {};
	const put = (key: string, value: number) => {
		if (Number.isFinite(value)) row[key] = value;
	};

	put("flow/time", time);
	put("flow/clock", reference.speed * time);
	put("flow/h", stepSize);
	put("flow/kappa", observation.kappa);
	put("flow/b", b);
	put("flow/gradient", Math.sqrt(observation.squaredGradient));
	put("flow/dissipated", observation.dissipated);
	put("flow/energy_gap", loss + observation.dissipated - initial.loss);
	put("train/loss", loss);

	const balance = balanceOf(reference, observation);
	const margins = marginsOf(dataset, outputs);
	const [losses, means, rates] = [margins.map(logisticLoss), margins, observation.marginRates].map((values) =>
		classMeans(dataset, values),
	) as [Float64Array, Float64Array, Float64Array];
	const speed = (b * sumOf(residuals)) / dataset.samples;
	for (const k of classNumbers) {
		put(`class/loss.${k}`, losses[k - 1]!);
		put(`class/sum.${k}`, balance.sums[k - 1]!);
		put(`class/margin.${k}`, means[k - 1]!);
		put(`class/margin_rate.${k}`, rates[k - 1]! / speed);
	}

	for (const k of three) {
		put(`word/G.${k}`, G[k - 1]!);
		put(`word/rate.${k}`, GRate[k - 1]!);
	}
	put(
		"word/G.irrelevant",
		Math.max(0, ...occurring.flatMap((word) => (word > 2 ? [Math.abs(G[word]!)] : []))),
	);

	for (const k of three)
		for (const q of three) {
			put(`score/raw.${k}${q}`, observation.scores[(k - 1) * 3 + q - 1]!);
			put(`score/rate.${k}${q}`, observation.scoreRates[(k - 1) * 3 + q - 1]!);
		}
	const attention = meanAttention(dataset, observation.attention);
	wordClasses.forEach((k, row) => {
		wordClasses.forEach((q, column) => {
			put(`attention/p.${k}${q}`, attention[row * 4 + column]!);
		});
	});
	put("attention/change", largestChange(observation.attention, initial.attention));

	for (const [k, q] of valuePairs) {
		put(`gram/value.${k}${q}`, observation.valueGram[(k - 1) * 3 + q - 1]!);
		put(`gram/rate.${k}${q}`, observation.valueGramRates[(k - 1) * 3 + q - 1]!);
	}
	put("gram/rank_one", observation.rankOneShare);

	put("balance/classes", balance.classes);
	put("balance/sum", balance.sum);
	put("balance/difference.12", balance.differences[0]);
	put("balance/difference.13", balance.differences[1]);
	put("balance/ratio", balance.ratio);
	put("balance/rate_max", balance.rateToMax);
	put("balance/rate_sum", balance.rateToSum);
	put("balance/ordered", balance.ordered ? 1 : 0);
	put("balance/in_class", balance.inClass);
	put("balance/all_pairs", balance.allPairs);

	const margin = marginOf(reference, observation);
	put("word/norm", margin.norm);
	put("margin/least", margin.least);
	put("margin/normalised", margin.normalised);
	put("margin/gamma", margin.gamma);
	put("margin/cosine", margin.cosine);
	put("margin/svm", margin.svm);

	put("conserved/mlp", Math.abs(traces.mlp - initial.traces.mlp));
	put("conserved/attention", Math.abs(traces.attention - initial.traces.attention));
	return row;
}

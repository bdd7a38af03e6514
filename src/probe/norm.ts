/**
 * The parameter norm: per tensor, per block, and in the three scopes that "norm" means in the norm-growth paper,
 * its figures and its code.
 *
 *     all             every parameter, embeddings and classifier too
 *     encoder         blocks and final normalisation, no embeddings, no classifier (App. A of the paper)
 *     linear_columns  mean norm of the columns W[:, j] of all linear weights, the classifier's too; the matrices of
 *                     queries, keys and values count once a head, as in the authors' code
 *
 * Cost: two passes over the parameters.
 */
import { type Array as JaxArray, numpy as np } from "@jax-js/jax";
import type { ModelConfig } from "../model/config.ts";
import { blockOf, isEncoder, isLinearWeight, type Parameters, parameterSpecs } from "../model/parameters.ts";
import { squared } from "./sums.ts";

/** ‖θᵢ‖² of each tensor, in the order of the record: [tensors]. */
export const squaredNorms = (params: Parameters): JaxArray =>
	np.stack(Object.values(params).map((p) => squared(p.ref)));

/** How many matrices of one head each are stacked in a linear weight. */
function headsIn(config: ModelConfig, name: string): number {
	if (name.endsWith(".attn.q.weight")) return config.heads;
	return /\.attn\.[kv]\.weight$/.test(name) ? config.keyValueHeads : 1;
}

const linearWeights = (config: ModelConfig) =>
	Object.entries(parameterSpecs(config)).filter(([name, spec]) => isLinearWeight(name, spec));

/** Sum of the column norms of each linear weight, in the order of the record: [linear weights]. */
export function columnNorms(config: ModelConfig, params: Parameters): JaxArray {
	const sums = linearWeights(config).map(([name, { shape }]) => {
		const [out, into] = shape as [number, number];
		const heads = headsIn(config, name);
		const columns = np.sum(np.square(params[name]!.ref.reshape([heads, out / heads, into])), 1);
		return np.sum(np.sum(np.sqrt(columns), -1));
	});
	return np.stack(sums);
}

/** `param/<tensor>.norm`, `dyn/norm.all`, `dyn/norm.encoder`, `dyn/norm.layer.<i>`, `dyn/norm.linear_columns`. */
export function normMetrics(
	config: ModelConfig,
	squaredNorms: ArrayLike<number>,
	columnNorms: ArrayLike<number>,
): Record<string, number> {
	const names = Object.keys(parameterSpecs(config));
	const total = (wanted: (name: string) => boolean): number =>
		Math.sqrt(names.reduce((sum, name, i) => (wanted(name) ? sum + squaredNorms[i]! : sum), 0));
	const metrics: Record<string, number> = {};
	names.forEach((name, i) => {
		metrics[`param/${name}.norm`] = Math.sqrt(squaredNorms[i]!);
	});
	metrics["dyn/norm.all"] = total(() => true);
	metrics["dyn/norm.encoder"] = total(isEncoder);
	for (let i = 0; i < config.layers; i++)
		metrics[`dyn/norm.layer.${i}`] = total((name) => blockOf(name) === i);
	let [sum, count] = [0, 0];
	linearWeights(config).forEach(([name, { shape }], i) => {
		sum += columnNorms[i]!;
		count += headsIn(config, name) * shape[1]!;
	});
	if (count) metrics["dyn/norm.linear_columns"] = sum / count;
	return metrics;
}

/**
 * The scopes of a model: the sets of tensors that a norm or a cosine is of.
 *
 *     all                  every parameter
 *     encoder, decoder     blocks and final normalisation of a stack, without scalars: the paper's scope (Merrill et al. 2021,
 *                          App. A and the T5 code: no embeddings, no head; T5's table of relative positions counts)
 *     embedding, head      tables; classifier
 *     layer.<i>            a block of the encoder; decoder.layer.<i> of the decoder
 *     <module>.<i>         of a block of the encoder: attention, cross_attention, feed_forward, norms;
 *                          decoder.<module>.<i> of the decoder
 */
import type { TensorSeries } from "./series-measure.ts";
import type { ModuleKind } from "./tensor-role.ts";

const moduleNames: Partial<Record<ModuleKind, string>> = {
	attention: "attention",
	"cross-attention": "cross_attention",
	"feed-forward": "feed_forward",
	norm: "norms",
};

/**
 * Tensors by scope, by name: sums over them do not depend on the order in files. Second copies count in none, and a scope
 * without tensors is absent.
 */
export function scopesOf(tensors: readonly TensorSeries[]): Map<string, TensorSeries[]> {
	const scopes = new Map<string, TensorSeries[]>();
	for (const tensor of [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1))) {
		if (tensor.copyOf !== undefined) continue;
		for (const scope of scopesOfTensor(tensor)) {
			const members = scopes.get(scope);
			if (members) members.push(tensor);
			else scopes.set(scope, [tensor]);
		}
	}
	return scopes;
}

function scopesOfTensor({ role, measures }: TensorSeries): string[] {
	const { stack, layer, module } = role;
	if (!stack) return module === "embedding" || module === "head" ? ["all", module] : ["all"];
	if (measures.every((measure) => measure?.shape.length === 0)) return ["all"];
	const prefix = stack === "decoder" ? "decoder." : "";
	const name = moduleNames[module];
	return [
		"all",
		stack,
		...(layer === undefined ? [] : [`${prefix}layer.${layer}`]),
		...(layer === undefined || !name ? [] : [`${prefix}${name}.${layer}`]),
	];
}

/**
 * What a tensor is to its model, from names and shapes alone: names of any family, and ours.
 *
 *     prefix.(encoder|decoder).block.3.layer.0.SelfAttention.q.weight
 *             stack                  layer      module
 *
 * The first number after `h`, `layer`, `layers`, `block` or `blocks` is the block; what follows it says the module.
 * Outside of blocks a tensor is a table, a head, the final normalisation of a stack, or something else.
 */
import type { StoredType } from "../checkpoint/stored-type.ts";

export type ModuleKind =
	| "attention"
	| "cross-attention"
	| "feed-forward"
	| "norm"
	| "embedding"
	| "head"
	| "other";

export interface TensorRole {
	/**
	 * Of blocks and final normalisations: which stack. The only one counts as the encoder, as in Merrill et al. 2021;
	 * undefined for tables, heads and what else belongs to none.
	 */
	readonly stack: "encoder" | "decoder" | undefined;
	/** The block it belongs to, counted from 0. */
	readonly layer: number | undefined;
	readonly module: ModuleKind;
	/** Two dimensions, and the weight of a linear map: its columns and spectrum mean something. */
	readonly isLinear: boolean;
	/** Of a linear weight: stored [in, out], as GPT-2's Conv1D, and not [out, in]. */
	readonly inFirst: boolean;
}

/** A parameter with its role, or why it is none. */
export type Identified = { readonly role: TensorRole } | { readonly ignored: string };

interface Described {
	readonly name: string;
	readonly dtype: StoredType;
	readonly shape: readonly number[];
}

/** Why a tensor is no parameter, by its name and shape. */
const buffers: readonly [pattern: RegExp, reason: string, rank?: number][] = [
	[/(^|\.)(attn|attention|self_attn|self_attention)\.bias$/, "a causal mask", 4],
	[/(^|\.)masked_bias$/, "the value of masked scores"],
	[/(^|\.)(inv_freq|freqs_cis|rope\.freqs|cos_cached|sin_cached)$/, "frequencies of rotary positions"],
	[/(^|\.)(position_ids|token_type_ids)$/, "fixed indices"],
	[/(^|\.)(running_mean|running_var|num_batches_tracked)$/, "running statistics"],
	[
		/EncDecAttention\.relative_attention_bias\.weight$/,
		"a table of positions that T5's cross-attention does not use",
	],
	[
		/weight_scale(_inv)?$|(^|\.)(input|k|v)_scale$/,
		"a scale of a quantised weight, whose norm is of its values as stored",
	],
];

/** Longer numbers count no blocks. */
const block = /(?:^|\.)(?:h|layers?|blocks?)\.(\d{1,4})\.(.+)$/;

/** Modules by what follows the block's number; the first that matches. */
const inBlock: readonly [RegExp, ModuleKind][] = [
	[/norm|(^|[._])ln(_?\d|_|\.)/i, "norm"],
	[/EncDecAttention|encoder_attn|cross_?attn|cross_?attention/i, "cross-attention"],
	[/att/i, "attention"],
	[
		/mlp|ff|feed_?forward|DenseReluDense|intermediate|output\.dense|(^|\.)fc_?\d|experts|(^|\.)w[123]\b/i,
		"feed-forward",
	],
];

/** Modules of what lies in no block, by the name without the model's own prefix. */
const outside: readonly [RegExp, ModuleKind][] = [
	[
		/^(lm_head|embed_out|head|heads|cls|classifier|score|qa_outputs|lm_loss|output|output_projection|generator|seq_relationship|ff_out|final_logits_bias)(\.|$)/,
		"head",
	],
	[
		/(^|\.)(embeddings?|embed_tokens|embed_in|embed_positions|layernorm_embedding|wte|wpe|tok_emb|pos_emb|tok_embeddings|word_embeddings?(_layernorm)?|position_embeddings?|token_type_embeddings?|shared|mask_emb)(\.|$)/,
		"embedding",
	],
	[/norm|(^|\.)ln_?f(\.|$)/i, "norm"],
];

const moduleFor = (rules: readonly [RegExp, ModuleKind][], name: string): ModuleKind =>
	rules.find(([pattern]) => pattern.test(name))?.[1] ?? "other";

/** Wrappers and base models that stand before a name. */
const prefix =
	/^((_orig_mod|module|model|transformer|gpt_neox|bert|roberta|electra|albert|deberta|distilbert|language_model|backbone)\.)+/;

/**
 * The role of one tensor. What needs its neighbours is left at the default: see `rolesOf`, which knows all names.
 */
export function roleOf(name: string, shape: readonly number[], dtype: StoredType): Identified {
	const reason = notParameter(name, shape, dtype);
	if (reason) return { ignored: reason };
	const place = block.exec(name);
	const bare = name.replace(prefix, "");
	const module = place ? moduleFor(inBlock, place[2]!) : moduleFor(outside, bare);
	const ofStack = place || module === "norm";
	const isLinear =
		shape.length === 2 && !/norm|embedding/.test(module) && !/bias(\.weight)?$|_(bias|emb|embed)$/.test(name);
	return {
		role: {
			stack: ofStack ? (/(^|\.)decoder\./.test(name) ? "decoder" : "encoder") : undefined,
			layer: place ? Number(place[1]) : undefined,
			module,
			isLinear,
			inFirst: false,
		},
	};
}

function notParameter(name: string, shape: readonly number[], dtype: StoredType): string | undefined {
	const buffer = buffers.find(
		([pattern, , rank]) => pattern.test(name) && (rank === undefined || shape.length === rank),
	);
	if (buffer) return `${buffer[1]}, not a parameter`;
	if (dtype === "BOOL") return "true and false, not a parameter";
	if (dtype === "C64") return "complex numbers, which are not read";
	if (dtype === "F8_E8M0") return "powers of two, the scales of a quantised weight";
	if (/^[IU]\d/.test(dtype)) return `whole numbers (${dtype}): a buffer, or a weight that was quantised`;
	return undefined;
}

const conv1d =
	/^(.*\bh\.\d+\.)(attn\.c_attn|attn\.c_proj|crossattention\.c_attn|crossattention\.q_attn|crossattention\.c_proj|mlp\.c_fc|mlp\.c_proj)\.weight$/;

/**
 * The roles of all tensors of a model. What one name does not say, the others do:
 *
 * - a decoder without an encoder is the only stack, and counts as the encoder;
 * - GPT-2 and nanoGPT have the same names, [in, out] and [out, in]: the shape of `attn.c_attn` (three times as long as
 *   wide, or as wide as long) tells them apart.
 */
export function rolesOf(tensors: Iterable<Described>): Map<string, Identified> {
	const all = [...tensors];
	const shapes = new Map(all.map(({ name, shape }) => [name, shape]));
	const roles = new Map(all.map(({ name, shape, dtype }) => [name, roleOf(name, shape, dtype)]));
	const inStack = (stack: string) =>
		[...roles.values()].some(
			(known) => "role" in known && known.role.stack === stack && known.role.layer !== undefined,
		);
	const lone = inStack("decoder") && !inStack("encoder");
	for (const [name, known] of roles) {
		if (!("role" in known)) continue;
		const { role } = known;
		const stack = lone && role.stack === "decoder" ? "encoder" : role.stack;
		const conv = role.isLinear ? conv1d.exec(name) : null;
		const [rows = 0, columns = 0] = (conv && shapes.get(`${conv[1]}attn.c_attn.weight`)) ?? [];
		roles.set(name, { role: { ...role, stack, inFirst: columns > rows } });
	}
	return roles;
}

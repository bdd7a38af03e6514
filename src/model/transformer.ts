/**
 * A transformer language model, causal unless its mask is none, as pure functions of parameters and tokens.
 *
 *     tokens -> embedding (+ positions) -> block 0 -> ... -> block L-1 -> (final norm) -> linear head -> logits
 *
 * One function runs the model. Whoever wants to see inside passes an observer and is shown every intermediate by
 * name; what nobody uses is never computed, since programs are traced and what is unused falls away.
 *
 * Shapes: B sequences, T positions, H heads, W width, D = W / H, V vocabulary.
 */
import type { Array as JaxArray } from "@jax-js/jax";
import { UserError } from "../error.ts";
import { activationOf } from "./activation.ts";
import { attention, project, type Show } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { binaryCrossEntropy, crossEntropy, embed, linear } from "./functional.ts";
import { normalise } from "./normalise.ts";
import { normalises, type Parameters } from "./parameters.ts";
import { sinusoids } from "./positions.ts";
import { join, residual } from "./residual.ts";
import { type Remaining, remaining } from "./terms.ts";

/**
 * Sees the intermediates of a forward pass as they are made:
 *
 *     state.0                               [B, T, W]  embeddings
 *     blocks.<i>.ln1, ln2                   [B, T, W]  what each normalisation gives
 *     blocks.<i>.attn.q, k, v               [B, H, T, D]; k and v: keyValueHeads in place of H
 *     blocks.<i>.attn.scores, weights       [B, H, T, T]  before the mask, after the softmax
 *     blocks.<i>.attn.heads                 [B, T, W]  weighted values, heads joined
 *     blocks.<i>.ff.w1, activation          [B, T, feedForward]
 *     blocks.<i>.attn, ff                   [B, T, W]  what each sublayer f gives
 *     blocks.<i>.attn.residual, ff.residual [B, T, W]  the stream after each sublayer
 *     state.<i + 1>                         [B, T, W]  after block i
 *     state.final                           [B, T, W]
 *
 * Who keeps a value keeps `value.ref`.
 */
export type Observer = (name: string, value: JaxArray) => void;

/** Sequences to learn: each position predicts the next token, or with `targets` the set of tokens that may be next. */
export interface Batch {
	/** int32 [B, T + 1]. */
	tokens: JaxArray;
	/** [B, T]: how much each prediction counts, 0 for padding. Default: all the same. */
	weights?: JaxArray;
	/** [B, T, V]: 1 for each token that may be next, else 0. */
	targets?: JaxArray;
}

type Layer = (x: JaxArray) => JaxArray;

/** The final encoder state [B, T, W] for tokens int32 [B, T]. */
export function encode(
	config: ModelConfig,
	params: Parameters,
	tokens: JaxArray,
	observe: Observer = () => {},
): JaxArray {
	const show: Show = (name, value) => {
		observe(name, value);
		return value;
	};
	const left = remaining(config, params);
	const activate = activationOf(config);
	let x = show("state.0", embeddings(config, left, tokens)); // [B, T, W]
	for (let i = 0; i < config.layers; i++) {
		const [attn, ff] = [`blocks.${i}.attn`, `blocks.${i}.ff`];
		const norm =
			(name: string): Layer =>
			(y) =>
				normalises(config, i)
					? show(`blocks.${i}.${name}`, normalise(config, left, `blocks.${i}.${name}`, y))
					: y;
		const attend: Layer = (y) => show(attn, attention(config, left, attn, y, show));
		const feed: Layer = (y) => show(ff, feedForward(config, left.params, activate, ff, y, show));
		if (config.parallel) {
			const normed = norm("ln1")(x.ref);
			x = show(`${ff}.residual`, join(config, left, x, { [attn]: attend(normed.ref), [ff]: feed(normed) }));
		} else {
			const { placement } = config;
			for (const [name, f, ln] of [
				[attn, attend, "ln1"],
				[ff, feed, "ln2"],
			] as const) {
				const add = (skip: JaxArray, y: JaxArray) => join(config, left, skip, { [name]: y });
				x = show(`${name}.residual`, residual(placement, x, f, norm(ln), add));
			}
		}
		show(`state.${i + 1}`, x);
	}
	return show("state.final", config.finalNorm ? normalise(config, left, "ln_f", x) : x);
}

/**
 * The states that probes look at, each [B, T, W]: embeddings, the output of each block, and the final encoder state
 * (after the final normalisation if there is one, else the last block's once more): layers + 2 in all.
 */
export function hiddenStates(config: ModelConfig, params: Parameters, tokens: JaxArray): JaxArray[] {
	return observed(config, params, tokens, (name) => name.startsWith("state."));
}

/** The attention weights of each block, each [B, H, T, T]: row t holds what position t gives to each position. */
export function attentionWeights(config: ModelConfig, params: Parameters, tokens: JaxArray): JaxArray[] {
	return observed(config, params, tokens, (name) => name.endsWith(".attn.weights"));
}

function observed(
	config: ModelConfig,
	params: Parameters,
	tokens: JaxArray,
	wanted: (name: string) => boolean,
): JaxArray[] {
	const seen: JaxArray[] = [];
	encode(config, params, tokens, (name, value) => {
		if (wanted(name)) seen.push(value.ref);
	});
	return seen;
}

/** The classifier: final encoder states [B, T, W] to logits [B, T, V]. */
function head(config: ModelConfig, params: Parameters, state: JaxArray): JaxArray {
	const weight = params[config.tiedHead ? "tok_emb.weight" : "head.weight"]!;
	return linear(state, weight.ref, remaining(config, params).params["head.bias"]?.ref);
}

/** Logits [B, T, V] for tokens int32 [B, T], T <= context. */
export function forward(
	config: ModelConfig,
	params: Parameters,
	tokens: JaxArray,
	observe?: Observer,
): JaxArray {
	return head(config, params, encode(config, params, tokens, observe));
}

/**
 * Weighted mean cross-entropy of the next tokens, in nats: a scalar. With `targets` each token is a question of its
 * own, whether it may be next, and the loss is their mean binary cross-entropy.
 */
export function loss(config: ModelConfig, params: Parameters, batch: Batch): JaxArray {
	const { tokens, weights } = batch;
	const time = tokens.shape[1]! - 1;
	const inputs = tokens.ref.slice([], [0, time]);
	if (batch.targets) {
		tokens.dispose();
		return binaryCrossEntropy(forward(config, params, inputs), batch.targets, weights);
	}
	const targets = tokens.slice([], [1, time + 1]);
	return crossEntropy(forward(config, params, inputs), targets, weights);
}

function embeddings(config: ModelConfig, { params, dropped }: Remaining, tokens: JaxArray): JaxArray {
	const time = tokens.shape[1]!;
	if (time > config.context)
		throw new UserError(
			`Expected \`tokens\` to have at most ${config.context} positions (the model's context), got ${time}. ` +
				"Shorten the sequences or raise `context`.",
		);
	const x = embed(params["tok_emb.weight"]!.ref, tokens);
	if (config.positions === "learned") return x.add(params["pos_emb.weight"]!.ref.slice([0, time]));
	if (config.positions === "sinusoidal" && !dropped.has("positions"))
		return x.ref.add(sinusoids(time, config.width, x));
	return x;
}

function feedForward(
	config: ModelConfig,
	params: Parameters,
	activate: Layer,
	name: string,
	x: JaxArray,
	show: Show,
): JaxArray {
	const hidden = show(`${name}.w1`, project(params, `${name}.w1`, x.ref));
	let active = activate(hidden.ref);
	if (config.activation === "swiglu") active = active.mul(project(params, `${name}.w3`, x));
	return project(params, `${name}.w2`, show(`${name}.activation`, active));
}

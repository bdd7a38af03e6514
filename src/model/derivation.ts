/**
 * The degree of every place of a transformer, derived from its configuration alone by the rules of `degree.ts`: what
 * Merrill et al. 2021, Appendix D, do for one architecture. So the derivation says what a network becomes as all of
 * its parameters grow, and which terms it loses on the way:
 *
 *     res-post  x + N(f(x))   degree 1; without biases exponentially, with them as c^-1
 *     post      N(x + f(x))   degree 1; x has degree 1 and f(x) 3: the residual connections vanish, as c^-2
 *     pre       x + f(N(x))   degree 3; the embedding vanishes, as c^-2. With swiglu degree 5: all attention but the
 *                             first block's vanishes too
 *     none      x + f(x)      the degree grows with depth, and x vanishes
 */
import type { ModelConfig } from "./config.ts";
import { constant, type Homogeneous, parameter, product } from "./degree.ts";
import { Derivation, type Place } from "./derivation-step.ts";
import { attention, feedForward, linear, normalisation } from "./derivation-sublayers.ts";
import { normalises, residualOf } from "./parameters.ts";

export type { Place, Term } from "./derivation-step.ts";

/** Every place of the forward pass in its order, with its degree in all parameters and its approach to the limit. */
export function degrees(config: ModelConfig): readonly Place[] {
	const d = new Derivation(config);
	let x = embedding(d);
	for (let i = 0; i < config.layers; i++) {
		x = config.parallel ? parallelBlock(d, i, x) : block(d, i, x);
		d.note(`state.${i + 1}`, { value: x, rule: "after the block", terms: [] });
	}
	x = d.note(
		"state.final",
		config.finalNorm ? normalisation(d, "ln_f", x) : { value: x, rule: "after the last block", terms: [] },
	);
	// The weight, be it the embedding's, is of the highest degree always: its name plays no part.
	d.note("logits", linear(d, "head", x, config.headBias));
	return d.places;
}

/** Names of the terms, parameters among them, that are of less than the highest degree in their sum. */
export const vanishing = (config: ModelConfig): ReadonlySet<string> =>
	new Set(degrees(config).flatMap(({ terms }) => terms.flatMap((term) => (term.remains ? [] : [term.name]))));

function embedding(d: Derivation): Homogeneous {
	const { positions } = d.config;
	const { value, terms } = d.add({
		"tok_emb.weight": parameter,
		"pos_emb.weight": positions === "learned" ? parameter : undefined,
		positions: positions === "sinusoidal" ? constant : undefined,
	});
	const rule = positions === "sinusoidal" ? "embedding 1; sines 0" : "embedding 1";
	return d.note("state.0", { value, rule, terms: terms.length > 1 ? terms : [] });
}

/** The stream x with what these sublayers give, by name. */
function joined(d: Derivation, x: Homogeneous, branches: Readonly<Record<string, Homogeneous>>) {
	const weighted = Object.entries(branches).map(([name, y]) => {
		const { branch, trained } = residualOf(d.config, name);
		return [`${name}.sublayer`, trained ? product(parameter, y) : branch === 0 ? undefined : y] as const;
	});
	const [first] = Object.keys(branches) as [string];
	const skips = residualOf(d.config, first).skip !== 0;
	return d.add({ [`${first}.skip`]: skips ? x : undefined, ...Object.fromEntries(weighted) });
}

function block(d: Derivation, i: number, input: Homogeneous): Homogeneous {
	const { config } = d;
	const at = (placement: ModelConfig["placement"]) => normalises(config, i) && config.placement === placement;
	let x = input;
	for (const [f, name, ln] of [
		[attention, `blocks.${i}.attn`, `blocks.${i}.ln1`],
		[feedForward, `blocks.${i}.ff`, `blocks.${i}.ln2`],
	] as const) {
		const norm = (y: Homogeneous) => d.note(ln, normalisation(d, ln, y));
		const y = f(d, name, at("pre") ? norm(x) : x);
		const { value, terms } = joined(d, x, { [name]: at("res-post") ? norm(y) : y });
		const rule = `sum of ${terms.map(({ degree }) => degree).join(" and ")}`;
		// With placement post the sum is seen only normalised.
		x = at("post") ? norm(value) : value;
		d.note(`${name}.residual`, { value: x, rule: at("post") ? `${rule}, normalised` : rule, terms });
	}
	return x;
}

function parallelBlock(d: Derivation, i: number, x: Homogeneous): Homogeneous {
	const [attn, ff, ln] = [`blocks.${i}.attn`, `blocks.${i}.ff`, `blocks.${i}.ln1`];
	const before = normalises(d.config, i) ? d.note(ln, normalisation(d, ln, x)) : x;
	const { value, terms } = joined(d, x, {
		[attn]: attention(d, attn, before),
		[ff]: feedForward(d, ff, before),
	});
	const rule = `sum of ${terms.map(({ degree }) => degree).join(" and ")}`;
	return d.note(`${ff}.residual`, { value, rule, terms });
}

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
import {
	argmaxed,
	constant,
	type Homogeneous,
	normalised,
	parameter,
	product,
	remains,
	smoothRelu,
	softmaxed,
	sum,
} from "./degree.ts";

/** A term of a sum. `name` is the parameter's, or `<place>.skip`, `.sublayer`, `.epsilon`, `positions`. */
export interface Term {
	readonly name: string;
	readonly degree: number;
	/** Whether it remains in the limit. */
	readonly remains: boolean;
}

/** A place of the forward pass, by its name for an `Observer`, or `logits`. */
export interface Place extends Homogeneous {
	readonly place: string;
	/** How its degree follows: `linear: k + 1 = 2`. */
	readonly rule: string;
	/** Where something is added, be it an epsilon. */
	readonly terms: readonly Term[];
}

/** Every place of the forward pass in its order, with its degree in all parameters and its approach to the limit. */
export function degrees(config: ModelConfig): readonly Place[] {
	const places: Place[] = [];
	const leading = config.terms === "leading";
	const note = (place: string, value: Homogeneous, rule: string, terms: readonly Term[] = []) => {
		places.push({ place, rule, terms, ...value });
		return value;
	};

	/** Adds what is not undefined, or with leading terms only what remains. */
	const add = (values: Readonly<Record<string, Homogeneous | undefined>>) => {
		const present = Object.entries(values).flatMap(([name, value]) => (value ? [{ name, value }] : []));
		const all = present.map(({ value }) => value);
		const terms: Term[] = present.map(({ name, value }) => ({
			name,
			degree: value.degree,
			remains: remains(value, all),
		}));
		return { value: sum(leading ? all.filter((value) => remains(value, all)) : all), terms };
	};

	const linear = (place: string, name: string, x: Homogeneous, bias = config.biases) => {
		const { value, terms } = add({
			[`${name}.weight`]: product(x, parameter),
			[`${name}.bias`]: bias ? parameter : undefined,
		});
		const rule = `linear: ${x.degree} + 1 = ${value.degree}${bias ? "; bias 1" : ""}`;
		return note(place, value, rule, bias ? terms : []);
	};

	const norm = (place: string, name: string, x: Homogeneous) => {
		const square = product(x, x);
		const epsilon = config.normEpsilon > 0;
		const inside = add({ [`${name}.square`]: square, [`${name}.epsilon`]: epsilon ? constant : undefined });
		const shift = config.norm === "layer" && config.biases;
		const { value, terms } = add({
			[`${name}.weight`]: product(normalised(x, epsilon && !leading), parameter),
			[`${name}.bias`]: shift ? parameter : undefined,
		});
		const rule = `normalised: ${x.degree} → 0; gain: 0 + 1 = 1${shift ? "; shift 1" : ""}`;
		return note(place, value, epsilon ? `${rule}; epsilon 0 beside ${square.degree}` : rule, [
			...(epsilon ? inside.terms : []),
			...(shift ? terms : []),
		]);
	};

	const attention = (name: string, x: Homogeneous) => {
		const [q, k, v] = ["q", "k", "v"].map((part) => linear(`${name}.${part}`, `${name}.${part}`, x));
		const product_ = product(q!, k!);
		const scores = note(
			`${name}.scores`,
			product_,
			`product: ${q!.degree} + ${k!.degree} = ${product_.degree}`,
		);
		const hard = config.attention === "hard";
		const weights = note(
			`${name}.weights`,
			hard ? argmaxed(scores) : softmaxed(),
			`${hard ? "argmax" : "softmax, in the limit argmax"}: ${scores.degree} → 0`,
		);
		const heads = note(`${name}.heads`, product(weights, v!), `product: 0 + ${v!.degree} = ${v!.degree}`);
		return linear(name, `${name}.o`, heads);
	};

	const feedForward = (name: string, x: Homogeneous) => {
		const hidden = linear(`${name}.w1`, `${name}.w1`, x);
		const { activation } = config;
		const rectified = leading || activation === "relu" ? hidden : smoothRelu(hidden);
		let active = rectified;
		let rule = `${activation === "relu" ? "relu" : `${activation}, in the limit relu`}: ${hidden.degree}`;
		if (activation === "swiglu") {
			const gate = linear(`${name}.w3`, `${name}.w3`, x);
			active = product(rectified, gate);
			rule = `silu, in the limit relu: ${hidden.degree}; product: + ${gate.degree} = ${active.degree}`;
		}
		return linear(name, `${name}.w2`, note(`${name}.activation`, active, rule));
	};

	const embedded = add({
		"tok_emb.weight": parameter,
		"pos_emb.weight": config.positions === "learned" ? parameter : undefined,
		positions: config.positions === "sinusoidal" ? constant : undefined,
	});
	let x = note(
		"state.0",
		embedded.value,
		config.positions === "sinusoidal" ? "embedding 1; sines 0" : "embedding 1",
		embedded.terms.length > 1 ? embedded.terms : [],
	);

	for (let i = 0; i < config.layers; i++) {
		const block = `blocks.${i}`;
		for (const [f, name, normName] of [
			[attention, "attn", "ln1"],
			[feedForward, "ff", "ln2"],
		] as const) {
			const [sublayer, ln] = [`${block}.${name}`, `${block}.${normName}`];
			const before = config.placement === "pre" ? norm(ln, ln, x) : x;
			const y = f(sublayer, before);
			const after = config.placement === "res-post" ? norm(ln, ln, y) : y;
			const { value, terms } = add({ [`${sublayer}.skip`]: x, [`${sublayer}.sublayer`]: after });
			const rule = `sum of ${x.degree} and ${after.degree}`;
			// With placement post the sum is seen only normalised.
			x = config.placement === "post" ? norm(ln, ln, value) : value;
			note(`${sublayer}.residual`, x, config.placement === "post" ? `${rule}, normalised` : rule, terms);
		}
		note(`state.${i + 1}`, x, "after the block");
	}
	x = config.finalNorm ? norm("state.final", "ln_f", x) : note("state.final", x, "after the last block");
	const head = config.tiedHead ? "tok_emb" : "head";
	const { value, terms } = add({
		[`${head}.weight`]: product(x, parameter),
		"head.bias": config.headBias ? parameter : undefined,
	});
	note(
		"logits",
		value,
		`linear: ${x.degree} + 1 = ${value.degree}${config.headBias ? "; bias 1" : ""}`,
		config.headBias ? terms : [],
	);
	return places;
}

/** Names of the terms, parameters among them, that are of less than the highest degree in their sum. */
export const vanishing = (config: ModelConfig): ReadonlySet<string> =>
	new Set(degrees(config).flatMap(({ terms }) => terms.flatMap((term) => (term.remains ? [] : [term.name]))));

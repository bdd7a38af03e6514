/** The degrees within attention and the feed-forward network, and of the maps that they are made of. */
import { isPlanned } from "./attention-plan.ts";
import {
	argmaxed,
	constant,
	type Homogeneous,
	normalised,
	parameter,
	product,
	sign,
	smoothRelu,
	smoothSign,
	softmaxed,
} from "./degree.ts";
import type { Derivation, Step } from "./derivation-step.ts";
import { mixingGains } from "./parameters.ts";

export function linear(d: Derivation, name: string, x: Homogeneous, bias = d.config.biases): Step {
	const { value, terms } = d.add({
		[`${name}.weight`]: product(x, parameter),
		[`${name}.bias`]: bias ? parameter : undefined,
	});
	const rule = `linear: ${x.degree} + 1 = ${value.degree}${bias ? "; bias 1" : ""}`;
	return { value, rule, terms: bias ? terms : [] };
}

export function normalisation(d: Derivation, name: string, x: Homogeneous): Step {
	const { normEpsilon, norm, biases, terms: kept } = d.config;
	const square = product(x, x);
	const epsilon = normEpsilon > 0;
	const inside = d.add({ [`${name}.square`]: square, [`${name}.epsilon`]: epsilon ? constant : undefined });
	const shift = norm === "layer" && biases;
	const { value, terms } = d.add({
		[`${name}.weight`]: product(normalised(x, epsilon && kept === "all"), parameter),
		[`${name}.bias`]: shift ? parameter : undefined,
	});
	const rule = `normalised: ${x.degree} → 0; gain: 0 + 1 = 1${shift ? "; shift 1" : ""}`;
	return {
		value,
		rule: epsilon ? `${rule}; epsilon 0 beside ${square.degree}` : rule,
		terms: [...(epsilon ? inside.terms : []), ...(shift ? terms : [])],
	};
}

export function attention(d: Derivation, name: string, x: Homogeneous): Homogeneous {
	const { config } = d;
	const matched = (part: string) => {
		const projected = linear(d, `${name}.${part}`, x);
		if (!config.queryKeyNorm) return d.note(`${name}.${part}`, projected);
		const normed = normalisation(d, `${name}.${part}_norm`, projected.value);
		return d.note(`${name}.${part}`, {
			value: normed.value,
			rule: `${projected.rule}; ${normed.rule}`,
			terms: [...projected.terms, ...normed.terms],
		});
	};
	const [q, k] = [matched("q"), matched("k")];
	const v = d.note(`${name}.v`, values(d, `${name}.v`, x, "the input"));
	const match = product(q, k);
	const scores = d.note(`${name}.scores`, {
		value: match,
		rule: `product: ${q.degree} + ${k.degree} = ${match.degree}`,
		terms: [],
	});
	const planned = isPlanned(config);
	const biased = d.add({ [`${name}.product`]: scores, [`${name}.bias`]: planned ? constant : undefined });
	const hard = config.attention === "hard";
	const weights = d.note(`${name}.weights`, {
		value: hard ? argmaxed(biased.value) : softmaxed(),
		rule: `${hard ? "argmax" : "softmax, in the limit argmax"}: ${scores.degree} → 0${planned ? "; bias 0" : ""}`,
		terms: planned ? biased.terms : [],
	});
	const heads = d.note(`${name}.heads`, mixed(d, name, weights, v));
	return d.note(name, values(d, `${name}.o`, heads, "the heads"));
}

/** What W_V or W_O makes of x, or x itself where there is neither. */
const values = (d: Derivation, name: string, x: Homogeneous, what: string): Step =>
	d.config.valueMaps === "linear"
		? linear(d, name, x)
		: { value: x, rule: `${what}: ${x.degree}`, terms: [] };

/** What a head makes of its values v: of them and of what its weights gather, which are alike in degree. */
function mixed(d: Derivation, name: string, weights: Homogeneous, v: Homogeneous): Step {
	const attended = product(weights, v);
	const gains = Object.keys(mixingGains(d.config));
	if (gains.length === 0)
		return { value: attended, rule: `product: 0 + ${v.degree} = ${v.degree}`, terms: [] };
	const own = product(parameter, v);
	const { value, terms } = d.add({
		[`${name}.alpha`]: own,
		[`${name}.beta`]: product(parameter, attended),
		[`${name}.gamma`]: gains.includes("gamma") ? own : undefined,
	});
	return { value, rule: `sum of ${terms.length} terms, each a gain 1 + ${v.degree}`, terms };
}

export function feedForward(d: Derivation, name: string, x: Homogeneous): Homogeneous {
	const hidden = d.note(`${name}.w1`, linear(d, `${name}.w1`, x));
	const active = d.note(`${name}.activation`, activation(d, name, x, hidden));
	return d.note(name, linear(d, `${name}.w2`, active));
}

function activation(d: Derivation, name: string, x: Homogeneous, hidden: Homogeneous): Step {
	const { activation, shaping, terms: kept } = d.config;
	const leading = kept === "leading";
	if (activation === "tanh") {
		const value = leading ? sign(hidden) : smoothSign();
		return { value, rule: `tanh, in the limit a sign: ${hidden.degree} → 0`, terms: [] };
	}
	if (activation === "relu" || activation === "leaky-relu")
		return { value: hidden, rule: `${activation}: ${hidden.degree}`, terms: [] };
	const bent = leading ? hidden : smoothRelu(hidden);
	const rule = `${activation === "swiglu" ? "silu" : activation}, in the limit relu: ${hidden.degree}`;
	if (activation === "swiglu") {
		const gate = d.note(`${name}.w3`, linear(d, `${name}.w3`, x));
		const value = product(bent, gate);
		return { value, rule: `${rule}; product: + ${gate.degree} = ${value.degree}`, terms: [] };
	}
	if (shaping.name === "none") return { value: bent, rule, terms: [] };
	const { value, terms } = d.add({ [`${name}.bent`]: bent, [`${name}.shifts`]: constant });
	return { value, rule: `${rule}; shifts 0`, terms };
}

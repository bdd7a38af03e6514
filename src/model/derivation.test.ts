import { expect, test } from "vitest";
import { smallModel } from "../../test/support/model.ts";
import type { ModelOptions } from "./config.ts";
import { degrees, vanishing } from "./derivation.ts";
import { parameterSpecs } from "./parameters.ts";
import { saturated } from "./saturated.ts";

const bare = { biases: false, normEpsilon: 0 } as const;

const at = (options: Partial<ModelOptions>, place: string) =>
	degrees(smallModel(options)).find((entry) => entry.place === place)!;

test("the paper's pre-norm without biases has degree 1 and approaches its limit exponentially, at any depth", () => {
	for (const layers of [1, 2, 12]) {
		const options = { placement: "res-post", layers, ...bare } as const;
		expect(at(options, "state.final")).toMatchObject({ degree: 1, approach: { kind: "exponential" } });
		// Encoder and linear classifier together (Appendix D).
		expect(at(options, "logits").degree).toBe(2);
		expect(vanishing(smallModel(options)).size).toBe(0);
	}
});

test("degrees within a block are those of Appendix D's proofs, with the slip of Prop. 4 mended: AV has 2, W·AV has 3", () => {
	const places = "attn.q attn.k attn.v attn.scores attn.weights attn.heads attn ln1 attn.residual";
	const all = `${places} ff.w1 ff.activation ff ln2 ff.residual`.split(" ");
	const found = all.map((place) => at({ placement: "res-post", ...bare }, `blocks.1.${place}`).degree);
	expect(found).toEqual([2, 2, 2, 4, 0, 2, 3, 1, 1, 2, 2, 3, 1, 1]);
});

test("placements differ in degree and in how they approach the limit", () => {
	const of = (options: Partial<ModelOptions>) => {
		const { degree, approach } = at(options, "state.2");
		return [degree, approach.kind === "polynomial" ? approach.order : approach.kind];
	};
	expect(of({ placement: "res-post", normEpsilon: 0 })).toEqual([1, 1]);
	expect(of({ placement: "post", ...bare })).toEqual([1, 2]);
	expect(of({ placement: "pre", ...bare })).toEqual([3, 2]);
	// Each sublayer adds two to the degree of its input, and leaves it behind.
	expect(of({ placement: "none", ...bare })).toEqual([9, 2]);
	expect(of({ placement: "pre", activation: "swiglu", ...bare })).toEqual([5, 2]);
	// Epsilon beside a variance of degree 6.
	expect(of({ placement: "res-post", biases: false })).toEqual([1, 6]);
	expect(of({ placement: "res-post", positions: "sinusoidal", ...bare })).toEqual([1, 1]);
	expect(of({ placement: "res-post", positions: "rope", ...bare })).toEqual([1, "exponential"]);
	// Hard attention and relu leave nothing to approach; gelu does.
	expect(of({ placement: "res-post", attention: "hard", ...bare })).toEqual([1, "exact"]);
	expect(of({ placement: "res-post", attention: "hard", activation: "gelu", ...bare })).toEqual([
		1,
		"exponential",
	]);
});

test("of a sum the terms of lower degree vanish: biases, epsilons, sines, skips; shifts and learned positions stay", () => {
	const post = vanishing(smallModel({ placement: "post", layers: 1 }));
	const linear = ["q", "k", "v", "o"].map((part) => `attn.${part}`).concat("ff.w1", "ff.w2");
	expect([...post].sort()).toEqual(
		[
			...linear.map((part) => `blocks.0.${part}.bias`),
			"blocks.0.attn.skip",
			"blocks.0.ff.skip",
			"blocks.0.ln1.epsilon",
			"blocks.0.ln2.epsilon",
			"head.bias",
		].sort(),
	);
	expect(vanishing(smallModel({ positions: "sinusoidal", placement: "res-post", ...bare }))).toEqual(
		new Set(["positions"]),
	);
	// Embeddings fall behind attention, and attention, but for what it feeds, behind the gated network.
	const gated = vanishing(smallModel({ placement: "pre", activation: "swiglu", layers: 3, ...bare }));
	expect([...gated]).toEqual([
		"blocks.0.attn.skip",
		"blocks.0.ff.skip",
		"blocks.1.attn.sublayer",
		"blocks.2.attn.sublayer",
	]);
});

test("what vanishes of parameters are parameters, and the saturated network has the model's degrees, exactly", () => {
	for (const placement of ["pre", "post", "res-post", "none"] as const)
		for (const activation of ["relu", "gelu", "swiglu"] as const)
			for (const norm of ["layer", "rms"] as const) {
				const config = smallModel({ placement, activation, norm });
				const names = new Set(Object.keys(parameterSpecs(config)));
				for (const name of vanishing(config)) if (/bias$/.test(name)) expect(names).toContain(name);
				const limit = degrees(saturated(config));
				expect(limit.map(({ place, degree }) => [place, degree])).toEqual(
					degrees(config).map(({ place, degree }) => [place, degree]),
				);
				expect(limit.every(({ approach }) => approach.kind === "exact")).toBe(true);
			}
	for (const options of [
		{ mixing: { name: "u-spa" }, queryKeyNorm: true },
		{ mixing: { name: "shaped" }, valueMaps: "identity", parallel: true, residual: "skip-init" },
		{ activation: "tanh", shaping: { name: "tat" }, residual: "none" },
		{ activation: "softplus", shaping: { name: "tat" } },
		{ activation: "leaky-relu", normBlocks: "first", mask: "none" },
	] as Partial<ModelOptions>[]) {
		const config = smallModel(options);
		const limit = degrees(saturated(config));
		expect(limit.map(({ place, degree }) => [place, degree])).toEqual(
			degrees(config).map(({ place, degree }) => [place, degree]),
		);
		expect(limit.every(({ approach }) => approach.kind === "exact")).toBe(true);
	}
});

test("without shortcuts: skips that are not there, branches that are passed by, trained factors and planned biases", () => {
	const of = (options: Partial<ModelOptions>) => {
		const { degree, approach } = at({ layers: 1, ...bare, ...options }, "state.1");
		return [degree, approach.kind === "polynomial" ? approach.order : approach.kind];
	};
	// Each sublayer takes its input's place and adds two to its degree: 1, 3, 5, with nothing to vanish beside it.
	expect(of({ placement: "none", residual: "none" })).toEqual([5, "exponential"]);
	// A trained factor adds one: 1 beside 4, and 4 beside 7.
	expect(of({ placement: "none", residual: "skip-init" })).toEqual([7, 3]);
	expect(of({ placement: "none", residual: { skip: 1, branch: 0 } })).toEqual([1, "exact"]);
	// Side by side on one input both branches have degree 3.
	expect(of({ placement: "pre", parallel: true })).toEqual([3, 2]);
	expect(of({ placement: "none", residual: "none", mixing: { name: "value-skip-init" } })).toEqual([
		6,
		"exponential",
	]);
	expect(of({ placement: "none", residual: "none", valueMaps: "identity" })).toEqual([3, "exponential"]);
	// A tanh's degree is 0 whatever its argument's.
	expect(of({ placement: "none", residual: "none", activation: "tanh" })).toEqual([1, "exponential"]);
	expect(
		vanishing(smallModel({ layers: 1, mixing: { name: "e-spa" }, placement: "res-post", ...bare })),
	).toEqual(new Set(["blocks.0.attn.bias"]));
	const queries = vanishing(smallModel({ layers: 1, queryKeyNorm: true, placement: "res-post" }));
	for (const name of ["q.bias", "q_norm.epsilon", "k_norm.epsilon"])
		expect(queries).toContain(`blocks.0.attn.${name}`);
	// Gain and shift of a norm are alike in degree.
	expect(queries).not.toContain("blocks.0.attn.q_norm.bias");
});

test("shifts of a shaped softplus vanish against their argument of degree 2, those of a tanh stay", () => {
	const activation = "blocks.0.ff.activation";
	const options = { layers: 1, placement: "pre", shaping: { name: "tat" }, ...bare } as const;
	expect(at({ ...options, activation: "softplus" }, activation)).toMatchObject({
		degree: 2,
		approach: { kind: "polynomial", order: 2 },
	});
	expect(at({ ...options, activation: "tanh" }, activation)).toMatchObject({
		degree: 0,
		approach: { kind: "exponential" },
	});
});

test("a derivation reads as the proof does, place by place", () => {
	const config = smallModel({ placement: "res-post", layers: 1, ...bare });
	expect(degrees(config).map(({ place, rule, degree }) => `${place}: ${degree} (${rule})`)).toEqual([
		"state.0: 1 (embedding 1)",
		"blocks.0.attn.q: 2 (linear: 1 + 1 = 2)",
		"blocks.0.attn.k: 2 (linear: 1 + 1 = 2)",
		"blocks.0.attn.v: 2 (linear: 1 + 1 = 2)",
		"blocks.0.attn.scores: 4 (product: 2 + 2 = 4)",
		"blocks.0.attn.weights: 0 (softmax, in the limit argmax: 4 → 0)",
		"blocks.0.attn.heads: 2 (product: 0 + 2 = 2)",
		"blocks.0.attn: 3 (linear: 2 + 1 = 3)",
		"blocks.0.ln1: 1 (normalised: 3 → 0; gain: 0 + 1 = 1)",
		"blocks.0.attn.residual: 1 (sum of 1 and 1)",
		"blocks.0.ff.w1: 2 (linear: 1 + 1 = 2)",
		"blocks.0.ff.activation: 2 (relu: 2)",
		"blocks.0.ff: 3 (linear: 2 + 1 = 3)",
		"blocks.0.ln2: 1 (normalised: 3 → 0; gain: 0 + 1 = 1)",
		"blocks.0.ff.residual: 1 (sum of 1 and 1)",
		"state.1: 1 (after the block)",
		"state.final: 1 (after the last block)",
		"logits: 2 (linear: 1 + 1 = 2)",
	]);
});

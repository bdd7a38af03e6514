import { expect, test } from "vitest";
import { type TokenSet, tokenSet, withQueries } from "../data/token-selection.ts";
import { stream } from "../engine/random.ts";
import {
	factoredFlow,
	factorImbalance,
	logGradient,
	normOf,
	productOfFactors,
	select,
	selectionFlow,
} from "./token-selection.ts";

const set = tokenSet({ samples: 3, tokens: 4, dimension: 5, seed: 1 });

/** The loss by its definition. */
function lossOf({ samples, tokens, dimension, keys, scores }: TokenSet, p: Float64Array): number {
	let loss = 0;
	for (let i = 0; i < samples; i++) {
		const weights = Array.from({ length: tokens }, (_, t) => {
			let logit = 0;
			for (let k = 0; k < dimension; k++) logit += keys[(i * tokens + t) * dimension + k]! * p[k]!;
			return Math.exp(logit);
		});
		const total = weights.reduce((a, b) => a + b);
		const f = weights.reduce((sum, weight, t) => sum + (weight / total) * scores[i * tokens + t]!, 0);
		loss += Math.log1p(Math.exp(-f)) / samples;
	}
	return loss;
}

const gradientOf = (loss: (p: Float64Array) => number, p: Float64Array) =>
	p.map((value, k) => (loss(p.with(k, value + 1e-5)) - loss(p.with(k, value - 1e-5))) / 2e-5);

test("loss and gradient are those of the definition: 1e-14, and 1e-9 by central differences", () => {
	for (const size of [0, 1, 5]) {
		const p = stream(size, "p")
			.normal(5)
			.map((value) => value * size);
		const { loss, descent, logScale } = select(set, p);
		expect(Math.abs(loss - lossOf(set, p))).toBeLessThan(1e-14);
		const gradient = gradientOf((at) => lossOf(set, at), p);
		for (const [k, value] of descent.entries())
			expect(Math.abs(value * Math.exp(logScale) + gradient[k]!)).toBeLessThan(1e-9);
	}
});

test("−∇L is Σ λ (k_α − k_t) with the weights that come with it, to 1e-15", () => {
	const { selected, weights, descent } = select(set, stream(7, "p").normal(5));
	const sum = new Float64Array(5);
	for (const [at, weight] of weights.entries()) {
		const best = Math.floor(at / 4) * 4 + selected[Math.floor(at / 4)]!;
		for (let k = 0; k < 5; k++) sum[k]! += weight * (set.keys[best * 5 + k]! - set.keys[at * 5 + k]!);
	}
	for (const [k, value] of descent.entries()) expect(Math.abs(value - sum[k]!)).toBeLessThan(1e-15);
});

test("at ‖p‖ of millions, where every exponential underflows, the flow still has unit speed and log ‖∇L‖ is linear in ‖p‖", () => {
	const p = stream(3, "p").normal(5);
	const at = (size: number) => p.map((value) => value * size);
	const slope = new Float64Array(5);
	selectionFlow(set)(0, at(1e6), slope);
	expect(normOf(slope)).toBeCloseTo(1, 12);
	const [one, two, three] = [1e6, 2e6, 3e6].map((size) => logGradient(select(set, at(size))));
	expect(one!).toBeLessThan(-1e5);
	expect((three! - two!) / (two! - one!)).toBeCloseTo(1, 6);
	expect(select(set, at(1e6)).logRest).toBeLessThan(-1e5);
});

test("tokens as good as the selected one pull only through the others, and need no exponential of their own", () => {
	// Sample of three tokens: selected and second have one score, the third is better and far below.
	const tied: TokenSet = {
		samples: 1,
		tokens: 3,
		dimension: 2,
		keys: Float64Array.of(1, 0, 0, 1, -1, 0),
		scores: Float64Array.of(0, 0, 1),
	};
	const { descent, weights, selected } = select(tied, Float64Array.of(600, 0));
	expect(selected[0]).toBe(0);
	expect(descent.every(Number.isFinite)).toBe(true);
	// Towards the better token, and that alone: the tie's share is e^-600 of it.
	expect(descent[0]! / normOf(descent)).toBeCloseTo(-1, 12);
	expect(Math.abs(weights[1]! / weights[2]!)).toBeLessThan(1e-200);
});

test("the flow of two factors is that of the loss of their product, by central differences to 1e-8", () => {
	const queried = withQueries(tokenSet({ samples: 3, tokens: 3, dimension: 2, seed: 2 }), 2);
	const state = stream(5, "factors").normal(8);
	const slope = new Float64Array(8);
	factoredFlow(queried)(0, state, slope);
	const gradient = gradientOf((at) => lossOf(queried, productOfFactors(at, 2)), state);
	const norm = normOf(gradient);
	for (const [k, value] of slope.entries()) expect(Math.abs(value + gradient[k]! / norm)).toBeLessThan(1e-8);
	// KᵀK − QᵀQ has a derivative of 0.
	const at = (h: number) =>
		factorImbalance(
			state.map((value, k) => value + h * slope[k]!),
			2,
		);
	for (const [i, ahead] of at(1e-5).entries()) expect(Math.abs(ahead - at(-1e-5)[i]!)).toBeLessThan(1e-15);
});

test("keys and queries have length 1; with queries a key is x zᵀ; the same seed gives the same set", () => {
	const plain = tokenSet({ samples: 2, tokens: 3, dimension: 4, seed: 9 });
	const queried = withQueries(plain, 9);
	for (let at = 0; at < 6; at++) {
		expect(normOf(plain.keys.subarray(at * 4, at * 4 + 4))).toBeCloseTo(1, 12);
		expect(normOf(queried.keys.subarray(at * 16, at * 16 + 16))).toBeCloseTo(1, 12);
	}
	expect(tokenSet({ samples: 2, tokens: 3, dimension: 4, seed: 9 })).toEqual(plain);
});

test("a set without a choice is refused", () => {
	const refused = (options: object) => () =>
		tokenSet({ samples: 2, tokens: 3, dimension: 4, seed: 0, ...options });
	expect(refused({ tokens: 1 })).toThrow(/`tokens` to be a whole number of at least 2, got `1`/);
	expect(refused({ samples: 0 })).toThrow(/`samples`/);
	expect(refused({ dimension: 1.5 })).toThrow(/got `1.5`/);
});

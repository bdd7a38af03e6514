import { expect, test } from "vitest";
import { statisticsOf } from "./kernel-statistics.ts";
import { propagate } from "./propagate.ts";
import { logCollapseBound, mixedNorm, residualNorm, residualsThroughDepth } from "./rank-collapse.ts";
import { differentTokens } from "./start-kernels.ts";
import { identityMixing, type Mixing, uniformBidirectional, uniformCausal } from "./token-mixing.ts";

const times = (layers: number, mixing: Mixing) => Array.from({ length: layers }, () => mixing);
const ratios = (residuals: Float64Array) => Array.from(residuals.subarray(1), (r, l) => r / residuals[l]!);

test("uniform causal attention halves the residual in each layer at last: within 1e-3 from layer 25 on (T = 64)", () => {
	const each = ratios(residualsThroughDepth(times(40, uniformCausal), 64));
	for (const ratio of each.slice(24)) expect(Math.abs(ratio - 0.5)).toBeLessThan(1e-3);
	expect([each[19]!.toFixed(4), each[38]!.toFixed(4)]).toEqual(["0.5031", "0.5000"]);
});

test("uniform bidirectional attention leaves one token after one layer (1e-15), the identity all of them", () => {
	expect(residualsThroughDepth([uniformBidirectional], 64)[1]).toBeLessThan(1e-15);
	expect(ratios(residualsThroughDepth(times(5, identityMixing), 64))).toEqual([1, 1, 1, 1, 1]);
});

test("after 10 layers of uniform causal attention the mean cosine of 100 tokens is above .999", () => {
	const network = times(12, uniformCausal).map((mixing) => [
		{ name: "attn.residual", skip: 0, branches: [{ kind: "attention" as const, heads: [mixing] }] },
	]);
	const { kernels } = propagate(network, differentTokens(100));
	for (const kernel of kernels.slice(10)) expect(statisticsOf(kernel).meanCosine).toBeGreaterThan(0.999);
});

test("the residual from a kernel is that of the states, down to 1e-7 of their length", () => {
	const network = times(20, uniformCausal).map((mixing) => [
		{ name: "attn.residual", skip: 0, branches: [{ kind: "attention" as const, heads: [mixing] }] },
	]);
	const residuals = residualsThroughDepth(times(20, uniformCausal), 32);
	for (const [l, kernel] of propagate(network, differentTokens(32)).kernels.entries()) {
		const { residual, diagonal } = statisticsOf(kernel);
		expect(Math.abs(residual * Math.sqrt(32 * diagonal.mean) - residuals[l]!)).toBeLessThan(1e-6);
	}
});

test("a residual does not see what all tokens share; the mixed norm is √(largest column · largest row)", () => {
	expect(residualNorm([1, 5, 3, 5], 2)).toBeCloseTo(Math.SQRT2, 14);
	expect(mixedNorm([1, -5, 3, 5], 2)).toBeCloseTo(Math.sqrt(10 * 8), 14);
});

test("the bound of Dong et al. falls doubly exponentially where its factor is small: its logarithm triples a layer", () => {
	const options = { heads: 2, queryKeyWidth: 16, weights: 0.1, gamma: 1, residual: 0.5 };
	const bounds = [1, 2, 3, 4, 5, 6].map((layers) => logCollapseBound({ ...options, layers }));
	// One layer: (4·0.1·2/4)·0.5³.
	expect(bounds[0]).toBeCloseTo(Math.log(0.2 * 0.125), 14);
	expect(bounds[5]! / bounds[4]!).toBeCloseTo(3, 1);
	// With W_QK = 0 it is 0, as uniform attention without a mask has it.
	expect(logCollapseBound({ ...options, layers: 1, weights: 0 })).toBe(Number.NEGATIVE_INFINITY);
});

import { expect, test } from "vitest";
import { UserError } from "../../error.ts";
import { leakyReluMap } from "./leaky-relu.ts";
import { compose, inputMoments, largestSlope } from "./network-map.ts";
import { skipless, type TransformerShape, transformerMap } from "./transformer-map.ts";

const residual = (skip: number, branch: number): TransformerShape["residual"] => ({
	parallel: false,
	attention: { skip, branch },
	feedForward: { skip, branch },
});
const C = leakyReluMap(0.2);
const repeat = (n: number, f: (c: number) => number, c = 0) => {
	for (let i = 0; i < n; i++) c = f(c);
	return c;
};
const value = (shape: TransformerShape) => compose(transformerMap(shape), 0, C);

test("without skips a transformer is the chain of its nonlinearities", () => {
	expect(value({ layers: 12, residual: skipless })).toBe(repeat(12, C));
	expect(value({ layers: 12, activations: 2, residual: skipless })).toBe(repeat(24, C));
	expect(value({ layers: 12, placement: "pre", residual: skipless })).toBe(repeat(12, C));
});

test("normalised skips: each block maps c to a²c + b²C(c), normalised before it or not (1e-14)", () => {
	const [a, b] = [0.98, Math.sqrt(1 - 0.98 ** 2)];
	const expected = repeat(36, (c) => a * a * c + b * b * C(c));
	for (const placement of ["none", "pre", "post", "res-post"] as const)
		expect(value({ layers: 36, placement, residual: residual(a, b) })).toBeCloseTo(expected, 14);
});

test("pre-norm with weights 1 and 1: the l-th sublayer has the share 1/(l + 1), as its trunk has grown (1e-14)", () => {
	let c = 0;
	// Sublayers 2, 4, 6, ... are the feed-forward networks.
	for (let l = 2; l <= 48; l += 2) c = (l * c + C(c)) / (l + 1);
	for (const placement of ["pre", "res-post"] as const)
		expect(value({ layers: 24, placement, residual: residual(1, 1) })).toBeCloseTo(c, 14);
});

test("post-norm with weights 1 and 1: half of each, and so where nothing normalises leaky relu", () => {
	const expected = repeat(24, (c) => (c + C(c)) / 2);
	expect(value({ layers: 24, placement: "post", residual: residual(1, 1) })).toBeCloseTo(expected, 14);
	expect(value({ layers: 24, placement: "none", residual: residual(1, 1) })).toBeCloseTo(expected, 14);
});

test("parallel blocks: one sum of skip, attention and feed-forward", () => {
	const weights = { skip: 0.5, attention: 0.5, feedForward: Math.SQRT1_2 };
	const expected = repeat(6, (c) => (c + C(c)) / 2);
	expect(value({ layers: 6, residual: { parallel: true, ...weights } })).toBeCloseTo(expected, 14);
});

test("second moments reach the nonlinearities: 1 under pre-norm, 2·4^l where 1:1 skips double them twice a block", () => {
	const moments = (placement: TransformerShape["placement"]) =>
		inputMoments(transformerMap({ layers: 3, placement, residual: residual(1, 1) })).map(
			(q) => +q.toFixed(12),
		);
	expect(moments("pre")).toEqual([1, 1, 1]);
	expect(moments("post")).toEqual([1, 1, 1]);
	expect(moments("none")).toEqual([2, 8, 32]);
	expect(moments("res-post")).toEqual([2, 4, 6]);
});

test("a branch that starts at weight 0 still counts among the sub-networks: SkipInit's slope is one network's", () => {
	const network = transformerMap({ layers: 5, activations: 2, residual: residual(1, 0) });
	expect(compose(network, 0, C)).toBe(0);
	expect(largestSlope(network, 1.1)).toBeCloseTo(1.21, 14);
});

test("no blocks, or blocks of nothing, are refused", () => {
	expect(() => transformerMap({ layers: 0, residual: skipless })).toThrow(/`layers`.*got 0/);
	expect(() => transformerMap({ layers: 2, activations: 0.5, residual: skipless })).toThrow(UserError);
	expect(() => transformerMap({ layers: 2, residual: residual(0, 0) })).toThrow(/`weights`.*got 0, 0/);
});

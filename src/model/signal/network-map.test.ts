import { expect, test } from "vitest";
import { UserError } from "../../error.ts";
import { leakyReluMap } from "./leaky-relu.ts";
import {
	compose,
	identity,
	inputMoments,
	largestCurvature,
	largestSlope,
	largestValue,
	nonlinearity,
	sequence,
	subnetMax,
	weightedSum,
} from "./network-map.ts";

const r = nonlinearity();
const chain = (n: number) => sequence(...Array.from({ length: n }, () => r));
const C = leakyReluMap(0.3);

test("a sequence composes, a sum averages by squared weights, linear layers do nothing", () => {
	expect(compose(chain(3), 0.2, C)).toBe(C(C(C(0.2))));
	expect(compose(identity, 0.2, C)).toBe(0.2);
	const sum = weightedSum([0.6, identity], [0.8, chain(2)]);
	expect(compose(sum, 0.2, C)).toBeCloseTo(0.36 * 0.2 + 0.64 * C(C(0.2)), 15);
	expect(compose(sequence(r, sum, identity), 0, C)).toBe(compose(sum, C(0), C));
});

test("the shares of a sum are of its second moment: weights 3 and 4 count as 0.6 and 0.8", () => {
	const [plain, unit] = [weightedSum([3, identity], [4, r]), weightedSum([0.6, identity], [0.8, r])];
	expect(compose(plain, 0, C)).toBeCloseTo(compose(unit, 0, C), 15);
});

test("in a chain of n slopes multiply and curvatures add", () => {
	expect(largestSlope(chain(7), 1.1)).toBeCloseTo(1.1 ** 7, 13);
	expect(largestCurvature(chain(7), 0.3)).toBeCloseTo(2.1, 13);
	expect(largestValue(chain(2), C)).toBe(C(C(0)));
});

test("the readings are derivatives of the composed map: C′_f(1) and, where slopes are 1, C″_f(1) (1e-5)", () => {
	const network = sequence(r, weightedSum([0.6, r], [0.8, chain(3)]), r);
	const h = 1e-4;
	const quadratic = (slope: number, curvature: number) => (c: number) =>
		1 + slope * (c - 1) + (curvature / 2) * (c - 1) ** 2;
	const f = (c: number) => compose(network, c, quadratic(1.2, 0.4));
	expect((f(1 + h) - f(1 - h)) / (2 * h)).toBeCloseTo(largestSlope(network, 1.2), 5);
	const g = (c: number) => compose(network, c, quadratic(1, 0.4));
	expect((g(1 + h) - 2 * g(1) + g(1 - h)) / h ** 2).toBeCloseTo(largestCurvature(network, 0.4), 5);
});

test("the largest over sub-networks is a branch's where the skip dilutes it, also in branches of branches", () => {
	const deep = chain(9);
	const inner = weightedSum([0.99, identity], [Math.sqrt(1 - 0.99 ** 2), deep]);
	const network = sequence(r, weightedSum([0.9, identity], [Math.sqrt(1 - 0.81), inner]));
	expect(compose(network, 0, C)).toBeLessThan(compose(deep, 0, C));
	expect(subnetMax(network, 0, C)).toBe(compose(deep, 0, C));
	// Of a chain it is the chain, from end to end.
	expect(subnetMax(sequence(network, chain(40)), 0, C)).toBe(compose(sequence(network, chain(40)), 0, C));
});

test("inputs of nonlinearities are listed with their second moments", () => {
	expect(inputMoments(sequence(r, weightedSum([1, identity], [1, nonlinearity(4)])))).toEqual([1, 4]);
});

test("a sum of nothing is refused", () => {
	expect(() => weightedSum([0, identity], [0, r])).toThrow(UserError);
	expect(() => weightedSum([Number.NaN, identity])).toThrow(/`weights`.*got NaN/);
});

import { expect, test } from "vitest";
import { localConditions, secondMoment } from "./local-map.ts";
import { nonlinearity, sequence } from "./network-map.ts";
import {
	type ActivationShape,
	dksLocalSlope,
	dksParameters,
	shaped,
	tatSmoothParameters,
} from "./shaped-activation.ts";
import { type SmoothActivation, smoothActivations } from "./smooth-activation.ts";
import { skipless, transformerMap } from "./transformer-map.ts";

const vanilla = (layers: number) => transformerMap({ layers, residual: skipless });
const names = Object.keys(smoothActivations) as SmoothActivation[];
const shape = (...[inScale, inShift, outShift, outScale]: [number, number, number, number]) => ({
	inScale,
	inShift,
	outShift,
	outScale,
});

test("the specification's DKS shapes at ζ = 1.5 of 12 and 36 nonlinearities in a chain (1.5e-8)", () => {
	const expected: [SmoothActivation, number, ActivationShape][] = [
		["tanh", 12, shape(0.26903082, 0.63609921, -0.53639509, 5.39008398)],
		["softplus", 12, shape(0.72362204, 0.41768613, -0.98315917, 2.29263347)],
		["gelu-tanh", 12, shape(0.25573518, 0.24809459, -0.17215811, 5.63189162)],
		["tanh", 36, shape(0.15186207, 0.57900016, -0.51341316, 9.04154034)],
		["gelu-tanh", 36, shape(0.1434583, 0.25596514, -0.16144802, 9.96016506)],
	];
	for (const [name, n, { ...numbers }] of expected) {
		const found = dksParameters(name, vanilla(n));
		for (const [key, value] of Object.entries(numbers))
			expect(Math.abs(found[key as keyof ActivationShape] - value)).toBeLessThan(1.5e-8);
	}
});

for (const name of names)
	test(`${name}: shaped, it meets its conditions to 1e-8 of κ, from 3 to 1000 nonlinearities`, () => {
		for (const n of [3, 12, 100, 1000]) {
			const dks = localConditions(shaped(smoothActivations[name], dksParameters(name, vanilla(n))));
			const kappa = 1.5 ** (1 / n) - 1;
			expect(Math.abs(dks.q - 1)).toBeLessThan(1e-12);
			expect(Math.abs(dks.c0)).toBeLessThan(1e-12);
			expect(Math.abs(dks.qSlope - 1)).toBeLessThan(1e-8 * kappa);
			expect(Math.abs((dks.slope - 1) / kappa - 1)).toBeLessThan(1e-8);

			const tat = localConditions(shaped(smoothActivations[name], tatSmoothParameters(name, vanilla(n))));
			expect(Math.abs(tat.q - 1)).toBeLessThan(1e-12);
			expect(Math.abs(tat.slope - 1)).toBeLessThan(1e-12);
			expect(Math.abs(tat.qSlope - 1)).toBeLessThan(1e-8 * (0.3 / n));
			expect(Math.abs(tat.curvature / (0.3 / n) - 1)).toBeLessThan(1e-8);
		}
	});

test("after shaping, second moments stay where they are put, to first order: |Q(q) − q| < 0.2(q − 1)²", () => {
	for (const name of names) {
		const f = shaped(smoothActivations[name], dksParameters(name, vanilla(12)));
		for (const q of [0.9, 1.1]) expect(Math.abs(secondMoment(f, q) - q)).toBeLessThan(0.2 * (q - 1) ** 2);
	}
});

test("sigmoid is tanh in other units, σ(x) = ½ + ½tanh(x/2), so both are shaped to one function (1e-8)", () => {
	for (const solve of [dksParameters, tatSmoothParameters]) {
		const [f, g] = (["tanh", "sigmoid"] as const).map((name) =>
			shaped(smoothActivations[name], solve(name, vanilla(12))),
		);
		for (const x of [-2, -0.6, 0.3, 1.7]) expect(f!(x)[0]).toBeCloseTo(g!(x)[0], 8);
	}
});

test("shaped has the derivatives of its values (1e-9)", () => {
	const f = shaped(smoothActivations.gelu, shape(0.7, 0.3, -0.2, 1.9));
	const h = 1e-5;
	for (const x of [-1.3, 0, 0.8]) {
		expect((f(x + h)[0] - f(x - h)[0]) / (2 * h)).toBeCloseTo(f(x)[1], 9);
		expect((f(x + h)[1] - f(x - h)[1]) / (2 * h)).toBeCloseTo(f(x)[2], 9);
	}
});

test("in a chain of n the local slope is ζ^(1/n) (1e-15), also where the bisection overflows", () => {
	for (const n of [1, 12, 200, 5000])
		expect(Math.abs(dksLocalSlope(vanilla(n), 1.5) - 1.5 ** (1 / n))).toBeLessThan(1e-15);
});

test("what cannot be shaped says why: options out of range, no nonlinearity, inputs of other scale, too few", () => {
	expect(() => dksParameters("tanh", vanilla(12), 1)).toThrow(/`zeta`.*got 1\./);
	expect(() => tatSmoothParameters("tanh", vanilla(12), 0)).toThrow(/`tau`.*got 0\./);
	expect(() => dksParameters("tanh", sequence())).toThrow(/nonlinearities, got none/);
	expect(() => tatSmoothParameters("gelu", sequence(nonlinearity(4)))).toThrow(/second moment 1, got 4\./);
	expect(() => dksParameters("softplus", vanilla(1))).toThrow(/`zeta`.*softplus.*got C′\(1\) − 1 = 0\.5000/);
});

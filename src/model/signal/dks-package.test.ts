/**
 * The numbers that the tests of the authors' package have (google-deepmind/dks, tests/test_activation_transform.py):
 * their modified residual network, with skips of weight 0.6 in blocks of three nonlinearities.
 */
import { expect, test } from "vitest";
import { leakyRelu, leakyReluScale } from "./leaky-relu.ts";
import { identity, type NetworkMap, nonlinearity, sequence, weightedSum } from "./network-map.ts";
import {
	type ActivationShape,
	dksLocalSlope,
	dksParameters,
	shaped,
	tatSmoothParameters,
} from "./shaped-activation.ts";
import { type SmoothActivation, smoothActivations } from "./smooth-activation.ts";
import { tatSlope } from "./tailored-leaky-relu.ts";

const r = nonlinearity();
const block = (shortcut: NetworkMap) => weightedSum([0.6, shortcut], [0.8, sequence(r, r, r)]);
const residualNetwork = sequence(
	...[3, 4, 23, 3].flatMap((blocks) =>
		Array.from({ length: blocks }, (_, i) => block(i === 0 ? r : identity)),
	),
	r,
);

/** The package searches its targets to 1e-8, which leaves 3e-8 of the scales. */
function expectShape(found: ActivationShape, expected: readonly [number, number, number, number]) {
	const { inScale, inShift, outShift, outScale } = found;
	for (const [i, x] of [inScale, inShift, outShift, outScale].entries())
		expect(Math.abs(x / expected[i]! - 1)).toBeLessThan(5e-8);
}

test("T23: leaky relu at η = 0.75 has their slope and scale (1e-8), and at 0.95 their values (1e-8)", () => {
	const slope = tatSlope(residualNetwork, 0.75);
	expect(Math.abs(slope - 0.6291800290346146)).toBeLessThan(1e-8);
	expect(Math.abs(leakyReluScale(slope) - 1.196996549778802)).toBeLessThan(1e-8);
	const phi = leakyRelu(tatSlope(residualNetwork, 0.95));
	expect(phi(0.6)).toBeCloseTo(0.7954047194402861, 8);
	expect(phi(-0.6)).toBeCloseTo(-0.2955187511683813, 8);
});

test("T23: DKS at ζ = 1.2 has their local slope (1e-9) and shapes (5e-8)", () => {
	expect(Math.abs(dksLocalSlope(residualNetwork, 1.2) - 1.002770965849537)).toBeLessThan(1e-9);
	const expected = {
		tanh: [0.07461073057540868, 0.5566915199964182, -0.5034378768692127, 18.002635964442558],
		softplus: [0.18761008168267976, 0.40688063442262007, -0.9213466151411376, 8.878672543665223],
		"gelu-tanh": [0.07036271496383567, 0.2586837248593587, -0.15758328114374964, 20.249573305194307],
		gelu: [0.07043253126531114, 0.259489297927707, -0.15815378961903598, 20.21158902315857],
	} as const;
	for (const [name, numbers] of Object.entries(expected))
		expectShape(dksParameters(name as SmoothActivation, residualNetwork, 1.2), numbers);
});

test("T23: TAT of smooth activations at τ = 0.2 has their shapes (5e-8)", () => {
	const expected = {
		tanh: [0.0580205218578313, 0.5218639804099805, -0.4796430704354356, 22.36066261763117],
		softplus: [0.15011489794748328, 0.5374599901127068, -0.996481014465811, 10.54880187880574],
	} as const;
	for (const [name, numbers] of Object.entries(expected))
		expectShape(tatSmoothParameters(name as SmoothActivation, residualNetwork, 0.2), numbers);
});

test("T23: TAT at τ = 4.5, far from linear, has their values at ±0.6 (1e-8); of tanh's two mirrored shapes we take the other", () => {
	const expected = {
		tanh: [0.49030275427738146, -0.6860178437500071],
		softplus: [0.6923574763139374, -0.4935166367766701],
		"gelu-tanh": [0.6922557817568101, -0.491992384704867],
		gelu: [0.6922429517529013, -0.49198103131465193],
	} as const;
	for (const [name, [above, below]] of Object.entries(expected)) {
		const activation = name as SmoothActivation;
		const f = shaped(smoothActivations[activation], tatSmoothParameters(activation, residualNetwork, 4.5));
		expect(f(0.6)[0]).toBeCloseTo(above, 8);
		expect(f(-0.6)[0]).toBeCloseTo(below, 8);
	}
});

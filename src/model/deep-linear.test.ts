import { expect, test } from "vitest";
import { stream } from "../engine/random.ts";
import {
	type DeepLinear,
	deepLinear,
	deepLinearFlow,
	identity,
	imbalanceOf,
	imbalancesOf,
	layersOf,
	lossOf,
	multiply,
	parametersOf,
	productOf,
	transpose,
} from "./deep-linear.ts";
import { alignedStart, balancedStart, gaussianStart, modesOf, targetOf } from "./deep-linear-start.ts";

const network = (sizes: readonly number[]): DeepLinear =>
	deepLinear({ sizes, target: targetOf([3, 1.5, 0.5], sizes.at(-1)!, sizes[0]!, 1) });
const shapes = [
	[5, 6, 4],
	[4, 3, 5, 4],
	[3, 4, 4, 5, 6],
];
const close = (actual: Float64Array, expected: Float64Array, tolerance: number) => {
	expect(actual.length).toBe(expected.length);
	for (const [i, value] of actual.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(tolerance);
};

test("the flow is minus the gradient of the loss: central differences agree to 1e-7", () => {
	for (const sizes of shapes) {
		const net = network(sizes);
		const state = gaussianStart(net, 1, 2);
		const slope = new Float64Array(state.length);
		deepLinearFlow(net)(0, state, slope);
		for (let i = 0; i < state.length; i++) {
			const at = (h: number) => lossOf(net, state.with(i, state[i]! + h));
			expect(Math.abs(slope[i]! + (at(1e-5) - at(-1e-5)) / 2e-5)).toBeLessThan(1e-7);
		}
	}
});

test("along the flow each D_l has a derivative of 0, to rounding: Ẇᵀ W + Wᵀ Ẇ of the layer above is W Ẇᵀ + Ẇ Wᵀ of the one below", () => {
	for (const sizes of shapes) {
		const net = network(sizes);
		const state = gaussianStart(net, 1, 3);
		const slope = new Float64Array(state.length);
		deepLinearFlow(net)(0, state, slope);
		const [weights, rates] = [layersOf(net, state), layersOf(net, slope)];
		for (let l = 0; l + 1 < weights.length; l++) {
			const above = multiply(transpose(weights[l + 1]!, sizes[l + 1]!), rates[l + 1]!, sizes[l + 2]!);
			const below = multiply(rates[l]!, transpose(weights[l]!, sizes[l]!), sizes[l]!);
			// Wᵀ Ẇ = Ẇ Wᵀ is more than is needed: already these halves are equal.
			close(above, below, 1e-12);
		}
	}
});

test("a start lined up with the target has each mode at scale^N in its own direction, and is balanced, to 1e-12", () => {
	for (const sizes of shapes) {
		const net = network(sizes);
		const state = alignedStart(net, 0.3);
		const depth = sizes.length - 1;
		const { left, right, values } = modesOf(net.target, sizes[0]!);
		const product = productOf(net, state);
		for (let k = 0; k < 3; k++) {
			const u = Float64Array.from({ length: sizes.at(-1)! }, (_, i) => left[i * values.length + k]!);
			const v = Float64Array.from({ length: sizes[0]! }, (_, j) => right[j * values.length + k]!);
			const along = multiply(multiply(u, product, u.length), v, v.length)[0]!;
			expect(along).toBeCloseTo(0.3 ** depth, 12);
		}
		expect(imbalanceOf(net, state)).toBeLessThan(1e-12);
	}
});

test("a balanced start is balanced to 1e-12 with a product of norm scale^N; a Gaussian one is not balanced", () => {
	for (const sizes of shapes) {
		const net = network(sizes);
		const state = balancedStart(net, 0.7, 4);
		expect(imbalanceOf(net, state)).toBeLessThan(1e-12);
		expect(modesOf(productOf(net, state), sizes[0]!).values[0]).toBeCloseTo(0.7 ** (sizes.length - 1), 12);
		expect(imbalanceOf(net, gaussianStart(net, 0.7, 4))).toBeGreaterThan(0.1);
		expect(imbalancesOf(net, state)).toHaveLength(sizes.length - 2);
	}
});

test("a target has the singular values that it was asked for, and no others, to 1e-12", () => {
	const { values } = modesOf(targetOf([3, 1.5, 0.5], 4, 6, 7), 6);
	close(Float64Array.from(values), Float64Array.of(3, 1.5, 0.5, 0), 1e-12);
});

test("modes of tall, wide and square matrices multiply back to them, to 1e-12", () => {
	for (const [rows, columns] of [
		[5, 3],
		[3, 5],
		[4, 4],
	] as const) {
		const matrix = stream(1, "matrix").normal(rows * columns);
		const { values, left, right } = modesOf(matrix, columns);
		const scaled = left.map((value, i) => value * values[i % values.length]!);
		close(multiply(scaled, transpose(right, values.length), values.length), matrix, 1e-12);
		expect(values.every((value, i) => i === 0 || value <= values[i - 1]!)).toBe(true);
	}
	close(identity(2), Float64Array.of(1, 0, 0, 1), 1e-15);
});

test("impossible sizes, targets, states and singular values are refused by name", () => {
	const target = new Float64Array(20);
	expect(() => deepLinear({ sizes: [5, 4], target })).toThrow(/Expected `sizes` to be three/);
	expect(() => deepLinear({ sizes: [5, 0, 4], target })).toThrow(/got `5, 0, 4`/);
	expect(() => deepLinear({ sizes: [5, 6, 3], target })).toThrow(/`target` to have 15 entries/);
	expect(() => deepLinear({ sizes: [5, 6, 4], target: target.with(7, Number.NaN) })).toThrow(
		/`NaN` at entry 7/,
	);
	const net = network([5, 6, 4]);
	expect(() => productOf(net, new Float64Array(parametersOf(net) - 1))).toThrow(/5 → 6 → 4/);
	expect(() => targetOf([3, 2, 1], 2, 5, 0)).toThrow(/at most 2 singular values/);
	expect(() => targetOf([1, 2], 4, 5, 0)).toThrow(/positive and falling/);
	expect(() => targetOf([1, 0], 4, 5, 0)).toThrow(/positive and falling/);
});

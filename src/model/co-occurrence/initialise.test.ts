import { expect, test } from "vitest";
import { expectedKappa, type Initialisation, initialise } from "./initialise.ts";

const sizes = { words: 64, width: 128, neurons: 256 };
const names = ["mlp", "value", "key", "query"] as const;
const deviation = (x: Float64Array) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);

/** Standard deviations of W and of W_V, W_K, W_Q as their definitions give them, fan_in 128 and 64. */
const expected: [Initialisation, number[]][] = [
	[{ name: "gaussian", mlp: 0.1, value: 0.03, attention: 0.2 }, [0.1, 0.03, 0.2, 0.2]],
	[{ name: "torch-linear" }, [384 ** -0.5, 192 ** -0.5, 192 ** -0.5, 192 ** -0.5]],
	[{ name: "kaiming-normal" }, [(2 / 128) ** 0.5, (2 / 64) ** 0.5, (2 / 64) ** 0.5, (2 / 64) ** 0.5]],
	[{ name: "kaiming-uniform" }, [(2 / 128) ** 0.5, (2 / 64) ** 0.5, (2 / 64) ** 0.5, (2 / 64) ** 0.5]],
];

for (const [initialisation, deviations] of expected)
	test(`the matrices of ${initialisation.name} have its standard deviations to 3 %, all different, signs ±1`, () => {
		const parameters = initialise(sizes, initialisation, 5);
		for (const [i, name] of names.entries())
			expect(Math.abs(deviation(parameters[name]) / deviations[i]! - 1)).toBeLessThan(0.03);
		expect(new Set(names.map((name) => parameters[name][0]! / deviation(parameters[name]))).size).toBe(4);
		expect(new Set(parameters.signs)).toEqual(new Set([-1, 1]));
		expect(parameters.mlp.length).toBe(256 * 128);
		expect(parameters.query.length).toBe(128 * 64);
	});

test("uniform values stay within ±1/√fan_in, and ±√(6/fan_in)", () => {
	const largest = (x: Float64Array) => x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
	const torch = initialise(sizes, { name: "torch-linear" }, 0);
	expect(largest(torch.mlp)).toBeLessThanOrEqual(128 ** -0.5);
	expect(largest(torch.key)).toBeLessThanOrEqual(1 / 8);
	const kaiming = initialise(sizes, { name: "kaiming-uniform" }, 0);
	expect(largest(kaiming.value)).toBeLessThanOrEqual(Math.sqrt(6 / 64));
	expect(largest(kaiming.value)).toBeGreaterThan(0.99 * Math.sqrt(6 / 64));
});

test("initial values are a function of the seed", () => {
	const of = (seed: number) => initialise(sizes, { name: "torch-linear" }, seed);
	expect(of(3)).toEqual(of(3));
	expect(of(3).key).not.toEqual(of(4).key);
});

test("the paper's experiment has κ(0) = 256 in expectation, m₁m(1/3m + 1/3d)", () => {
	expect(expectedKappa(sizes, { name: "torch-linear" })).toBeCloseTo(256 * 128 * (1 / 384 + 1 / 192), 10);
	expect(expectedKappa({ words: 19, width: 64, neurons: 8 }, expected[0]![0])).toBeCloseTo(5.5808, 10);
});

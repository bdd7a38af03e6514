import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { covarianceMap, gaussianMean } from "./gaussian.ts";
import { cosineMaps, localConditions, secondMoment } from "./local-map.ts";
import { type Smooth, smoothActivations } from "./smooth-activation.ts";

test("means of powers, exponentials and cosines of a normal number are right to 1e-13", () => {
	const means: [(z: number) => number, number][] = [
		[() => 1, 1],
		[(z) => z ** 2, 1],
		[(z) => z ** 8, 105],
		[(z) => Math.exp(z), Math.exp(0.5)],
		[(z) => Math.cos(3 * z), Math.exp(-4.5)],
	];
	for (const [f, mean] of means) expect(Math.abs(gaussianMean(f) - mean)).toBeLessThan(1e-13 * (1 + mean));
});

test("Mehler: E[u³v] = 3c, E[sin(u)sin(v)] = sinh(c)/e, E[e^(2u)e^v] = e^(2.5 + 2c) (1e-12 of the largest)", () => {
	for (const c of [-1, -0.7, 0, 0.3, 0.99, 1]) {
		expect(
			covarianceMap(
				(z) => z ** 3,
				(z) => z,
			)(c),
		).toBeCloseTo(3 * c, 12);
		expect(covarianceMap(Math.sin)(c)).toBeCloseTo(Math.sinh(c) / Math.E, 12);
		const product = covarianceMap(
			(z) => Math.exp(2 * z),
			(z) => Math.exp(z),
		)(c);
		expect(Math.abs(product - Math.exp(2.5 + 2 * c))).toBeLessThan(1e-12 * Math.exp(4.5));
	}
});

for (const [name, f] of Object.entries(smoothActivations))
	test(`${name}: the power series of C, C′, C″ meet the means of one number (1e-11), each the slope of the last (1e-7)`, () => {
		const maps = cosineMaps(f);
		const { c0, slope, curvature, q } = localConditions(f);
		expect(maps.value(0)).toBeCloseTo(c0, 12);
		expect(maps.value(1)).toBeCloseTo(1, 12);
		expect(maps.slope(1)).toBeCloseTo(slope, 12);
		expect(maps.curvature(1)).toBeCloseTo(curvature, 11);
		expect(secondMoment(f, 1)).toBe(q);
		const h = 1e-4;
		for (const c of [-0.8, 0.1, 0.9]) {
			// Central differences leave h²/6 of the third derivative.
			expect((maps.value(c + h) - maps.value(c - h)) / (2 * h)).toBeCloseTo(maps.slope(c), 7);
			expect((maps.slope(c + h) - maps.slope(c - h)) / (2 * h)).toBeCloseTo(maps.curvature(c), 7);
		}
	});

test("Q′(1) = E[z f f′] is the slope of Q (central differences, 1e-8)", () => {
	const h = 1e-4;
	for (const f of Object.values(smoothActivations))
		expect((secondMoment(f, 1 + h) - secondMoment(f, 1 - h)) / (2 * h)).toBeCloseTo(
			localConditions(f).qSlope,
			8,
		);
});

test("gelu's C is the mean over 10⁶ correlated pairs of numbers to 3e-3 (standard error 1e-3)", () => {
	const pairs = 1_000_000;
	const { normal } = stream(1, "c-map");
	const [u, w] = [normal(pairs), normal(pairs, pairs)];
	const gelu: Smooth = smoothActivations.gelu;
	const { value } = cosineMaps(gelu);
	const values = u.map((x) => gelu(x)[0]);
	const q = secondMoment(gelu, 1);
	for (const c of [-0.5, 0, 0.5, 0.9]) {
		let sum = 0;
		for (let i = 0; i < pairs; i++) sum += values[i]! * gelu(c * u[i]! + Math.sqrt(1 - c * c) * w[i]!)[0];
		expect(Math.abs(sum / pairs / q - value(c))).toBeLessThan(3e-3);
	}
});

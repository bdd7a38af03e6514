import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { gaussianMean } from "./gaussian.ts";
import { leakyRelu, leakyReluMap } from "./leaky-relu.ts";

const slopes = [0, 0.1, 0.5, 0.9, 1];
const cosines = Array.from({ length: 401 }, (_, i) => i / 200 - 1);

test("the specification's values of C (§5) to the 8 digits printed", () => {
	const at = [-1, -0.5, 0, 0.25, 0.5, 0.75, 0.9, 0.99];
	const values = {
		0: [0, 0.10899778, 0.31830989, 0.45330988, 0.60899778, 0.78800211, 0.9095384, 0.99030026],
		0.5: [-0.8, -0.37820044, 0.06366198, 0.29066198, 0.52179956, 0.75760042, 0.90190768, 0.99006005],
		0.9: [-0.99447514, -0.49663537, 0.00175862, 0.25112326, 0.5006022, 0.75020996, 0.9000527, 0.99000166],
	};
	for (const [slope, row] of Object.entries(values))
		for (const [i, c] of at.entries())
			expect(Math.abs(leakyReluMap(+slope)(c) - row[i]!)).toBeLessThan(5.1e-9);
});

test("T21: both published forms of C are one function (1e-15), with C(1) = 1, C(−1) = −2a/(1 + a²), C(c) ≥ c", () => {
	for (const a of slopes) {
		const map = leakyReluMap(a);
		for (const c of cosines) {
			const arc = Math.sqrt(1 - c ** 2) + (Math.PI - Math.acos(c)) * c;
			const other = (((1 - a) ** 2 * arc) / Math.PI + 2 * a * c) / (1 + a ** 2);
			expect(Math.abs(map(c) - other)).toBeLessThan(1e-15);
			expect(map(c)).toBeGreaterThanOrEqual(c);
		}
		expect(map(1)).toBe(1);
		expect(map(-1)).toBeCloseTo((-2 * a) / (1 + a ** 2), 15);
		expect([map(1 + 1e-15), map(-1 - 1e-15)]).toEqual([map(1), map(-1)]);
	}
});

test("T21: C′(1) = 1 at every slope: 1 − C(1 − h) is h up to h^(3/2)", () => {
	for (const a of slopes)
		for (const h of [1e-4, 1e-6])
			expect(Math.abs((1 - leakyReluMap(a)(1 - h)) / h - 1)).toBeLessThan(Math.sqrt(h));
});

test("T21: C is the cosine of activations of 2·10⁶ correlated pairs of numbers (1e-3, half a standard error 4e-4)", () => {
	const pairs = 1_000_000;
	const { normal } = stream(1, "c-map");
	const [u, w] = [normal(pairs), normal(pairs, pairs)];
	for (const a of [0, 0.5])
		for (const c of [-0.5, 0.25, 0.75]) {
			const phi = leakyRelu(a);
			let [sum, square] = [0, 0];
			for (let i = 0; i < pairs; i++) {
				const [x, y] = [phi(u[i]!), phi(c * u[i]! + Math.sqrt(1 - c * c) * w[i]!)];
				// The mirrored pair has the same law: antithetic numbers halve the error.
				const [x2, y2] = [phi(-u[i]!), phi(-c * u[i]! - Math.sqrt(1 - c * c) * w[i]!)];
				sum += x * y + x2 * y2;
				square += (x * x + x2 * x2 + y * y + y2 * y2) / 2;
			}
			expect(Math.abs(sum / square - leakyReluMap(a)(c))).toBeLessThan(1e-3);
		}
});

test("T25: Q(q) = q for scaled leaky relu, at every slope and scale (1e-14 of it)", () => {
	for (const a of slopes)
		for (const q of [0.01, 1, 30])
			expect(Math.abs(gaussianMean((z) => leakyRelu(a)(Math.sqrt(q) * z) ** 2) / q - 1)).toBeLessThan(1e-14);
});

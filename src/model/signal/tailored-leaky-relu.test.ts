import { expect, test } from "vitest";
import { leakyReluMap } from "./leaky-relu.ts";
import { largestValue, nonlinearity, sequence } from "./network-map.ts";
import { leastNonlinearities, tatSlope } from "./tailored-leaky-relu.ts";
import { skipless, transformerMap } from "./transformer-map.ts";

const vanilla = (layers: number) => transformerMap({ layers, residual: skipless });

test("T22: the specification's table of slopes by depth and η to 1e-8, and relu's C_f(0) to the digits printed", () => {
	const etas = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99];
	const table: Record<number, readonly [slopes: readonly number[], relu: number]> = {
		6: [[0.33019671, 0.12007827], 0.777229],
		12: [[0.48826429, 0.32502225, 0.20603382], 0.897148],
		18: [[0.56545263, 0.42347664, 0.32155142, 0.14613543], 0.940077],
		24: [[0.61413917, 0.4856131, 0.39370471, 0.2385026, 0.06734687], 0.960571],
		36: [[0.67490423, 0.56354458, 0.4838906, 0.35112126, 0.21093329], 0.979069],
		48: [[0.71287445, 0.6125923, 0.54066555, 0.42116175, 0.29692568], 0.986994],
		72: [[0.75980529, 0.67372096, 0.61161737, 0.50838891, 0.40212895, 0.10667857], 0.99355],
		100: [[0.79269915, 0.71696679, 0.6620271, 0.57043953, 0.47633123, 0.22246675], 0.996423],
		200: [[0.84910374, 0.7920336, 0.75012753, 0.67959964, 0.60674118, 0.41399842], 0.999016],
	};
	for (const [n, [slopes, relu]] of Object.entries(table)) {
		const network = vanilla(+n);
		expect(Math.abs(largestValue(network, leakyReluMap(0)) - relu)).toBeLessThan(5.1e-7);
		for (const [i, eta] of etas.entries())
			if (slopes[i]) expect(Math.abs(tatSlope(network, eta) - slopes[i])).toBeLessThan(1e-8);
			else expect(() => tatSlope(network, eta)).toThrow("Expected `eta` to be at most");
	}
});

test("the network so shaped has C_f(0) = η (1e-14), for skips, norms and parallel blocks", () => {
	const halves = { skip: Math.SQRT1_2, branch: Math.SQRT1_2 };
	const networks = [
		transformerMap({ layers: 36, residual: { parallel: false, attention: halves, feedForward: halves } }),
		transformerMap({
			layers: 24,
			placement: "pre",
			residual: { parallel: true, skip: 0, attention: 1, feedForward: 2 },
		}),
		transformerMap({ layers: 12, activations: 2, residual: skipless }),
	];
	for (const network of networks)
		for (const eta of [0.2, 0.5, 0.8])
			expect(Math.abs(largestValue(network, leakyReluMap(tatSlope(network, eta))) - eta)).toBeLessThan(1e-14);
});

test("large n: n(1 − a)²/(π(1 + a²)) → t(η) = ∫ dc/(√(1 − c²) − c arccos c) from 0 to η, at a rate of 1/n", () => {
	const limits = { 0.5: 0.84455, 0.7: 1.699815, 0.8: 2.559278, 0.9: 4.509938, 0.95: 7.278662 };
	for (const [eta, t] of Object.entries(limits)) {
		const integrand = (c: number) => 1 / (Math.sqrt(1 - c * c) - c * Math.acos(c));
		const n = 2000;
		const h = +eta / n;
		let simpson = integrand(0) + integrand(+eta);
		for (let i = 1; i < n; i++) simpson += (i % 2 ? 4 : 2) * integrand(i * h);
		expect(Math.abs((simpson * h) / 3 - t)).toBeLessThan(1e-6);
		const reached = (layers: number) => {
			const a = tatSlope(sequence(...Array.from({ length: layers }, () => nonlinearity())), +eta);
			return (layers * (1 - a) ** 2) / (Math.PI * (1 + a * a));
		};
		const [error, half] = [reached(2000) / t - 1, reached(4000) / t - 1];
		expect(Math.abs(error)).toBeLessThan(2e-3);
		expect(error / half).toBeCloseTo(2, 1);
	}
});

test("T24: 12 relus reach 0.897148 only; the error says so, and that η = 0.9 takes 13", () => {
	expect(() => tatSlope(vanilla(12), 0.9)).toThrow(
		/`eta` to be at most 0.897148, .*got 0.9\..*at least 13\./,
	);
	expect(leastNonlinearities(0.9)).toBe(13);
	expect(tatSlope(vanilla(13), 0.9)).toBeLessThan(0.05);
	expect(tatSlope(vanilla(12), 0.897147)).toBeLessThan(1e-3);
});

test("η outside (0, 1), and a network without nonlinearities, are refused", () => {
	for (const eta of [0, 1, -0.5, Number.NaN]) expect(() => tatSlope(vanilla(24), eta)).toThrow(/`eta`/);
	expect(() => tatSlope(sequence(), 0.5)).toThrow(/at most 0,/);
	expect(leastNonlinearities(1)).toBe(Number.POSITIVE_INFINITY);
});

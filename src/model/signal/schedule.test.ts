import { expect, test } from "vitest";
import { espaGammas, gammaSteps, mlpAwareRhos, rhoSteps, uspaRhos } from "./schedule.ts";

/** C of the leaky ReLU √(2/(1 + a²))·(x > 0 ? x : a x): the specification, §5. */
const leakyRelu =
	(a: number) =>
	(c: number): number =>
		c + ((1 - a) ** 2 / (Math.PI * (1 + a * a))) * (Math.sqrt(1 - c * c) - c * Math.acos(c));

test("the decays of 36 layers with γ_L = 0.005 are those of the specification's table, to its ten digits", () => {
	const gammas = espaGammas(36, 0.005);
	const table: [number, number, number][] = [
		[1, 1.0593009688, 0.9379767814],
		[2, 0.743718157, 0.8798004424],
		[3, 0.5712954001, 0.8252323872],
		[6, 0.3115984467, 0.681008493],
		[12, 0.1210899201, 0.4637725675],
		[18, 0.0525416771, 0.3158330573],
		[24, 0.0236829058, 0.2150849943],
		[30, 0.0108441705, 0.1464747079],
		[35, 0.0056870056, 0.1063464704],
		[36, 0.005, 0.0997505201],
	];
	expect(gammas).toHaveLength(37);
	expect(gammas[0]).toBe(Number.POSITIVE_INFINITY);
	for (const [l, gamma, alpha] of table) {
		expect(Math.abs(gammas[l]! - gamma)).toBeLessThan(6e-11);
		expect(Math.abs(Math.sqrt(-Math.expm1(-2 * gammas[l]!)) - alpha)).toBeLessThan(6e-11);
	}
});

test("the decays of 6 and 12 layers and the cosines of 12 are those of the specification, to its digits", () => {
	const six = [0.3115984467, 0.1210899201, 0.0525416771, 0.0236829058, 0.0108441705, 0.005];
	const twelve = [
		0.5712954, 0.31159845, 0.18977666, 0.12108992, 0.07919005, 0.05254168, 0.03517419, 0.02368291, 0.01600573,
		0.01084417, 0.00735936, 0.005,
	];
	const cosines = [
		0.12551473, 0.23527551, 0.3312597, 0.41519645, 0.48859791, 0.5527864, 0.6089183, 0.65800481, 0.70093024,
		0.7384679, 0.77129403, 0.8,
	];
	for (const [l, gamma] of six.entries()) expect(espaGammas(6, 0.005)[l + 1]).toBeCloseTo(gamma, 10);
	for (const [l, gamma] of twelve.entries()) expect(espaGammas(12, 0.005)[l + 1]).toBeCloseTo(gamma, 8);
	for (const [l, rho] of cosines.entries()) expect(uspaRhos(12, 0.8)[l + 1]).toBeCloseTo(rho, 8);
});

test("α is geometric to 1e-13 for γ_L from 1e-6 to 20, where the printed formula loses its digits", () => {
	for (const gammaL of [1e-6, 1e-3, 0.2, 3, 20]) {
		const gammas = espaGammas(10, gammaL);
		const logs = Array.from(gammas.subarray(1), (gamma) =>
			gamma > 0.3 ? Math.log1p(-Math.exp(-2 * gamma)) : Math.log(-Math.expm1(-2 * gamma)),
		);
		for (const [l, log] of logs.entries())
			expect(Math.abs(log / logs[9]! - (l + 1) / 10)).toBeLessThan(1e-13);
	}
});

test("a path of cosines that begins at ρ_0 ends at ρ_L exactly, and 1 − ρ falls by the same factor, to 1e-14", () => {
	for (const start of [0, 0.02, 0.1, 0.3, 0.7]) expect(uspaRhos(9, 0.8, start)[0]).toBe(start);
	const rhos = uspaRhos(9, 0.8, 0.124);
	expect(rhos[9]).toBe(0.8);
	const factor = (0.2 / 0.876) ** (1 / 9);
	for (const { rhoIn, rhoOut } of rhoSteps(rhos))
		expect(Math.abs((1 - rhoOut) / (1 - rhoIn) - factor)).toBeLessThan(1e-14);
});

test("steps join neighbours of a path, one a layer", () => {
	const gammas = espaGammas(3, 0.2);
	expect(gammaSteps(gammas)).toEqual([
		{ gammaIn: Number.POSITIVE_INFINITY, gammaOut: gammas[1] },
		{ gammaIn: gammas[1], gammaOut: gammas[2] },
		{ gammaIn: gammas[2], gammaOut: 0.2 },
	]);
});

test("24 layers with leaky ReLUs of slope 0.61414 reach ρ_L = 0.8 with k = 0.95657, to 1e-14 after the last", () => {
	const cMap = leakyRelu(0.61413917);
	const { steps, ratio } = mlpAwareRhos(24, 0.8, cMap);
	expect(ratio).toBeCloseTo(0.95657, 5);
	expect(Math.abs(cMap(steps[23]!.rhoOut) - 0.8)).toBeLessThan(1e-14);
	for (const [l, { rhoIn, rhoOut }] of steps.entries()) {
		expect(rhoIn).toBe(l === 0 ? 0 : cMap(steps[l - 1]!.rhoOut));
		expect(Math.abs((1 - rhoOut) / (1 - rhoIn) - ratio)).toBeLessThan(1e-14);
	}
});

test("with linear networks the path that knows of them is the path of attention alone, to 1e-14", () => {
	const { steps } = mlpAwareRhos(12, 0.8, (c) => c, 0.1);
	for (const [l, step] of rhoSteps(uspaRhos(12, 0.8, 0.1)).entries()) {
		expect(Math.abs(steps[l]!.rhoIn - step.rhoIn)).toBeLessThan(1e-14);
		expect(Math.abs(steps[l]!.rhoOut - step.rhoOut)).toBeLessThan(1e-14);
	}
});

test("24 ReLU networks reach a cosine of 0.960571 alone: a path to 0.9 is refused and says so", () => {
	expect(() => mlpAwareRhos(24, 0.9, leakyRelu(0))).toThrow(/Expected `rhoL` to be at least 0\.96057/);
	expect(mlpAwareRhos(24, 0.97, leakyRelu(0)).ratio).toBeLessThan(1);
});

test("a path that is none is refused, and the message names what was given", () => {
	expect(() => espaGammas(0, 0.1)).toThrow("Expected `layers` to be a positive integer, got 0");
	expect(() => espaGammas(2.5, 0.1)).toThrow("got 2.5");
	for (const gammaL of [0, -1, Number.NaN])
		expect(() => espaGammas(3, gammaL)).toThrow(`Expected \`gammaL\` to be above 0, got ${gammaL}`);
	expect(() => espaGammas(3, Number.POSITIVE_INFINITY)).toThrow("Expected `gammaL` to be finite");
	for (const rhoL of [-0.1, 1, 1.5, Number.NaN])
		expect(() => uspaRhos(3, rhoL)).toThrow(`Expected \`rhoL\` to be in [0, 1), got ${rhoL}`);
	expect(() => uspaRhos(3, 0.5, 1)).toThrow("Expected `start` to be in [0, 1), got 1");
	expect(() => uspaRhos(3, 0.2, 0.5)).toThrow("Expected `rhoL` to be above `start` (0.5), got 0.2");
	expect(() => uspaRhos(3, 0)).toThrow("Expected `rhoL` to be above `start` (0), got 0");
});

import { expect, test } from "vitest";
import { erf, smoothActivations } from "./smooth-activation.ts";

test("erf to 4e-16: the C library's values, odd, ±1 beyond 6", () => {
	const known = {
		0.5: 0.5204998778130465,
		1: 0.8427007929497149,
		2: 0.9953222650189527,
		3: 0.9999779095030014,
	};
	for (const [x, value] of Object.entries(known)) {
		expect(Math.abs(erf(+x) - value)).toBeLessThan(4e-16);
		expect(erf(-x)).toBe(-erf(+x));
	}
	expect(erf(1e-9) / 1e-9).toBeCloseTo(2 / Math.sqrt(Math.PI), 15);
	expect([erf(6), erf(-40), erf(0)]).toEqual([1, -1, 0]);
});

test("each activation at 1 is what its definition says (1e-15)", () => {
	const cdf = (1 + erf(Math.SQRT1_2)) / 2;
	const cubic = 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * 1.044715));
	const logistic = 1 / (1 + Math.exp(-1));
	const values = {
		tanh: Math.tanh(1),
		sigmoid: logistic,
		softplus: Math.log(1 + Math.E),
		gelu: cdf,
		"gelu-tanh": cubic,
		silu: logistic,
	};
	for (const [name, value] of Object.entries(values))
		expect(Math.abs(smoothActivations[name as keyof typeof values](1)[0] - value)).toBeLessThan(1e-15);
});

for (const [name, f] of Object.entries(smoothActivations)) {
	test(`${name}: its derivatives are those of its values and slopes (central differences, 1e-9)`, () => {
		const h = 1e-5;
		for (let x = -6; x <= 6; x += 0.37) {
			const [[above, slopeAbove], [below, slopeBelow]] = [f(x + h), f(x - h)];
			const [, slope, curvature] = f(x);
			expect(Math.abs((above - below) / (2 * h) - slope)).toBeLessThan(1e-9);
			expect(Math.abs((slopeAbove - slopeBelow) / (2 * h) - curvature)).toBeLessThan(1e-9);
		}
	});

	test(`${name}: finite far out, where quadrature looks`, () => {
		for (const x of [-1000, -40, 40, 1000]) for (const y of f(x)) expect(Number.isFinite(y)).toBe(true);
	});
}

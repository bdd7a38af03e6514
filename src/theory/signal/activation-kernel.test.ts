import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { leakyRelu, leakyReluMap, leakyReluScale } from "../../model/signal/leaky-relu.ts";
import { smoothActivations } from "../../model/signal/smooth-activation.ts";
import { fromLocalMaps, gated, leakyReluActivation, smoothActivation } from "./activation-kernel.ts";
import { kernelFrom } from "./kernel.ts";

/** Two tokens with q values 0.5 and 2 and cosine −0.3. */
const [q0, q1, c] = [0.5, 2, -0.3];
const pair = kernelFrom(2, (i, j) => (i !== j ? c * Math.sqrt(q0 * q1) : i === 0 ? q0 : q1));

/** E[f(u)] for (u, v) ~ N(0, pair): the trapezoid rule in both, with error far below 1e-9 for smooth f. */
function mean(f: (u: number, v: number) => number): number {
	const h = 1 / 16;
	let sum = 0;
	for (let z = -9; z <= 9; z += h)
		for (let w = -9; w <= 9; w += h) {
			const u = Math.sqrt(q0) * z;
			const v = Math.sqrt(q1) * (c * z + Math.sqrt(1 - c * c) * w);
			sum += f(u, v) * Math.exp(-(z * z + w * w) / 2);
		}
	return (sum * h * h) / (2 * Math.PI);
}

test.each(["gelu", "silu", "tanh", "softplus"] as const)(
	"kernels after %s of tokens of different length are Gaussian means (1e-8)",
	(name) => {
		const phi = (x: number) => smoothActivations[name](x)[0];
		const { values } = smoothActivation(phi)(pair);
		expect(Math.abs(values[0]! - mean((u) => phi(u) ** 2))).toBeLessThan(1e-8);
		expect(Math.abs(values[1]! - mean((u, v) => phi(u) * phi(v)))).toBeLessThan(1e-8);
		expect(Math.abs(values[3]! - mean((_, v) => phi(v) ** 2))).toBeLessThan(1e-8);
		expect(values[2]).toBe(values[1]);
	},
);

test("leaky relu of slope .3 by its closed form is the Gaussian mean (1e-3, the quadrature's error at its kink)", () => {
	const phi = leakyRelu(0.3);
	const { values } = leakyReluActivation(0.3, leakyReluScale(0.3))(pair);
	expect(values[0]).toBeCloseTo(q0, 14);
	expect(values[3]).toBeCloseTo(q1, 14);
	expect(Math.abs(values[1]! - mean((u, v) => phi(u) * phi(v)))).toBeLessThan(1e-3);
});

test("relu halves q values: scale 1 and slope 0", () => {
	const { values } = leakyReluActivation(0, 1)(pair);
	expect(values[0]).toBeCloseTo(q0 / 2, 14);
	expect(values[1]).toBeCloseTo((Math.sqrt(q0 * q1) / 2) * leakyReluMap(0)(c), 14);
});

test("swiglu's kernel is silu's times that of its gate (1e-8)", () => {
	const silu = (x: number) => smoothActivations.silu(x)[0];
	const { values } = gated(smoothActivation(silu))(pair);
	const gate = c * Math.sqrt(q0 * q1);
	expect(Math.abs(values[1]! - gate * mean((u, v) => silu(u) * silu(v)))).toBeLessThan(1e-8);
});

test("gelu of q = 100, almost a relu, keeps its q value to 1e-4 though the series ends early", () => {
	const phi = (x: number) => smoothActivations.gelu(x)[0];
	const step = 1 / 256;
	let exact = 0;
	for (let z = -9; z <= 9; z += step) exact += phi(10 * z) ** 2 * Math.exp((-z * z) / 2) * step;
	exact /= Math.sqrt(2 * Math.PI);
	const [value] = smoothActivation(phi)(kernelFrom(1, () => 100)).values;
	expect(Math.abs(value! / exact - 1)).toBeLessThan(1e-4);
	// relu itself is further off.
	expect(50 / exact - 1).toBeGreaterThan(3e-4);
});

test("rounding beyond a cosine of 1 stays in the domain of C", () => {
	const { tokens, values } = fromLocalMaps({ Q: (q) => q, C: Math.acos })(kernelFrom(2, () => 0.1));
	expect(tokens).toBe(2);
	expect(values.every(Number.isFinite)).toBe(true);
	const x = stream(1, "rounding").normal(40);
	const equal = kernelFrom(40, (i, j) => x[i]! * x[j]!);
	expect(leakyReluActivation(0.1, 1)(equal).values.every(Number.isFinite)).toBe(true);
});

import { expect, test } from "vitest";
import { stream } from "../engine/random.ts";
import {
	alignedInverseSqrtAsymptote,
	closedForm,
	fixedLength,
	misalignedInverseBound,
	misalignedInverseSqrtAsymptote,
	recursion,
	scaleInvariant,
	stepConstantOf,
} from "./dynamics.ts";
import {
	constantRate,
	inverseRate,
	inverseSqrtRate,
	type RateLaw,
	rateAt,
	t5Rate,
	warmupConstantRate,
	warmupInverseSqrtRate,
} from "./rate-law.ts";

const laws: Record<string, RateLaw> = {
	constant: constantRate(1e-3),
	"1/√t": inverseSqrtRate(1),
	"1/t": inverseRate(1),
	"warm-up, constant": warmupConstantRate(1e-3, 700),
	"warm-up, 1/√t": warmupInverseSqrtRate(0.03, 700),
	T5: t5Rate(),
};
const times = [1, 2, 3, 10, 100, 699, 700, 701, 10_000, 10_001, 100_000];

for (const [name, law] of Object.entries(laws))
	test(`${name}: closed form and recursion agree to 1e-9 in the norm, aligned and misaligned`, () => {
		for (const direction of ["aligned", "misaligned"] as const)
			for (const a of [0.1, 0.5, 0.9, 1, 2]) {
				const steps = recursion(direction, a, (t) => rateAt(law, t), times);
				for (const [i, t] of times.entries())
					expect(Math.abs(Math.expm1(closedForm(direction, a, law, t) - steps[i]!))).toBeLessThan(1e-9);
			}
	});

test("misaligned at 1/√t with a = 1, the norm is r_1·√t exactly (1e-9 after 100,000 steps)", () => {
	// After n updates t = n + 1.
	const growth = recursion("misaligned", 1, (t) => 1 / Math.sqrt(t), times);
	for (const [i, n] of times.entries())
		expect(Math.abs(Math.exp(growth[i]!) / Math.sqrt(n + 1) - 1)).toBeLessThan(1e-9);
});

test("misaligned at 1/√t, r tends to t^(a²/2)/√Γ(1 + a²): √t only for a = 1", () => {
	for (const a of [0.3, 0.5, 1, 1.5]) {
		const exact = Math.exp(closedForm("misaligned", a, inverseSqrtRate(1), 1e8));
		expect(Math.abs(misalignedInverseSqrtAsymptote(a, 1e8) / exact - 1)).toBeLessThan(1e-7);
		const later = closedForm("misaligned", a, inverseSqrtRate(1), 2e8) - Math.log(exact);
		expect(later / Math.LN2).toBeCloseTo(a ** 2 / 2, 7);
	}
});

test("aligned at 1/√t, the asymptote with ζ(½) leaves 7e-4 at a = 0.1, 0.09 at 0.5, 0.6 at 1 (t = 100,000)", () => {
	const left = (a: number) =>
		closedForm("aligned", a, inverseSqrtRate(1), 1e5 - 1) - alignedInverseSqrtAsymptote(a, 1e5);
	expect(left(0.1).toFixed(4)).toBe("0.0007");
	expect(left(0.5).toFixed(2)).toBe("0.09");
	expect(left(1).toFixed(1)).toBe("0.6");
});

test("misaligned at 1/t, r² stays below sinh(πa)/(πa) and reaches it to 1e-5 in 200,000 steps (a = 1: 3.676)", () => {
	for (const a of [0.5, 1]) {
		const square = Math.exp(2 * recursion("misaligned", a, (t) => 1 / t, [200_000])[0]!);
		expect(square).toBeLessThan(misalignedInverseBound(a));
		expect(square / misalignedInverseBound(a)).toBeGreaterThan(1 - 1e-5);
	}
	expect(misalignedInverseBound(1).toFixed(3)).toBe("3.676");
});

test("aligned at 1/t, r grows like t^a", () => {
	for (const a of [0.5, 1, 2]) {
		const [early, late] = [1e7, 2e7].map((t) => closedForm("aligned", a, inverseRate(1), t));
		expect((late! - early!) / Math.LN2).toBeCloseTo(a, 6);
	}
});

test("T5's schedule with a = 1 lets the norm grow 11.94-fold; its 7.30 and 8.85 need a = 0.895 and 0.938", () => {
	const grown = Math.exp(closedForm("misaligned", 1, t5Rate(), 524_288));
	expect(grown.toFixed(2)).toBe("11.94");
	expect(Math.abs(grown / Math.sqrt((Math.E * 524_288) / 10_000) - 1)).toBeLessThan(1e-4);
	const needed = (ratio: number) =>
		stepConstantOf(ratio, (a) => closedForm("misaligned", a, t5Rate(), 524_288));
	expect(needed(7.302).toFixed(3)).toBe("0.895");
	expect(needed(8.853).toFixed(3)).toBe("0.938");
});

test("the constant is recovered from the growth that it makes, also above 1", () => {
	const growth = (a: number) => closedForm("misaligned", a, constantRate(0.02), 500);
	for (const a of [0.05, 0.7, 3.2]) expect(stepConstantOf(Math.exp(growth(a)), growth)).toBeCloseTo(a, 12);
});

test("steps of constant length give √t at a constant rate and √ln t at 1/√t", () => {
	const [early, late] = fixedLength(0, 2, () => 0.01, [100, 400]);
	expect(late! / early!).toBeCloseTo(2, 12);
	const norms = fixedLength(0, 1, (t) => 1 / Math.sqrt(t), [1e3, 1e6]);
	const [first, second] = norms.map((norm) => norm ** 2 - Math.log(norm === norms[0] ? 1e3 : 1e6));
	// Σ1/i = ln t + γ + 1/2t.
	expect(first! - second!).toBeCloseTo(1 / 2e3, 5);
});

test("scale-invariant descent follows r⁴ = r_0⁴ + 2G²Ση² to 1e-5: t^¼ at a constant rate, (ln t)^¼ at 1/√t", () => {
	const rates: [(t: number) => number, (t: number) => number][] = [
		[() => 0.01, (t) => t * 1e-4],
		[(t) => 0.01 / Math.sqrt(t), (t) => (Math.log(t) + 0.5772156649) * 1e-4],
	];
	for (const [rate, squares] of rates) {
		const [norm] = scaleInvariant(1, 0.3, rate, [100_000]);
		expect(Math.abs(norm! / (1 + 2 * 0.09 * squares(100_000)) ** 0.25 - 1)).toBeLessThan(1e-5);
	}
	const [early, late] = scaleInvariant(0.3, 1, () => 0.1, [1e6, 16e6]);
	expect(Math.abs(late! / early! / 2 - 1)).toBeLessThan(1e-5);
});

test("on a Rayleigh quotient ‖w_t‖² = ‖w_0‖² + Ση²‖g‖² to 3e-15 relative over 1,000 steps", () => {
	const n = 20;
	const values = stream(1, "rayleigh").normal(n * n);
	const A = (i: number, j: number) => values[i * n + j]! + values[j * n + i]!;
	const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
	let w = stream(2, "rayleigh").normal(n);
	const initial = dot(w, w);
	let square = initial;
	for (let step = 0; step < 1000; step++) {
		const Aw = w.map((_, i) => w.reduce((sum, value, j) => sum + A(i, j) * value, 0));
		const norm = dot(w, w);
		const quotient = dot(w, Aw) / norm;
		const g = w.map((value, i) => (2 * (Aw[i]! - quotient * value)) / norm);
		square += 0.5 ** 2 * dot(g, g);
		w = w.map((value, i) => value - 0.5 * g[i]!);
	}
	expect(Math.abs(dot(w, w) / square - 1)).toBeLessThan(3e-15);
	expect(square).toBeGreaterThan(1.05 * initial);
});

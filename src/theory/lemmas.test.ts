import { expect, test } from "vitest";
import { stream } from "../engine/random.ts";
import {
	logistic,
	logisticBound,
	maximisersOf,
	normaliseBound,
	normaliseOf,
	printedSoftmaxBound,
	softmaxBound,
	softmaxError,
	softmaxOf,
	tanhBound,
} from "./lemmas.ts";

const draws = 20_000;
/** Rounding of a difference of two numbers of at most 1, and a little. */
const rounding = 4e-16;

const scalarLemmas = [
	["L6: |σ(cx) − σ(x)| ≤ 1 / (e^|x| + 1)", logistic, logisticBound],
	["L8: |tanh(cx) − tanh(x)| ≤ 2 / (e^2|x| + 1)", Math.tanh, tanhBound],
] as const;

for (const [sentence, f, bound] of scalarLemmas)
	test(`${sentence} for 2·10⁴ random x and c ≥ 1, up to rounding, and attained for large c`, () => {
		const u = stream(5, "lemmas").uniform(2 * draws);
		let attained = 0;
		for (let i = 0; i < draws; i++) {
			const x = 60 * u[2 * i]! - 30;
			const c = 10 ** (9 * u[2 * i + 1]!);
			expect(Math.abs(f(c * x) - f(x)) - bound(x)).toBeLessThanOrEqual(rounding);
			attained = Math.max(attained, Math.abs(Math.abs(f(1e9 * x) - f(x)) - bound(x)));
		}
		expect(attained).toBeLessThan(rounding);
	});

test("L7, corrected: the softmax error is within its bound for 2·10⁴ vectors, with ties and without", () => {
	const { normal } = stream(5, "vectors");
	const u = stream(5, "sizes").uniform(3 * draws);
	let ties = 0;
	let closest = 0;
	for (let i = 0; i < draws; i++) {
		const n = 1 + Math.floor(9 * u[3 * i]!);
		const x = [...normal(n, 10 * i)].map((value) => value * 10 ** (3 * u[3 * i + 1]! - 1));
		if (i % 3 === 0) x.fill(Math.max(...x), 0, Math.ceil(n / 2));
		const c = 10 ** (9 * u[3 * i + 2]!);
		const bound = softmaxBound(x);
		const [p, scaled] = [softmaxOf(x), softmaxOf(x.map((value) => c * value))];
		for (const [k, value] of p.entries())
			expect(Math.abs(scaled[k]! - value) - bound[k]!).toBeLessThanOrEqual(rounding);
		if (maximisersOf(x).count > 1) ties++;
		if (bound.every((b) => b > 1e-3)) closest = Math.max(closest, softmaxError(x, c, bound).ratio);
	}
	expect(ties).toBeGreaterThan(5000);
	// The bound is not idle: some vector comes within a tenth of it.
	expect(closest).toBeGreaterThan(0.9);
});

test("L7 as printed fails: (100, 99.9) has norm 141 and an error of 0.475", () => {
	const x = [100, 99.9];
	const { error } = softmaxError(x, 1000, softmaxBound(x));
	expect(Math.hypot(...x)).toBeCloseTo(141.35, 2);
	expect(error).toBeCloseTo(0.475, 3);
	// No rate d of a decay e^(−d‖x‖) survives: the error of (t, t − 0.1) is the same for every t.
	for (const t of [10, 1e3, 1e5])
		expect(softmaxError([t, t - 0.1], 1e9, softmaxBound([t, t - 0.1])).error).toBeCloseTo(error, 6);
	expect(error).toBeGreaterThan(printedSoftmaxBound([1e5, 1e5 - 0.1], 1e-4));
});

test("maximisers are counted and the gap is to the next smaller entry", () => {
	expect(maximisersOf([1, 4, 4, 2.5])).toEqual({ count: 2, gap: 1.5 });
	expect(maximisersOf([3, 3])).toEqual({ count: 2, gap: Number.POSITIVE_INFINITY });
});

test("L5: ‖LN(v + ε) − LN(v)‖ ≤ 2‖ε‖ / ‖v − mean‖ for 10⁴ random v and ε, and LN has norm 1", () => {
	const { normal } = stream(5, "norm");
	const u = stream(5, "size").uniform(10_000);
	for (let i = 0; i < 10_000; i++) {
		const v = [...normal(6, 12 * i)];
		const epsilon = [...normal(6, 12 * i + 6)].map((x) => x * 10 ** (4 * u[i]! - 3));
		const [clean, disturbed] = [normaliseOf(v), normaliseOf(v.map((x, k) => x + epsilon[k]!))];
		expect(Math.hypot(...clean)).toBeCloseTo(1, 12);
		const distance = Math.hypot(...clean.map((x, k) => disturbed[k]! - x));
		expect(distance).toBeLessThanOrEqual(normaliseBound(v, epsilon) * (1 + 1e-12));
	}
});

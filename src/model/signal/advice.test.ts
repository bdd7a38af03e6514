import { expect, test } from "vitest";
import {
	adviseSpa,
	gammaRange,
	inflatedDiagonal,
	inflationLimit,
	leastGamma,
	repeatedShare,
} from "./advice.ts";
import { bidirectionalESpa } from "./bidirectional.ts";
import { eSpa } from "./e-spa.ts";
import { product, type SpaLayer } from "./layer.ts";
import { uSpa } from "./u-spa.ts";

const exponential = eSpa({ gammaIn: Number.POSITIVE_INFINITY, gammaOut: 0.005 });
const uniform = uSpa({ rhoIn: 0, rhoOut: 0.8 });

test("with r = 0.02 E-SPA's last diagonal is 7.84 at 512 tokens, 2.95 at 128, and tends to 8.98; U-SPA's is 1.29", () => {
	expect(inflatedDiagonal(exponential, 0.02, 512)[511]).toBeCloseTo(7.84, 2);
	expect(inflatedDiagonal(exponential, 0.02, 128)[127]).toBeCloseTo(2.95, 2);
	expect(inflationLimit(0.005, 0.02)).toBeCloseTo(8.98, 3);
	expect(uniform.rescaling(512)[511]).toBeCloseTo(3.94, 2);
	expect(inflatedDiagonal(uniform, 0.02, 512)[511]).toBeCloseTo(1.29, 2);
});

test("the limit is 1 + r((1 + b)/(1 − b) − 1) to 1e-12, and late tokens reach it to 1e-8", () => {
	for (const gamma of [0.02, 0.2, 1]) {
		const b = Math.exp(-gamma);
		expect(Math.abs(inflationLimit(gamma, 0.1) - (1 + 0.1 * ((1 + b) / (1 - b) - 1)))).toBeLessThan(1e-12);
		const whole = eSpa({ gammaIn: Number.POSITIVE_INFINITY, gammaOut: gamma });
		expect(Math.abs(inflatedDiagonal(whole, 0.1, 1200)[1199]! - inflationLimit(gamma, 0.1))).toBeLessThan(
			1e-8,
		);
	}
});

test("the prediction is the diagonal of A((1 − r)I + r 1 1ᵀ)Aᵀ to 1e-12, causal and not", () => {
	const [length, r] = [40, 0.06];
	const layers: SpaLayer[] = [
		exponential,
		uniform,
		bidirectionalESpa({ gammaIn: Number.POSITIVE_INFINITY, gammaOut: 0.05 }),
	];
	const start = new Float64Array(length * length).fill(r);
	for (let i = 0; i < length; i++) start[i * (length + 1)] = 1;
	for (const whole of layers) {
		const matrix = whole.matrix(length);
		const mixed = product(matrix, start, length, length);
		for (const [i, predicted] of inflatedDiagonal(whole, r, length).entries()) {
			let measured = 0;
			for (let k = 0; k < length; k++) measured += mixed[i * length + k]! * matrix[i * length + k]!;
			expect(Math.abs(predicted - measured)).toBeLessThan(1e-12);
		}
	}
});

test("the least γ_L for a bound on the diagonal has that limit, to 1e-12", () => {
	for (const [share, most] of [
		[0.02, 4],
		[0.124, 2],
		[0.005, 1.5],
	] as const)
		expect(Math.abs(inflationLimit(leastGamma(share, most), share) - most)).toBeLessThan(1e-12);
	expect(leastGamma(0, 2)).toBe(0);
	expect(() => leastGamma(0.1, 1)).toThrow("Expected `most` to be above 1, got 1");
});

test("the share of repeats counts equal pairs: 1 of 6 in abca, 3 of 6 in aaab, a mean over sequences", () => {
	expect(repeatedShare([0, 1, 2, 0], 4)).toBeCloseTo(1 / 6, 15);
	expect(repeatedShare([5, 5, 5, 1], 4)).toBeCloseTo(3 / 6, 15);
	expect(repeatedShare(Int32Array.of(0, 1, 2, 0, 5, 5, 5, 1), 4)).toBeCloseTo(4 / 12, 15);
	expect(repeatedShare([1, 2, 3], 3)).toBe(0);
	expect(() => repeatedShare([1, 2, 3], 2)).toThrow("sequences of `length` 2, at least 2, got 3 tokens");
	expect(() => repeatedShare([1], 1)).toThrow("got 1 tokens");
});

test("γ_L·T from 2.5 to 10: the published 0.005 is at the lower end for 512 tokens, below it for 64", () => {
	expect(gammaRange(512).least).toBeLessThan(0.005);
	expect(gammaRange(512).most).toBeGreaterThan(0.005);
	expect(gammaRange(64).least).toBeGreaterThan(0.005);
});

test("characters, r = 0.124: E-SPA at 64 tokens, with half the decay if positions are learned; U-SPA at 512", () => {
	const characters = { length: 64, share: 0.124 } as const;
	const learned = adviseSpa({ ...characters, positions: "learned" });
	expect(learned.kind).toBe("e-spa");
	expect(learned.share).toBe(0.062);
	expect(inflationLimit(learned.gammaL!.least, learned.share)).toBeLessThanOrEqual(4 + 1e-12);
	const [without, longer] = [64, 512].map((length) => adviseSpa({ length, share: 0.124, positions: "rope" }));
	// Twice the repeats ask for twice the decay, which still suits 64 tokens, but not 512.
	expect(without!.gammaL!.least).toBeGreaterThan(1.9 * learned.gammaL!.least);
	expect(longer!.kind).toBe("u-spa");
	expect(longer!.share).toBe(0.124);
	expect(longer!.gammaL).toBeUndefined();
	expect(longer!.reasons.at(-1)).toContain("U-SPA");
});

test("sinusoidal positions are advised against", () => {
	const { reasons } = adviseSpa({ length: 128, share: 0.02, positions: "sinusoidal" });
	expect(reasons.some((reason) => reason.includes("Sinusoidal"))).toBe(true);
	expect(adviseSpa({ length: 128, share: 0.02, positions: "learned" }).reasons.join(" ")).not.toContain(
		"Sinusoidal",
	);
});

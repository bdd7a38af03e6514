import { expect, test } from "vitest";
import { statisticsOf } from "./kernel-statistics.ts";
import {
	differentTokens,
	kernelOfTokens,
	repeatedShare,
	repeatedTokens,
	sinusoidalPositions,
	withPositions,
} from "./start-kernels.ts";

test("sinusoidal positions at width 64, T = 128 have cosines .966, .748, .605, .435 at lag 1, 4, 16, 64 and .554 on average", () => {
	const kernel = sinusoidalPositions(128, 64);
	const cosine = (lag: number) => (kernel.values[lag * 128]! / kernel.values[0]!).toFixed(3);
	expect([1, 4, 16, 64].map(cosine)).toEqual(["0.966", "0.748", "0.605", "0.435"]);
	const { meanCosine, diagonal } = statisticsOf(kernel);
	expect(meanCosine.toFixed(3)).toBe("0.554");
	expect(diagonal.min).toBeCloseTo(0.5, 14);
	expect(diagonal.max).toBeCloseTo(0.5, 14);
});

test("the share of repeated tokens is the mean cosine of the tokens' kernel, and independent positions halve it", () => {
	const ids = [3, 1, 3, 2, 3, 1];
	expect(repeatedShare(ids)).toBeCloseTo((3 * 2 + 2 * 1) / (6 * 5), 14);
	const tokens = kernelOfTokens(ids);
	expect(statisticsOf(tokens).meanCosine).toBeCloseTo(repeatedShare(ids), 14);
	const both = statisticsOf(withPositions(tokens, differentTokens(6)));
	expect(both.meanCosine).toBeCloseTo(repeatedShare(ids) / 2, 14);
	expect(both.diagonal.mean).toBeCloseTo(1, 14);
	expect(statisticsOf(repeatedTokens(6, 0.3)).meanCosine).toBeCloseTo(0.3, 14);
});

test("kernels of different lengths do not add", () => {
	expect(() => withPositions(differentTokens(4), differentTokens(5))).toThrow(
		"Expected `kernels` that are added to be of equally many tokens (4), got 5.",
	);
});

import { expect, test } from "vitest";
import { stream } from "../../engine/random.ts";
import { kernelFrom, kernelOf, normalised } from "./kernel.ts";
import { statisticsOf } from "./kernel-statistics.ts";
import { residualNorm } from "./rank-collapse.ts";
import { differentTokens, repeatedTokens } from "./start-kernels.ts";

test("orthogonal tokens have effective rank T, equal ones 1, two groups of equal size 2, whatever their lengths", () => {
	expect(statisticsOf(differentTokens(20)).effectiveRank).toBeCloseTo(20, 10);
	expect(statisticsOf(repeatedTokens(20, 1)).effectiveRank).toBeCloseTo(1, 10);
	const groups = kernelFrom(20, (i, j) => (i % 2 === j % 2 ? (1 + i) * (1 + j) : 0));
	expect(statisticsOf(groups).effectiveRank).toBeCloseTo(2, 10);
});

test("statistics of a measured kernel are those of its states: cosines, mean squares, residual (1e-12)", () => {
	const [tokens, width] = [7, 12];
	const states = stream(0, "states").normal(tokens * width);
	const row = (i: number) => Array.from(states.subarray(i * width, (i + 1) * width));
	const dot = (i: number, j: number) => row(i).reduce((sum, x, k) => sum + x * row(j)[k]!, 0);
	const cosine = (i: number, j: number) => dot(i, j) / Math.sqrt(dot(i, i) * dot(j, j));
	const indices = Array.from({ length: tokens }, (_, i) => i);
	const statistics = statisticsOf(kernelOf(states, tokens));
	const pairs = indices.flatMap((i) => indices.flatMap((j) => (i === j ? [] : [cosine(i, j)])));
	expect(statistics.meanCosine).toBeCloseTo(pairs.reduce((a, b) => a + b) / pairs.length, 12);
	const neighbours = indices.slice(1).map((i) => cosine(i, i - 1));
	expect(statistics.adjacentCosine).toBeCloseTo(neighbours.reduce((a, b) => a + b) / (tokens - 1), 12);
	const q = indices.map((i) => dot(i, i) / width);
	expect(statistics.diagonal.min).toBeCloseTo(Math.min(...q), 12);
	expect(statistics.diagonal.max).toBeCloseTo(Math.max(...q), 12);
	const length = Math.sqrt(states.reduce((sum, x) => sum + x * x, 0));
	expect(statistics.residual).toBeCloseTo(residualNorm(states, tokens) / length, 12);
});

test("a zero state has cosines 0 and breaks nothing", () => {
	const kernel = kernelOf([0, 0, 3, 4, 3, 4], 3);
	expect(Array.from(normalised(kernel).values)).toEqual([0, 0, 0, 0, 1, 1, 0, 1, 1]);
	expect(statisticsOf(kernel).meanCosine).toBeCloseTo(1 / 3, 14);
	expect(statisticsOf(kernel).effectiveRank).toBeCloseTo(1, 10);
});

test("normalisation with epsilon leaves q values q/(q + ε)", () => {
	const kernel = normalised(
		kernelFrom(2, (i, j) => (i === j ? 1e-5 : 0)),
		1e-5,
	);
	expect(kernel.values[0]).toBeCloseTo(0.5, 14);
});

test("states that are no whole rows are an error", () => {
	expect(() => kernelOf([1, 2, 3], 2)).toThrow(
		"Expected `states` to hold 2 rows of equal length, got 3 numbers.",
	);
});

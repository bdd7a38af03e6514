import { describe, expect, test } from "vitest";
import { coOccurrenceSet } from "../../data/co-occurrence.ts";
import type { Observation } from "../../model/co-occurrence/form.ts";
import { initialise } from "../../model/co-occurrence/initialise.ts";
import { reducedForm } from "../../model/co-occurrence/reduced.ts";
import { meanAttention, wordClasses } from "./attention.ts";
import { balanceOf } from "./balance.ts";
import { marginOf } from "./margin.ts";
import { predicates } from "./predicates.ts";
import { referenceOf } from "./reference.ts";
import { rowOf } from "./row.ts";

const dataset = coOccurrenceSet({ samples: 24, length: 5, irrelevant: "unique", seed: 3 });
const sizes = { words: dataset.words, width: 16, neurons: 4 };
const initialisation = { name: "gaussian", mlp: 0.3, value: 0.3, attention: 0.5 } as const;
const parameters = initialise(sizes, initialisation, 3);
const form = reducedForm(dataset, sizes);
const initial = form.observe(form.stateOf(parameters));
const reference = referenceOf(dataset, sizes, initial, 2);

/** An observation whose classes sum to these S_k, all samples of a class alike. */
function withSums(sums: readonly number[], rates: readonly number[] = [2, 2, -3]): Observation {
	const counts = [12, 4, 4, 4];
	const residuals = Float64Array.from(dataset.classes, (k) => sums[k - 1]! / counts[k - 1]!);
	const GRate = initial.GRate.slice();
	GRate.set(rates);
	return { ...initial, residuals, GRate };
}

describe("automatic balancing", () => {
	test("classes at 7 : 5 : 5 : 0.1 of the gradient have R = 3.1/2 and sums near 17/3 and 17/2", () => {
		const balance = balanceOf(reference, withSums([7, 5, 5, 0.1]));
		expect(balance.ratio).toBeCloseTo(3.1 / 2, 12);
		expect(balance.sum).toBeCloseTo(17.1 / 3.1, 12);
		expect(balance.differences[0]).toBeCloseTo(17.1 / 2, 12);
		expect(balance.classes).toBeCloseTo(0, 12);
		expect(balance.ordered).toBe(true);
		expect(balance.inClass).toBe(1);
		expect(balance.allPairs).toBeCloseTo(5 / 0.1, 12);
	});

	test("is out of order when class 4 outweighs a class with one target, or class 1 the rest", () => {
		expect(balanceOf(reference, withSums([7, 5, 4, 4.5])).ordered).toBe(false);
		expect(balanceOf(reference, withSums([11, 5, 5, 0.5])).ordered).toBe(false);
		expect(balanceOf(reference, withSums([4, 5, 5, 0.5])).ordered).toBe(false);
	});

	test("the ratios of rates are those of G′, and no numbers where the targets fall", () => {
		const balance = balanceOf(reference, withSums([7, 5, 5, 0], [2, 1, -2.5]));
		expect(balance.rateToMax).toBe(1.25);
		expect(balance.rateToSum).toBeCloseTo(2.5 / 3, 15);
		const falling = balanceOf(reference, withSums([7, 5, 5, 0], [-2, -1, -2.5]));
		expect(falling.rateToMax).toBeNaN();
		expect(falling.rateToSum).toBeNaN();
	});
});

describe("margins", () => {
	test("G along the data's own SVM has cosine 1 to it and the SVM's normalised margin, for even attention", () => {
		const G = reference.svm.direction.map((value) => 5 * value);
		const outputs = Float64Array.from({ length: 24 }, (_, i) =>
			dataset.tokens.subarray(i * 5, i * 5 + 5).reduce((sum, word) => sum + G[word]!, 0),
		);
		const margin = marginOf(reference, { ...initial, G, outputs });
		expect(margin.svm).toBeCloseTo(1, 12);
		expect(margin.least).toBeCloseTo(5, 9);
		expect(margin.normalised).toBeCloseTo(reference.svm.margin, 9);
	});

	test("‖c‖ ≥ γ · mean g at even attention, whatever the residuals", () => {
		const even = reducedForm(dataset, sizes, { attention: "frozen" });
		const state = even.stateOf({ ...parameters, key: new Float64Array(16 * dataset.words) });
		expect(marginOf(reference, even.observe(state)).gamma).toBeGreaterThanOrEqual(reference.svm.margin);
	});
});

describe("attention by class of word", () => {
	test("even attention gives every key 1/L, and words that never meet have no number", () => {
		const even = meanAttention(dataset, new Float64Array(24 * 25).fill(1 / 5));
		for (const value of even) expect(value).toBeCloseTo(1 / 5, 15);
		const short = coOccurrenceSet({ samples: 6, length: 3, irrelevant: "unique", seed: 0 });
		const none = { ...short, tokens: short.tokens.map((word) => (word === 0 ? 3 : word)) };
		expect(meanAttention(none, new Float64Array(6 * 9).fill(1 / 3))[1]).toBeNaN();
	});

	test("a query that sees only μ₂ gives it 1: key first, then query", () => {
		const attention = new Float64Array(24 * 25);
		for (let i = 0; i < 24; i++) {
			const words = [...dataset.tokens.subarray(i * 5, i * 5 + 5)];
			if (words.includes(0) && words.includes(1))
				attention[(i * 5 + words.indexOf(1)) * 5 + words.indexOf(0)] = 1;
		}
		const means = meanAttention(dataset, attention);
		const cell = (k: string, q: string) =>
			means[wordClasses.indexOf(k as "1") * 4 + wordClasses.indexOf(q as "1")];
		expect(cell("2", "1")).toBe(1);
		expect(cell("1", "2")).toBe(0);
	});
});

describe("the conditions of phase 2", () => {
	const measure = (name: string, observation: Observation) =>
		predicates.find((predicate) => predicate.name === name)!.measure(reference, observation);

	test("nothing has moved at the start", () => {
		expect(measure("attention", initial)).toBe(0);
		expect(measure("key_query", initial)).toBe(0);
		expect(measure("speed", initial)).toBe(1);
	});

	test("what attention adds to F′ is F′ less that of the same state with frozen attention, to 1e-12", () => {
		const frozen = reducedForm(dataset, sizes, { attention: "frozen" }).observe(form.stateOf(parameters));
		const added = initial.marginRates.map((rate, i) => Math.abs(rate - frozen.marginRates[i]!));
		const meanResidual = initial.residuals.reduce((a, b) => a + b) / 24;
		expect(measure("attention_motion", initial)).toBeCloseTo(
			Math.max(...added) / (initial.b * meanResidual),
			12,
		);
		expect(measure("attention_motion", frozen)).toBeLessThan(1e-13);
	});

	test("irrelevant words that say nothing contribute nothing", () => {
		const G = initial.G.map((value, word) => (word > 2 ? 0 : value));
		expect(measure("irrelevant", { ...initial, G })).toBe(0);
		expect(measure("irrelevant", initial)).toBeGreaterThan(0);
	});
});

describe("a row", () => {
	test("holds finite numbers alone, its clock is κ₀t, and nothing has drifted at time 0", () => {
		const row = rowOf(reference, initial, 1.5, 0.25);
		for (const value of Object.values(row)) expect(Number.isFinite(value)).toBe(true);
		expect(row["flow/clock"]).toBe(3);
		expect(row["flow/h"]).toBe(0.25);
		for (const key of ["flow/energy_gap", "conserved/mlp", "conserved/attention", "attention/change"])
			expect(row[key]).toBe(0);
		expect(row["class/sum.1"]! + row["class/sum.2"]! + row["class/sum.3"]! + row["class/sum.4"]!).toBeCloseTo(
			initial.residuals.reduce((a, b) => a + b),
			12,
		);
	});

	test("has no balance where it does not exist, and does not throw", () => {
		const row = rowOf(reference, withSums([5, 5, 5, 0], [-1, -2, 3]), 0, 0);
		expect(row).not.toHaveProperty("balance/rate_max");
		expect(row).not.toHaveProperty("balance/difference.12");
	});
});
